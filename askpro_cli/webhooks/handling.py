"""What a handler is given and gives back; and which handler a source has, by name.

Handlers live in the rooms that own their effects, above this one, so they are named by strings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

if TYPE_CHECKING:
    from askpro_cli.platform.tenancy import TenantSession


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event on its way through a handler.

    Args:
        id: its row.
        source: who sent it.
        type: as the sender calls it.
        document: the parsed body.
        entity: whose events are in order.
        company: slug of the company it belongs to; None only for :class:`CompanyFinder`.
        received_ms: when it came, milliseconds since 1970 UTC.
        correlation_id: of the request that brought it.
        attempt: which try this is, from 1.
    """

    id: int
    source: str
    type: str
    document: Any
    entity: str | None
    company: str | None
    received_ms: int
    correlation_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What must happen after the commit; run at least once, so it must bear repetition.

    Args:
        kind: a name of :data:`EFFECTS`.
        company: slug.
        payload: what it needs, as JSON.
    """

    kind: str
    company: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handled:
    """What a handler did.

    Args:
        outcome: ``done``, or ``ignored`` with a reason.
        reason: one sentence, no personal data.
        effects: what must happen after the commit.
    """

    outcome: Literal["done", "ignored"] = "done"
    reason: str | None = None
    effects: Sequence[Effect] = ()


class Handler(Protocol):
    """An idempotent function of an event and a transaction of its company: no network, no other effect.

    It raises AskproError to fail the attempt: everything is rolled back and it is tried again later.
    """

    def __call__(self, event: Event, session: TenantSession) -> Handled:
        """Bring what *event* tells into the records."""
        ...


class BulkHandler(Protocol):
    """Does what a handler does for those of some events where it can for many at once."""

    def __call__(self, events: Sequence[Event], session: TenantSession) -> Sequence[Handled | None]:
        """Return what was done, event by event; None: nothing was, its handler must look at it."""
        ...


class Screen(Protocol):
    """Tells of an event whether it needs handling at all, before anybody asks whose it is; reads nothing."""

    def __call__(self, event: Event) -> str | None:
        """Return why it needs none (it is marked ``ignored``); None when it does."""
        ...


class CompanyFinder(Protocol):
    """Finds the companies an event may belong to, in a session of the whole platform."""

    def __call__(self, event: Event, session: TenantSession) -> Sequence[str]:
        """Return the slugs of all companies the event's own facts lead to; none or several: not known."""
        ...


class EffectRunner(Protocol):
    """Makes one after-commit effect happen; outside any transaction, in a thread."""

    def __call__(self, effect: Effect, tools: Any) -> None:
        """Do it; *tools* is what the program gave the worker (:class:`~askpro_cli.booking.effects.Tools`)."""
        ...


HANDLERS: Mapping[str, str] = {"calcom": "askpro_cli.booking.handlers:handle_calcom"}
"""Source → handler. A source without one is kept and marked ``unhandled``."""

BULK: Mapping[str, str] = {HANDLERS["calcom"]: "askpro_cli.booking.handlers:handle_new_of_calcom"}
"""Handler → who is asked before it, for events that come together."""

SCREENS: Mapping[str, str] = {"calcom": "askpro_cli.booking.handlers:ignores_calcom"}
"""Source → who tells which of its events need no handling, whosesoever they are."""

FINDERS: Mapping[str, str] = {"calcom": "askpro_cli.booking.handlers:companies_of_calcom"}
"""Source → who finds the company."""

EFFECTS: Mapping[str, str] = {"calcom.forget_slots": "askpro_cli.booking.effects:forget_slots"}
"""Kind of effect → who makes it happen."""


def handler_of(source: str) -> Handler | None:
    """Return the handler of a source, None when it has none."""
    return cast("Handler | None", _named(HANDLERS.get(source)))


def bulk_of(source: str) -> BulkHandler | None:
    """Return who handles many events of a source at once, None when nobody does."""
    return cast("BulkHandler | None", _named(BULK.get(HANDLERS.get(source, ""))))


def screen_of(source: str) -> Screen | None:
    """Return who tells which events of a source need no handling, None when nobody does."""
    return cast("Screen | None", _named(SCREENS.get(source)))


def finder_of(source: str) -> CompanyFinder | None:
    """Return who finds the company of a source's events, None when nobody does."""
    return cast("CompanyFinder | None", _named(FINDERS.get(source)))


def runner_of(kind: str) -> EffectRunner | None:
    """Return who makes a kind of effect happen, None when nobody does any more."""
    return cast("EffectRunner | None", _named(EFFECTS.get(kind)))


def load_all() -> None:
    """Import all of them: the first event would wait for it, and who writes beside it on SQLite, too."""
    for places in (HANDLERS, BULK, SCREENS, FINDERS, EFFECTS):
        for place in places.values():
            _named(place)


@cache
def _named(place: str | None) -> Any:
    if place is None:
        return None
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
