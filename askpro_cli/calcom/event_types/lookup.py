"""Which event type is meant: an id, ``user/slug``, ``team/slug`` or an alias from the settings.

``GET /v2/event-types`` knows own event types only; a team's are found through the team. What was found is
cached under every name it has. Reading the cache is synchronous and cheap.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import msgspec

from askpro_cli.base.errors import (
    BreakerOpenError,
    BudgetError,
    InvalidValueError,
    NotFoundError,
    VendorAuthError,
    VendorNotFoundError,
    VendorRateLimitError,
    VendorServerError,
    VendorTimeoutError,
    VendorUnreachableError,
)
from askpro_cli.base.spelling import composed
from askpro_cli.calcom.models import EventType

if TYPE_CHECKING:
    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import Answer, CalcomClient
    from askpro_cli.resilience.policy import CallMeta, Priority

T = TypeVar("T")

_NAME = r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}"
_LARGEST_ID = 2**31 - 1

LIST_COMMAND = "`askpro event-types list`"
"""What shows the names that :func:`parse_reference` takes."""

VENDOR_IS_DOWN = (
    VendorUnreachableError,
    VendorTimeoutError,
    VendorServerError,
    VendorRateLimitError,
    BreakerOpenError,
    BudgetError,
)
"""Failures after which a stale answer may stand in; a rejected key or a refusal is none of them."""


class Reference(msgspec.Struct, frozen=True):
    """A parsed EVENT_TYPE: either an id, or an owner (user or team) and a slug."""

    id: int | None = None
    owner: str = ""
    slug: str = ""

    @property
    def key(self) -> str:
        """Return the name it is cached under."""
        return f"id:{self.id}" if self.id is not None else f"ref:{self.owner}/{self.slug}"

    def __str__(self) -> str:
        return str(self.id) if self.id is not None else f"{self.owner}/{self.slug}"


class FoundEventType(msgspec.Struct, frozen=True):
    """An event type and where it came from.

    Args:
        event_type: what was found.
        age: seconds it has lain in the cache, None when it was just fetched.
        stale: the vendor did not answer, this is an old copy.
        meta: of the call that fetched it.
    """

    event_type: EventType
    age: float | None = None
    stale: bool = False
    meta: CallMeta | None = None


def parse_reference(text: str, aliases: Mapping[str, str]) -> Reference:
    """Return what *text* means; an alias wins over everything else, but never leads to another alias.

    Raises:
        InvalidValueError: malformed, or a word that is no alias; the hint is the nearest alias.
    """
    meant = aliases.get(composed(text), text).strip()
    if meant.isascii() and meant.isdigit() and 0 < int(meant) <= _LARGEST_ID:
        return Reference(id=int(meant))
    owner, slash, slug = meant.partition("/")
    if slash and re.fullmatch(_NAME, owner) and re.fullmatch(_NAME, slug):
        return Reference(owner=owner, slug=slug)
    raise InvalidValueError(
        f"{meant!r} names no event type" + (f" (alias {text})" if meant != text else ""),
        subject="event_type",
        hint=_nearest_alias(text, aliases) or f"write a name that {LIST_COMMAND} shows, or an id",
    )


def _nearest_alias(text: str, aliases: Mapping[str, str]) -> str | None:
    from askpro_cli.base.nearest import nearest

    meant = nearest(text, aliases)
    return meant and f"did you mean {meant}?"


def require_bookable(event_type: EventType) -> EventType:
    """Return *event_type* unless it is the template of a managed event type.

    Raises:
        InvalidValueError: it has neither slots nor bookings of its own, the children of its users have.
    """
    if not event_type.is_managed_parent:
        return event_type
    raise InvalidValueError(
        f"event type {event_type.id} is the parent of a managed event type and cannot be booked",
        subject=str(event_type.id),
        hint="use the id of a child: the copy that belongs to one of its users"
        " (`askpro event-types list` with a key of that user)",
    )


def cached_event_type(cache: CalcomCache, reference: Reference) -> FoundEventType | None:
    """Return the event type if a fresh copy is in the cache; never asks the vendor."""
    found = cache.read_event_type(reference.key)
    return None if found is None else FoundEventType(found.value, found.age)


async def find_event_type(
    client: CalcomClient,
    cache: CalcomCache,
    reference: Reference,
    *,
    refresh: bool = False,
    stale_ok: bool = False,
    max_age: float | None = None,
    priority: Priority | None = None,
) -> FoundEventType:
    """Return the event type from the cache, else from the vendor; processes that ask at once share a call.

    Args:
        client: asks the vendor.
        cache: asked first, filled afterwards.
        reference: see :func:`parse_reference`.
        refresh: ask the vendor even if the cache knows.
        stale_ok: return an old copy when the vendor is down.
        max_age: seconds after which what the cache knows is asked for anew; None for its whole life.
        priority: who asks; interactive by default.

    Raises:
        NotFoundError: no own event type and none of a team is called so.
        VendorError, BreakerOpenError, BudgetError: the vendor could not be asked.
    """
    from askpro_cli.resilience.threads import hop

    def read() -> FoundEventType | None:
        known = cached_event_type(cache, reference)
        return known if known and is_young(known.age, max_age) else None

    async def ask() -> FoundEventType:
        fill = await hop(cache.begin_document)
        try:
            answer = await _search(client, reference, priority)
        except NotFoundError:
            await hop(lambda: _forget(cache, reference))
            raise
        names = {reference.key, f"id:{answer.value.id}"}
        await hop(lambda: cache.keep_event_type(fill, answer.value, names))
        return FoundEventType(answer.value, meta=answer.meta)

    try:
        return await (ask() if refresh else shared(cache, f"event-type:{reference.key}", read, ask, priority))
    except VENDOR_IS_DOWN:
        old = await hop(lambda: cache.read_event_type(reference.key, stale=True)) if stale_ok else None
        if old is None:
            raise
        return FoundEventType(old.value, old.age, stale=True)


def _forget(cache: CalcomCache, reference: Reference) -> None:
    """Forget an event type that was known under this name and is gone."""
    known = cache.read_event_type(reference.key)
    if known is not None:
        cache.forget_event_type(known.value.id)


def is_young(age: float | None, max_age: float | None) -> bool:
    """Tell whether something of *age* seconds may be used where at most *max_age* are allowed (None: any)."""
    return max_age is None or (age is not None and age <= max_age)


async def shared(
    cache: CalcomCache,
    key: str,
    read: Callable[[], T | None],
    ask: Callable[[], Awaitable[T]],
    priority: Priority | None = None,
) -> T:
    """Return what *read* finds, else what *ask* brings, asked by one process for all that wait.

    Background work shares with its like only: it may wait a minute for its part of the budget, and nobody on
    the phone shall wait with it.
    """
    from askpro_cli.resilience.flight import single_flight

    patient = priority == "background"
    name = f"calcom:{cache.scope}:{key}" + (f":{priority}" if patient else "")
    flight = await single_flight(
        cache.store,
        name,
        ttl=_FLIGHT_SECONDS,
        read=read,
        work=ask,
        max_wait=_PATIENCE[patient],
    )
    return flight.value


_FLIGHT_SECONDS = 30.0
"""After this long without a sign of life of the process that asks, another one takes over."""


_PATIENCE = {False: 60.0, True: 600.0}
"""Seconds to wait for another's answer: a job waits longer than one that works may wait for its budget."""


async def _search(client: CalcomClient, reference: Reference, priority: Priority | None) -> Answer[EventType]:
    from askpro_cli.resilience.policy import Priority

    who = priority or Priority.INTERACTIVE
    if reference.id is not None:
        return await _by_id(client, reference.id, who)
    return await _by_slug(client, reference, who)


async def _by_id(client: CalcomClient, wanted: int, priority: Priority) -> Answer[EventType]:
    """Ask for an own event type, then look through those of the teams."""
    from askpro_cli.calcom.client import Answer

    try:
        return await client.event_type(wanted, priority=priority)
    except (VendorNotFoundError, VendorAuthError) as error:
        if isinstance(error, VendorAuthError) and error.status != 403:  # noqa: PLR2004 - somebody else's
            raise
    for team in (await client.teams(priority=priority)).value:
        answer = await client.team_event_types(team.id, priority=priority)
        found = next((item for item in answer.value if item.id == wanted), None)
        if found:
            return Answer(found, answer.meta)
    raise _unknown(Reference(id=wanted))


async def _by_slug(client: CalcomClient, reference: Reference, priority: Priority) -> Answer[EventType]:
    """Ask for a user's event type, then for that of a team with this slug."""
    from askpro_cli.calcom.client import Answer
    from askpro_cli.calcom.event_types.suggestion import suggest_event_type

    try:
        answer = await client.event_types(reference.owner, reference.slug, priority=priority)
        if answer.value:
            return Answer(answer.value[0], answer.meta)
    except VendorNotFoundError:
        pass  # no such user; it may be a team
    teams = (await client.teams(priority=priority)).value
    for team in teams:
        if team.slug != reference.owner:
            continue
        answer = await client.team_event_types(team.id, reference.slug, priority=priority)
        if answer.value:
            return Answer(answer.value[0], answer.meta)
    raise _unknown(reference, await suggest_event_type(client, str(reference), teams, priority))


def _unknown(reference: Reference, meant: str | None = None) -> NotFoundError:
    exist = f"{LIST_COMMAND} shows those that exist"
    return NotFoundError(
        f"there is no event type {reference} for this key",
        subject=str(reference),
        hint=f"did you mean {meant}? {exist}" if meant else exist,
    )
