"""Turns Typer's usage errors into ours: one sentence, a hint, exit 2.

They are known by their shape only, because the classes live in a private copy of Click.
"""

from __future__ import annotations

from typing import Any

from askpro_cli.base.errors import UsageError
from askpro_cli.base.nearest import nearest


def is_usage_error(error: BaseException) -> bool:
    """Tell whether Typer raised it about the command line."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def is_help_request(error: BaseException) -> bool:
    """Tell whether a command was called without arguments and wants its help shown."""
    return type(error).__name__ == "NoArgsIsHelpError"


def as_usage_error(error: Any) -> UsageError:
    """Return Typer's error as ours, with the nearest option as hint when one was mistyped."""
    option = getattr(error, "option_name", None)
    if type(error).__name__ == "NoSuchOption" and option:
        return _no_such_option(error, option)
    message = error.format_message().rstrip(".")
    if is_help_request(error) or message == "Missing command":
        return UsageError(f"{_path(error)} needs a command", hint=f"{_path(error)} --help")
    return UsageError(_lower_first(_in_plain_words(message)), hint=f"{_path(error)} --help")


def _no_such_option(error: Any, option: str) -> UsageError:
    known = (
        [opt for param in error.ctx.command.get_params(error.ctx) for opt in param.opts] if error.ctx else []
    )
    meant = nearest(option, [opt for opt in known if opt.startswith("--")])
    hint = f"did you mean {meant}" if meant else f"{_path(error)} --help"
    return UsageError(f"{_path(error)} has no option {option}", hint=hint, subject=option)


def _path(error: Any) -> str:
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context is not None else "askpro"


def _in_plain_words(message: str) -> str:
    return message.replace("is not a valid int range", "is not a whole number").replace(
        "is not a valid int", "is not a whole number"
    )


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
