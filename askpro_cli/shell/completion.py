"""Shell completion: what may follow the words typed so far. Runs on every Tab, so it imports next to nothing.

The scripts hand over the words up to the cursor, the last one unfinished, with ``_ASKPRO_COMPLETE`` set to
the shell's name. A failure completes nothing: nobody wants an error message in the middle of a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError
from askpro_cli.shell.group import RootGroup
from askpro_cli.shell.options import FORMATS, merge_options, options_from_argv
from askpro_cli.shell.registry import COMMANDS

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

VARIABLE = "_ASKPRO_COMPLETE"

Candidate = tuple[str, str]
"""A word, and one line about it."""


def print_candidates(app: App, words: Sequence[str], shell: str) -> int:
    """Print the candidates as *shell* wants them; return the exit code, always 0."""
    separator = {"zsh": ":", "fish": "\t"}.get(shell)
    lines = []
    for word, about in candidates(app, words):
        value = word.replace(":", r"\:") if shell == "zsh" else word
        lines.append(f"{value}{separator}{about}" if separator and about else value)
    app.console.answer("".join(f"{line}\n" for line in lines))
    return 0


def candidates(app: App, words: Sequence[str]) -> list[Candidate]:
    """Return what may stand in place of the last of *words*, which may be empty."""
    *before, last = words or [""]
    merge_options(app.options, options_from_argv(before))
    try:
        found = list(_Walk(before).next_words(app, last))
    except AskproError:
        return []
    return [(word, about) for word, about in found if word.startswith(last)]


class _Walk:
    """Follows the finished words down to a command, an option waiting for its value, or an argument."""

    def __init__(self, words: Iterable[str]) -> None:
        self.command: Any = RootGroup()
        self.option: Any = None
        self.arguments = 0
        for word in words:
            self._step(word)

    def _step(self, word: str) -> None:
        if self.option is not None:
            self.option = None
        elif word.startswith("-"):
            self.option = self._option_waiting(word)
        elif isinstance(self.command, RootGroup):
            self.command = self.command.load(word) if word in COMMANDS else None
        elif _children(self.command):
            self.command = _children(self.command).get(word)
        else:
            self.arguments += 1

    def _option_waiting(self, word: str) -> Any:
        """Return the option called *word* when its value is the next word."""
        params = self.command.params if self.command else []
        found = next((param for param in params if word in param.opts), None)
        return None if found is None or getattr(found, "is_flag", False) else found

    def next_words(self, app: App, last: str) -> Iterator[Candidate]:
        """Yield the words that may come next."""
        if self.command is None:
            return
        if self.option is not None:
            yield from _values(self.option, app)
        elif last.startswith("-"):
            yield from _options(self.command)
        elif isinstance(self.command, RootGroup):
            yield from ((name, entry.summary) for name, entry in COMMANDS.items() if not entry.hidden)
        elif _children(self.command):
            yield from ((name, _first_line(child.help)) for name, child in _children(self.command).items())
        else:
            yield from self._argument_values(app)

    def _argument_values(self, app: App) -> Iterator[Candidate]:
        places = [param for param in self.command.params if param.param_type_name == "argument"]
        if places and (self.arguments < len(places) or places[-1].nargs == -1):
            yield from _values(places[min(self.arguments, len(places) - 1)], app)


def _children(command: Any) -> dict[str, Any]:
    return getattr(command, "commands", {}) if command is not None else {}


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _options(command: Any) -> Iterator[Candidate]:
    for param in command.params:
        if param.param_type_name == "option":
            yield from ((opt, _first_line(param.help)) for opt in param.opts if opt.startswith("--"))
    yield "--help", "Show this message and exit."


def _values(param: Any, app: App) -> Iterable[Candidate]:
    """Return the values known for an option or argument, by its name."""
    known = VALUES.get(param.name)
    if known is not None:
        return known(app)
    return [(str(choice), "") for choice in getattr(param.type, "choices", ())]


def _event_types(app: App) -> Iterable[Candidate]:
    return [(alias, f"event type {target}") for alias, target in sorted(app.company.event_types.items())]


def _booking_uids(app: App) -> Iterable[Candidate]:
    """Return the uids of the bookings last touched here; a state that does not exist is not made."""
    from askpro_cli.state.opening import STATE_FILE
    from askpro_cli.state.recent import recent_bookings

    here = app.settings.optional("redis_url") or app.settings.optional("redis_url_file")
    if not here and not (app.settings.state_dir / STATE_FILE).exists():
        return []
    return [(uid, "recent booking") for uid in recent_bookings(app.state(), app.company.server)]


def _companies(app: App) -> Iterable[Candidate]:
    return [(slug, "company") for slug in sorted(app.settings.companies())]


def _profiles(app: App) -> Iterable[Candidate]:
    return [(name, "profile") for name in sorted(app.settings.profiles)]


def _formats(app: App) -> Iterable[Candidate]:
    del app
    return [(name, "") for name in FORMATS]


def _zones(app: App) -> Iterable[Candidate]:
    del app
    from zoneinfo import available_timezones

    return [(name, "") for name in sorted(available_timezones())]


def _statuses(app: App) -> Iterable[Candidate]:
    del app
    from askpro_cli.calcom.filters import STATUS_WORDS

    return [(word, "") for word in STATUS_WORDS]


def _faults(app: App) -> Iterable[Candidate]:
    del app
    from askpro_cli.sandbox.control.faults import NAMES

    return [(name, "") for name in sorted(NAMES)]


def _codes(app: App) -> Iterable[Candidate]:
    del app
    from askpro_cli.shell.actions.checks import pages

    return [(page.code, page.title) for page in pages().values()]


def _topics(app: App) -> Iterable[Candidate]:
    del app
    from askpro_cli.shell.help_topics import TOPICS

    topics = [(name, summary) for name, (summary, _) in TOPICS.items()]
    return [*topics, *((name, entry.summary) for name, entry in COMMANDS.items() if not entry.hidden)]


def _shells(app: App) -> Iterable[Candidate]:
    del app
    from askpro_cli.shell.completion_scripts import SCRIPTS

    return [(name, "") for name in SCRIPTS]


VALUES: dict[str, Callable[[App], Iterable[Candidate]]] = {
    "event_type": _event_types,
    "uid": _booking_uids,
    "company": _companies,
    "profile": _profiles,
    "output": _formats,
    "timezone": _zones,
    "status": _statuses,
    "fault": _faults,
    "code": _codes,
    "topic": _topics,
    "shell": _shells,
}
"""By the name of a command's parameter: call an argument ``event_type`` or ``uid`` and it completes."""
