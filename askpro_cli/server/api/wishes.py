"""What a request asks for, read strictly: a filter from the query, a replay from the body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.server.api.call import Call
from askpro_cli.webhooks.reading.criteria import Criteria, checked_states
from askpro_cli.webhooks.reading.moments import parse_moment
from askpro_cli.webhooks.replay.options import HIGHEST_RATE, MOST_AT_ONCE, ReplayOptions

T = TypeVar("T")

LONGEST_WORD = 200
MOST_VALUES = 50
MOST_IDS = 1000
_UTC = ZoneInfo("UTC")

SEVERAL = ("source", "type", "state")
"""Parameters of the query that may be repeated: any of the values."""

FILTERS = (*SEVERAL, "company", "no_company", "since", "until", "error", "entity")

Word = Annotated[str, Meta(min_length=1, max_length=LONGEST_WORD)]
Words = Annotated[list[Word], Meta(max_length=MOST_VALUES)]
Key = Annotated[int, Meta(ge=1, le=LARGEST_KEY)]


class WantedEvents(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A filter over events, as the body of a request says it; every part given must hold, of a list one."""

    ids: Annotated[list[Key], Meta(max_length=MOST_IDS)] = []
    sources: Words = []
    types: Words = []
    states: Words = []
    company: Word | None = None
    no_company: bool = False
    since: Word | None = None
    until: Word | None = None
    error: Word | None = None
    entity: Word | None = None


class HandledHow(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How one event is replayed."""

    bypass_dedup: bool = False


class WantedReplay(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A replay: which events, how, and whether only to look.

    There is no address to send them to: a token could then carry every body to wherever it likes. That is
    for the command line.
    """

    events: WantedEvents
    bypass_dedup: bool = False
    rate: Annotated[float, Meta(gt=0, le=HIGHEST_RATE)] | None = None
    concurrency: Annotated[int, Meta(ge=1, le=MOST_AT_ONCE)] | None = None
    dry_run: bool = False

    def options(self) -> ReplayOptions:
        """Return how the events are replayed."""
        return ReplayOptions(bypass_dedup=self.bypass_dedup, rate=self.rate, concurrency=self.concurrency)


def read_as(kind: type[T], body: bytes) -> T:
    """Return a body as *kind*; an empty one is ``{}``.

    Raises:
        InvalidValueError: it is no JSON, or not what was asked for.
    """
    try:
        return msgspec.json.decode(body.strip() or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise InvalidValueError(f"the body: {error}", subject="body") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidValueError("the body is not JSON", subject="body") from error


def criteria_of_query(call: Call) -> Criteria:
    """Return the filter of a query.

    Raises:
        InvalidValueError: a value that cannot be.
    """
    wanted = WantedEvents(
        sources=call.query.getlist("source"),
        types=call.query.getlist("type"),
        states=call.query.getlist("state"),
        company=call.query.get("company"),
        no_company=call.flag("no_company"),
        since=call.query.get("since"),
        until=call.query.get("until"),
        error=call.query.get("error"),
        entity=call.query.get("entity"),
    )
    return criteria_of(checked(wanted), call.daemon.clock)


def checked(wanted: WantedEvents) -> WantedEvents:
    """Return a filter after the checks of :class:`WantedEvents`, which only decoding makes.

    Raises:
        InvalidValueError: a value is empty, too long or too many.
    """
    try:
        return msgspec.convert(msgspec.to_builtins(wanted), WantedEvents)
    except msgspec.ValidationError as error:
        raise InvalidValueError(f"the query: {error}", subject="query") from error


def criteria_of(wanted: WantedEvents, clock: Clock) -> Criteria:
    """Return a filter as the inbox reads it. Times without a zone are UTC; ``2h`` counts back from now.

    Raises:
        InvalidValueError: a word that no database takes, a state nobody knows, no time.
        UsageError: a company and none.
    """
    for name, value in msgspec.to_builtins(wanted).items():
        _refuse_unprintable(name, value)
    if wanted.no_company and wanted.company is not None:
        raise UsageError("company and no_company exclude each other", subject="no_company")
    return Criteria(
        ids=tuple(wanted.ids),
        sources=tuple(wanted.sources),
        types=tuple(wanted.types),
        states=checked_states(wanted.states, field="state"),
        company=wanted.company,
        no_company=wanted.no_company,
        since_ms=_moment(wanted.since, clock, "since"),
        until_ms=_moment(wanted.until, clock, "until"),
        error=wanted.error,
        entity=wanted.entity,
    )


def checked_words(words: Sequence[str], known: Sequence[str], name: str) -> tuple[str, ...]:
    """Return words that are all *known*, each once.

    Raises:
        InvalidValueError: one is not, or there are too many of them.
    """
    if len(words) > MOST_VALUES:
        raise InvalidValueError(f"{name} has {len(words)} values, at most {MOST_VALUES}", subject=name)
    for word in words:
        if word not in known:
            raise InvalidValueError(f"{name} is one of {', '.join(known)}", subject=name)
    return tuple(dict.fromkeys(words))


def checked_word(word: str | None, name: str) -> str | None:
    """Return a word of a query that a database takes.

    Raises:
        InvalidValueError: empty, too long or with control characters.
    """
    if word is None:
        return None
    _refuse_unprintable(name, word)
    if not 0 < len(word) <= LONGEST_WORD:
        raise InvalidValueError(f"{name} has 1 to {LONGEST_WORD} characters", subject=name)
    return word


def moment(call: Call, name: str) -> int | None:
    """Return a time of the query in milliseconds since 1970 UTC; None where it is not given.

    Raises:
        InvalidValueError: it is none.
    """
    return _moment(checked_word(call.query.get(name), name), call.daemon.clock, name)


def _moment(text: str | None, clock: Clock, name: str) -> int | None:
    if text is None:
        return None
    return parse_moment(text, _UTC, clock, field=name, end_of_day=name == "until")


def _refuse_unprintable(name: str, value: Any) -> None:
    words = value if isinstance(value, list) else [value]
    if any(isinstance(word, str) and not word.isprintable() for word in words):
        raise InvalidValueError(f"{name} has characters that cannot be printed", subject=name)
