"""The root command: stubs for help and suggestions, the real command imported when it is called."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption

from askpro_cli import __version__
from askpro_cli.shell.command import load_command, unknown_command
from askpro_cli.shell.options import (
    HELP_SPELLINGS,
    global_params,
    print_and_exit,
    print_help_through_console,
    write_global_options,
)
from askpro_cli.shell.registry import COMMANDS, SECTIONS

_HELP = """The command line of the people who operate a phone-to-appointment platform.

askpro looks for free slots in Cal.com, books, moves and cancels appointments, and tells when two sources
disagree. Start without an account: askpro demo

\b
Topics: askpro help exit-codes | environment | formatting | settings
"""


class RootGroup(TyperGroup):
    """``askpro`` itself."""

    def __init__(self) -> None:
        stubs = {
            name: TyperCommand(name, help=entry.summary, hidden=entry.hidden, rich_markup_mode=None)
            for name, entry in COMMANDS.items()
        }
        super().__init__(
            name="askpro",
            help=_HELP,
            commands=dict(stubs),
            params=[*global_params(), _version_param()],
            no_args_is_help=True,
            rich_markup_mode=None,
        )

    def get_help_option_names(self, ctx: Any) -> list[str]:
        """Return ``-h`` and ``--help``."""
        del ctx
        return list(HELP_SPELLINGS)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, which prints through the console."""
        return print_help_through_console(super().get_help_option(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the stub, which is enough for help, or None."""
        del ctx
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command named first in *args* and import it."""
        name = args[0]
        if name not in COMMANDS:
            visible = (known for known, entry in COMMANDS.items() if not entry.hidden)
            unknown_command(ctx.command_path, name, visible)
        return name, self.load(name), args[1:]

    def load(self, name: str) -> Any:
        """Return the real command in place of its stub."""
        entry = COMMANDS[name]
        command = load_command(entry.module, name, entry.parts)
        self.commands[name] = command
        return command

    def command_name(self, words: list[str]) -> str | None:
        """Return the full name (``cache stats``) at the start of *words*, as far as it names commands.

        Only commands that were loaded are looked into: nothing is imported to name an error.
        """
        names: list[str] = []
        children: Any = self.commands
        for word in words:
            if word not in children:
                break
            names.append(word)
            children = getattr(children[word], "commands", {})
        return " ".join(names) or None

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the global options and the commands by section."""
        self.format_commands(ctx, formatter)
        write_global_options(self.params, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, section by section, in the registry's order."""
        del ctx
        for section in SECTIONS:
            rows = [
                (name, entry.summary.removesuffix("."))
                for name, entry in COMMANDS.items()
                if entry.section == section and not entry.hidden
            ]
            with formatter.section(section):
                formatter.write_dl(rows)


def _version_param() -> TyperOption:
    return TyperOption(
        param_decls=["version", "--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_version,
        hidden=True,
    )


def _print_version(ctx: Any, param: Any, value: Any) -> Any:
    del param
    if value and not ctx.resilient_parsing:
        print_and_exit(ctx, f"askpro {__version__}")
    return value
