"""``askpro help``: the topics, made from the tables they are about, and the help of any command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap

from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.exit_codes import EXPLANATIONS, status_word
from askpro_cli.base.nearest import nearest
from askpro_cli.shell.options import FORMATS
from askpro_cli.shell.registry import COMMANDS
from askpro_cli.shell.settings.known import COMPANY_SETTINGS, SETTINGS
from askpro_cli.shell.settings.senders import SECTION, SENDER_SETTINGS

_WIDTH = 80


def page(words: Sequence[str]) -> str:
    """Return the page about a topic or the command *words* name; the list of both for no words.

    Raises:
        NotFoundError: neither is called that.
    """
    if not words:
        return _overview()
    if len(words) == 1 and words[0] in TOPICS:
        return TOPICS[words[0]][1]()
    if words[0] not in COMMANDS:
        raise _no_page(" ".join(words), [*TOPICS, *COMMANDS])
    return command_help(words)


def _no_page(name: str, known: Sequence[str]) -> NotFoundError:
    meant = nearest(name, known)
    hint = f"did you mean askpro help {meant}" if meant else "askpro help lists topics and commands"
    return NotFoundError(f"there is no help on {name!r}", hint=hint, subject=name)


def command_help(words: Sequence[str], *, width: int = _WIDTH) -> str:
    """Return what ``askpro WORDS --help`` prints, wrapped at *width* columns.

    Raises:
        NotFoundError: a group has no such command.
    """
    from askpro_cli.shell.group import RootGroup

    root = RootGroup()
    context = root.make_context("askpro", [], resilient_parsing=True, max_content_width=width)
    command = root if not words else root.load(words[0])
    for depth, word in enumerate(words):
        if depth:
            children = getattr(command, "commands", {})
            if word not in children:
                raise _no_page(" ".join(words), [f"{words[0]} {child}" for child in children])
            command = children[word]
        context = command.make_context(word, [], parent=context, resilient_parsing=True)
    return str(context.get_help())


def _overview() -> str:
    topics = [f"  {name:<12}  {summary}" for name, (summary, _) in TOPICS.items()]
    names = [f"  {name:<12}  {entry.summary}" for name, entry in COMMANDS.items() if not entry.hidden]
    return "\n".join(["Topics (askpro help TOPIC):", *topics, "", "Commands (askpro help COMMAND):", *names])


def _exit_codes() -> str:
    rows = [f"  {int(code):>3}  {status_word(code):<8}  {text}" for code, text in EXPLANATIONS.items()]
    return "\n".join(
        [
            "Exit codes, and the status of the JSON envelope that goes with each:",
            "",
            *rows,
            "",
            "Where several apply: 70 > 2 > 4 > 1 > 6 > 5 > 3, 7, 8 > 0. With --unknown-first, 5 wins over 1.",
            "A signal (130, 143) wins over all. What could not be checked is the last line of stderr.",
        ]
    )


def _environment() -> str:
    return "\n".join(
        [
            "Environment variables. A flag wins over them; they win over askpro.yaml in the current",
            "folder, which wins over the user file (askpro config path).",
            "",
            *_entries([("ASKPRO_CONFIG", "User file to read instead of the usual one; it must exist")]),
            *_entries([(setting.env, setting.help) for setting in SETTINGS]),
            *_entries(
                [
                    (f"ASKPRO_COMPANIES_<SLUG>_{setting.name.upper()}", setting.help)
                    for setting in COMPANY_SETTINGS
                ]
            ),
            *_entries(
                [
                    (f"ASKPRO_WEBHOOK_SENDERS_<NAME>_{setting.name.upper()}", setting.help)
                    for setting in SENDER_SETTINGS
                ]
            ),
            "",
            "Also read: STATE_DIRECTORY (systemd), XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME,",
            "NO_COLOR, FORCE_COLOR, TERM, COLUMNS.",
            "A variable set to nothing unsets a key, a database or Redis URL, a company or a profile;",
            "it leaves any other setting alone.",
        ]
    )


def _settings() -> str:
    return "\n".join(
        [
            "Settings, as they stand in the files (askpro config show --origin tells the present values):",
            "",
            *_entries([(setting.name, setting.help) for setting in SETTINGS]),
            *_entries([(f"companies.<slug>.{setting.name}", setting.help) for setting in COMPANY_SETTINGS]),
            *_entries([("companies.<slug>.event_types.<alias>", "Event type behind an alias")]),
            *_entries([(f"{SECTION}.<name>.{setting.name}", setting.help) for setting in SENDER_SETTINGS]),
            *_entries([("profiles.<name>.<setting>", "Any of these, while --profile <name> is chosen")]),
        ]
    )


def _entries(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield f"  {name}"
        yield from (f"      {line}" for line in wrap(text, _WIDTH - 6))


def _formatting() -> str:
    return f"""Output formats (--output {" | ".join(FORMATS)}):

  table   on a terminal: aligned columns, local times
  tsv     in a pipe: no header, tabs between cells, nothing cut, times in ISO 8601
  json    also --json: one envelope on stdout, always, for failures and usage errors too:
          askpro (version of the envelope), command, status, exit_code, data, findings, unknown,
          errors, meta. Indented on a terminal, one line in a pipe
  ndjson  the bare records, one JSON object a line; failures go to stderr

stdout carries the answer, stderr everything said to a person: error:, hint:, warning:, and what could
not be checked as the last line, unknown:. A reader that stops early (| head) is no error.

Colour is for terminals only; --no-color, NO_COLOR and TERM=dumb switch it off, FORCE_COLOR on."""


TOPICS: dict[str, tuple[str, Callable[[], str]]] = {
    "exit-codes": ("What the process answers to its caller", _exit_codes),
    "environment": ("Environment variables and their rank", _environment),
    "formatting": ("Table, TSV, JSON, colour, streams", _formatting),
    "settings": ("Names of all settings", _settings),
}
