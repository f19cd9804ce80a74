"""Which event types a job over many of them is about: named ones, or all that the key may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from askpro_cli.base.errors import AskproError, InvalidValueError, NotFoundError, VendorProtocolError
from askpro_cli.calcom.event_types.listing import list_event_types
from askpro_cli.calcom.event_types.lookup import (
    Reference,
    cached_event_type,
    find_event_type,
    is_young,
    require_bookable,
)
from askpro_cli.calcom.models import EventType
from askpro_cli.resilience.policy import Priority
from askpro_cli.resilience.threads import hop

if TYPE_CHECKING:
    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import CalcomClient

_ONE_BY_ONE = 1


@dataclass(slots=True)
class Choice:
    """What a job is about.

    Args:
        event_types: bookable ones, each once.
        parents: managed event types found on the way, which have no slots of their own; their children have.
        failed: by the name they were asked for, why some were not found or cannot be booked.
    """

    event_types: list[EventType] = field(default_factory=list)
    parents: list[EventType] = field(default_factory=list)
    failed: dict[str, AskproError] = field(default_factory=dict)

    def add(self, event_type: EventType) -> None:
        """Take an event type in, once."""
        place = self.parents if event_type.is_managed_parent else self.event_types
        if all(known.id != event_type.id for known in place):
            place.append(event_type)


class Chooser:
    """Finds event types with few requests: cached ones cost none, several others one list.

    Args:
        client: asks the vendor, as background work.
        cache: asked first, filled afterwards.
        keep_warm: ask anew for what has lived through half of its life in the cache.
    """

    def __init__(self, client: CalcomClient, cache: CalcomCache, *, keep_warm: bool = False) -> None:
        self._client = client
        self._cache = cache
        self._max_age = cache.ttls.event_types / 2 if keep_warm else None

    async def all(self) -> Choice:
        """Return every event type the key may see: own ones, hidden ones, and those of its teams.

        Raises:
            VendorError, BreakerOpenError, BudgetError, RequestCapError: the vendor could not be asked.
        """
        choice = Choice()
        for event_type in await self._list():
            choice.add(event_type)
        return choice

    async def named(self, references: Mapping[str, Reference]) -> Choice:
        """Return the event types asked for by name; those that cannot be booked are told apart.

        Args:
            references: by the words they were asked for with.

        Raises:
            VendorError, BreakerOpenError, BudgetError, RequestCapError: the vendor could not be asked.
        """
        found = await hop(lambda: {text: self._fresh(reference) for text, reference in references.items()})
        unknown = [references[text] for text, event_type in found.items() if event_type is None]
        listed = await self._list() if len(unknown) > _ONE_BY_ONE else []
        choice = Choice()
        for text, reference in references.items():
            try:
                known = found[text] or _among(listed, reference) or await self._ask(reference)
                choice.add(require_bookable(known))
            except (NotFoundError, InvalidValueError, VendorProtocolError) as error:
                choice.failed[text] = error
        return choice

    def _fresh(self, reference: Reference) -> EventType | None:
        known = cached_event_type(self._cache, reference)
        return known.event_type if known and is_young(known.age, self._max_age) else None

    async def _list(self) -> list[EventType]:
        found = await list_event_types(
            self._client, self._cache, max_age=self._max_age, priority=Priority.BACKGROUND
        )
        return found.event_types

    async def _ask(self, reference: Reference) -> EventType:
        found = await find_event_type(
            self._client, self._cache, reference, max_age=self._max_age, priority=Priority.BACKGROUND
        )
        return found.event_type


def _among(listed: Sequence[EventType], reference: Reference) -> EventType | None:
    wanted = str(reference)
    return next((item for item in listed if wanted in (str(item.id), item.reference)), None)
