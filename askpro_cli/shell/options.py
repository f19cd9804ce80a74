"""The options every command takes, before or after its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, NoReturn

import typer
from typer.core import TyperOption

from askpro_cli.base.errors import InvalidValueError

FORMATS = ("table", "tsv", "json", "ndjson")


@dataclass(eq=False)
class GlobalOptions:
    """What was asked for on the command line; None where nothing was said."""

    json: bool = False
    output: str | None = None
    company: str | None = None
    profile: str | None = None
    timezone: str | None = None
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    no_color: bool = False
    unknown_first: bool = False

    @property
    def format(self) -> str | None:
        """Return the format asked for, None to let the terminal decide."""
        return "json" if self.json else self.output

    @property
    def wants_json(self) -> bool:
        """Tell whether the answer is the JSON envelope."""
        return self.format == "json"


class Spec(NamedTuple):
    """One global option: its spellings, its help, and the word for its value (None: a flag)."""

    name: str
    spellings: tuple[str, ...]
    help: str
    metavar: str | None = None


SPECS = (
    Spec("json", ("--json",), "Print one JSON envelope, also for failures"),
    Spec("output", ("--output",), "Format of the answer: table, tsv, json, ndjson", "FORMAT"),
    Spec("company", ("--company",), "The company to work for", "SLUG"),
    Spec("profile", ("--profile",), "The profile of the settings to use", "NAME"),
    Spec("timezone", ("--timezone",), "Show and read local times in this zone", "ZONE"),
    Spec("quiet", ("-q", "--quiet"), "Say nothing but the answer and what went wrong"),
    Spec("verbose", ("-v", "--verbose"), "Say more: run id, tries, cache, budget"),
    Spec("debug", ("--debug",), "Show the traceback of an unexpected error"),
    Spec("no_color", ("--no-color",), "Never use colour"),
    Spec("unknown_first", ("--unknown-first",), "Exit 5 wins over exit 1"),
)

HELP_SPELLINGS = ("-h", "--help")
"""How every command is asked for its help."""

_SECTION = "Global options"
_GLOBAL = "_askpro_global"


def global_params() -> list[TyperOption]:
    """Return fresh parameters, one a global option; their values go to the App, not to the function."""
    return [_param(spec) for spec in SPECS]


def is_global(param: Any) -> bool:
    """Tell whether a parameter was injected by :func:`global_params`."""
    return bool(getattr(param, _GLOBAL, False))


def _param(spec: Spec) -> TyperOption:
    flag = spec.metavar is None
    param = TyperOption(
        param_decls=[spec.name, *spec.spellings],
        is_flag=flag,
        default=False if flag else None,
        metavar=spec.metavar,
        help=spec.help,
        hidden=True,  # shown in a section of their own
        expose_value=False,
        callback=_store,
    )
    setattr(param, _GLOBAL, True)
    return param


def _store(ctx: Any, param: Any, value: Any) -> Any:
    """Remember a given value; a default never overwrites what stood before the command's name."""
    if value and ctx.obj is not None:
        options: GlobalOptions = ctx.obj.options
        if param.name == "output":
            check_format(value)
        setattr(options, param.name, value)
    return value


def print_help_through_console(option: Any) -> Any:
    """Return the help option, printing through the console: a reader that left early is no bug there."""
    if option is not None:
        option.callback = _print_help
    return option


def _print_help(ctx: Any, param: Any, value: Any) -> Any:
    del param
    if value and not ctx.resilient_parsing:
        print_and_exit(ctx, ctx.get_help())
    return value


def print_and_exit(ctx: Any, text: str) -> NoReturn:
    """Print *text* as the answer and end the run well."""
    ctx.find_root().obj.console.answer(f"{text}\n")
    raise typer.Exit


def check_format(value: str) -> None:
    """Raise :class:`InvalidValueError` for a format nobody prints."""
    if value not in FORMATS:
        raise InvalidValueError(
            f"--output {value} is not a format", hint=f"one of {', '.join(FORMATS)}", subject="--output"
        )


def write_global_options(params: Sequence[Any], formatter: Any) -> None:
    """Write the section of global options of a help page."""
    given = {param.name for param in params if is_global(param)}
    rows = [(_spelling(spec), spec.help) for spec in SPECS if spec.name in given]
    if rows:
        with formatter.section(_SECTION):
            formatter.write_dl(rows)


def _spelling(spec: Spec) -> str:
    spelled = ", ".join(spec.spellings)
    return spelled if spec.metavar is None else f"{spelled} {spec.metavar}"


def options_from_argv(argv: Sequence[str]) -> GlobalOptions:
    """Read the global options out of a command line that could not be parsed, as far as they go.

    A usage error must still come out in the format asked for.
    """
    options = GlobalOptions()
    words = list(argv[: argv.index("--")]) if "--" in argv else list(argv)
    for spec in SPECS:
        value = _flag_in(spec, words) if spec.metavar is None else _value_in(spec, words)
        if value:
            setattr(options, spec.name, value)
    if options.output not in FORMATS:
        options.output = None
    return options


def _flag_in(spec: Spec, words: Sequence[str]) -> bool:
    return any(spelling in words for spelling in spec.spellings)


def _value_in(spec: Spec, words: Sequence[str]) -> str | None:
    for spelling in spec.spellings:
        for position, word in enumerate(words):
            if word.startswith(f"{spelling}="):
                return word.partition("=")[2]
            if word == spelling and position + 1 < len(words):
                return words[position + 1]
    return None


def merge_options(into: GlobalOptions, more: GlobalOptions) -> None:
    """Take from *more* whatever *into* does not say."""
    for field in fields(GlobalOptions):
        if not getattr(into, field.name):
            setattr(into, field.name, getattr(more, field.name))
