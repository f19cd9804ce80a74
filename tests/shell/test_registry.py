"""A stale entry of the lazy registry fails nowhere else than in front of an operator."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from askpro_cli.shell.command import load_command
from askpro_cli.shell.options import SPECS, is_global
from askpro_cli.shell.registry import COMMANDS, SECTIONS

HEAVY = (
    "httpx",
    "sqlalchemy",
    "redis",
    "structlog",
    "rich",
    "asyncio",
    "tenacity",
    "yaml",
    "logging",
    "alembic",
)
VISIBLE = [name for name, entry in COMMANDS.items() if not entry.hidden]
MODULES = sorted({entry.module for entry in COMMANDS.values()})


@pytest.mark.parametrize("name", COMMANDS)
def test_each_entry_imports_and_exposes_app(name: str) -> None:
    assert hasattr(import_module(COMMANDS[name].module), "app")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_summary_is_the_first_line_of_the_real_help(name: str) -> None:
    entry = COMMANDS[name]
    assert load_command(entry.module, name, entry.parts).help.strip().splitlines()[0] == entry.summary
    assert entry.section in SECTIONS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_help_ends_with_examples(name: str) -> None:
    text = load_command(COMMANDS[name].module, name, COMMANDS[name].parts).help
    assert "Examples:\n" in text
    assert text.rstrip().splitlines()[-1].strip().startswith(("askpro", "source", "eval", "curl"))


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_takes_a_global_option_for_itself(name: str) -> None:
    """Its value would never reach the shell."""
    spellings = {spelling for spec in SPECS for spelling in spec.spellings}
    for command in _leaves(load_command(COMMANDS[name].module, name, COMMANDS[name].parts)):
        own = {opt for param in command.params if not is_global(param) for opt in param.opts}
        assert not own & spellings, command.name


def _leaves(command: Any) -> list[Any]:
    children = getattr(command, "commands", {}).values()
    return [leaf for child in children for leaf in _leaves(child)] or [command]


@pytest.mark.parametrize("module", MODULES)
def test_each_module_imports_alone_and_leaves_heavy_libraries_out(module: str) -> None:
    _run(f"import {module}")


@pytest.mark.parametrize(
    "words", [[], *[[name] for name in VISIBLE]], ids=lambda words: " ".join(words) or "root"
)
def test_help_leaves_heavy_libraries_out(words: list[str]) -> None:
    _run(f"from askpro_cli.shell.main import main; main({[*words, '--help']!r})")


def test_the_root_help_imports_no_command_module() -> None:
    _run("from askpro_cli.shell.main import main; main(['--help'])", forbidden=("askpro_cli.commands.",))


def _run(code: str, forbidden: tuple[str, ...] = ()) -> None:
    """Run *code* in a fresh interpreter and assert on names of modules, not on time."""
    check = (
        f"{code}\nimport sys\n"
        f"bad = [m for m in sys.modules if m.split('.')[0] in {HEAVY!r}]\n"
        f"bad += [m for m in sys.modules if m.startswith({forbidden or ('?',)!r})]\n"
        "assert not bad, bad"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=False, cwd=Path("/"), timeout=60
    )
    assert done.returncode == 0, done.stderr
