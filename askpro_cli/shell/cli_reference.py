"""The page ``docs/cli.md``: what ``--help`` says of every command, in the registry's order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from askpro_cli.shell.group import RootGroup
from askpro_cli.shell.options import SPECS
from askpro_cli.shell.registry import COMMANDS, SECTIONS

_WIDTH = 100
_INTRODUCTION = """# Command line

Every command with its options, as `--help` prints them. The global options stand once, here:
they are accepted before and after the name of any command.

What a command answers is described in [output.md](output.md), what its exit code means in
[exit-codes.md](exit-codes.md), the settings behind the options in [configuration.md](configuration.md).
"""


def cli_page() -> str:
    """Return the page; the same text on every machine, whatever the width of its terminal."""
    return "\n".join([_INTRODUCTION, *_lines()])


def _lines() -> Iterator[str]:
    root = RootGroup()
    yield from _global_options()
    for section in SECTIONS:
        yield f"## {section}\n"
        for name, entry in COMMANDS.items():
            if entry.section == section and not entry.hidden:
                yield from _command(root.load(name), f"askpro {name}")
                yield from _other_names(name)


def _other_names(name: str) -> Iterator[str]:
    """Yield the hidden names of the same command."""
    module = COMMANDS[name].module
    others = [
        f"`askpro {other}`" for other, entry in COMMANDS.items() if entry.hidden and entry.module == module
    ]
    if others:
        yield f"Also answers to {', '.join(others)}.\n"


def _global_options() -> Iterator[str]:
    yield "## Global options\n"
    yield "| option | what it does |"
    yield "|---|---|"
    for spec in SPECS:
        spelled = ", ".join(f"`{spelling}`" for spelling in spec.spellings)
        value = f" `{spec.metavar}`" if spec.metavar else ""
        yield f"| {spelled}{value} | {spec.help} |"
    yield ""


def _command(command: Any, path: str) -> Iterator[str]:
    """Yield the help of a command and of the commands below it, without the global options."""
    yield f"### {path}\n"
    yield f"```text\n{_help(command, path)}\n```\n"
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from _command(child, f"{path} {name}")


def _help(command: Any, path: str) -> str:
    context = command.context_class(
        command, info_name=path, terminal_width=_WIDTH, max_content_width=_WIDTH, color=False
    )
    text, _, _ = str(command.get_help(context)).partition("\nGlobal options:")
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())
