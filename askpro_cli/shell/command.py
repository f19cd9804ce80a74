"""The shape of a command module: ``app = command_app(help=…)``, and the App from its context."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from askpro_cli.base.errors import UsageError
from askpro_cli.base.nearest import nearest
from askpro_cli.shell.options import (
    HELP_SPELLINGS,
    global_params,
    print_help_through_console,
    write_global_options,
)

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


class AskproCommand(TyperCommand):
    """A command whose help shows its own options first and the global ones apart."""

    def get_help_option_names(self, ctx: Any) -> list[str]:
        """Return ``-h`` and ``--help``."""
        del ctx
        return list(HELP_SPELLINGS)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, which prints through the console."""
        return print_help_through_console(super().get_help_option(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; every option is parsed by now, so what is said on the way follows them."""
        app_of(ctx).follow_options()
        return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, then the global options."""
        super().format_options(ctx, formatter)
        write_global_options(self.params, formatter)


class AskproGroup(TyperGroup):
    """A group of commands (``cache``, ``config``)."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command named first in *args*; the nearest is suggested for another name."""
        name, *rest = args
        command = self.commands.get(name)
        if command is None:
            unknown_command(ctx.command_path, name, self.commands)
        return name, command, rest

    def get_help_option_names(self, ctx: Any) -> list[str]:
        """Return ``-h`` and ``--help``."""
        del ctx
        return list(HELP_SPELLINGS)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, which prints through the console."""
        return print_help_through_console(super().get_help_option(ctx))


class DefaultGroup(AskproGroup):
    """A group whose first command is meant where none is named: ``replay 17`` is ``replay start 17``."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Put the first command's name before words that do not begin with one."""
        if args and args[0] not in self.commands and args[0] not in HELP_SPELLINGS:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)


def unknown_command(path: str, name: str, known: Iterable[str]) -> NoReturn:
    """Raise a usage error that names the nearest of the *known* commands below *path*."""
    meant = nearest(name, known)
    hint = f"did you mean {path} {meant}" if meant else f"{path} --help lists the commands"
    raise UsageError(f"{path} has no command {name!r}", hint=hint, subject=name)


class CommandApp(typer.Typer):
    """A Typer whose commands know the global options and print plain help (rich help is slow)."""

    def __init__(self, help_text: str) -> None:
        super().__init__(
            cls=AskproGroup,
            help=help_text,
            no_args_is_help=True,
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
        )
        self.help_text = help_text

    def command(self, name: str | None = None, **more: Any) -> Callable[[Any], Any]:
        """Register a command; as Typer's, with our command class."""
        more.setdefault("cls", AskproCommand)
        more.setdefault("help", self.help_text)
        return super().command(name, **more)


def command_app(*, help: str) -> CommandApp:  # noqa: A002 (Typer's own name for it)
    """Return the app of a command module.

    Args:
        help: first line equal to the registry's summary, then what it does, then ``Examples:`` with one
            command a line.
    """
    return CommandApp(help)


def load_command(module: str, name: str, parts: Iterable[str] = ()) -> Any:
    """Import a command module and return its Typer command with the global options injected.

    Args:
        module: where its ``app`` is.
        name: of the command.
        parts: further modules, the commands of whose ``app`` belong to the same group.
    """
    command: Any = typer.main.get_command(import_module(module).app)
    for part in parts:
        command.commands.update(typer.main.get_group(import_module(part).app).commands)
    command.name = name
    prepare(command)
    return command


def prepare(command: Any) -> None:
    """Add the global options to every command below, and keep the lines of examples apart."""
    command.help = keep_examples(command.help or "")
    for child in getattr(command, "commands", {}).values():
        prepare(child)
    for param in command.params:
        if param.param_type_name == "argument":
            param.metavar = param.metavar or param.name.upper()
    taken = {opt for param in command.params for opt in param.opts}
    command.params.extend(param for param in global_params() if not taken.intersection(param.opts))


def keep_examples(text: str) -> str:
    r"""Mark the paragraph ``Examples:`` with ``\b`` so that its lines are not joined."""
    return text.replace("\n\nExamples:", "\n\n\b\nExamples:")


def app_of(ctx: typer.Context) -> App:
    """Return the App this run was started with."""
    app: App = ctx.find_root().obj
    return app
