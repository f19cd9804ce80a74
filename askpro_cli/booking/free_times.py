"""The free slots nearest to a time, looked up and ranked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import SlotUnavailableError
from askpro_cli.base.times import Interval
from askpro_cli.booking.alternatives import Alternative, rank_alternatives, search_days
from askpro_cli.calcom.availability import FoundSlots, SlotQuery, fetch_slots
from askpro_cli.calcom.cache import CalcomCache
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.models import EventType

_MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """Around what to search, and how.

    Args:
        event_type: a bookable one.
        asked: the start that was wanted, UTC.
        zone: the company's.
        days: to search before and after it.
        limit: how many to offer.
        day_cost: minutes that a day apart costs.
        length: minutes, None for the event type's own.
    """

    event_type: EventType
    asked: datetime
    zone: ZoneInfo
    days: int
    limit: int
    day_cost: float
    length: int | None = None


async def find_alternatives(
    client: CalcomClient, cache: CalcomCache, wish: Wish, *, clock: Clock, refresh: bool = False
) -> tuple[list[Alternative], FoundSlots]:
    """Return the nearest free slots, and how the slots were found.

    Args:
        client: asks the vendor.
        cache: asked first.
        wish: around what.
        clock: tells what is past.
        refresh: ask the vendor for every day.

    Raises:
        VendorError, UnknownError: the vendor could not be asked.
    """
    now = clock.now()
    window = search_days(wish.asked, days=wish.days, zone=wish.zone, now=now)
    query = SlotQuery(wish.event_type, window, now, wish.length)
    found = await fetch_slots(client, cache, query, refresh=refresh)
    return rank(found, wish, now=now, without=()), found


def rank(found: FoundSlots, wish: Wish, *, now: datetime, without: Collection[datetime]) -> list[Alternative]:
    """Return the nearest of the slots found, leaving out the starts in *without*."""
    slots = [Interval(slot.start, slot.end) for slot in found.slots if slot.start not in without]
    return rank_alternatives(
        slots, wish.asked, zone=wish.zone, now=now, day_cost=wish.day_cost, limit=wish.limit
    )


@dataclass(slots=True)
class NearestFree:
    """Names the next slot to try after a refusal (``--next``); each is named once, five at most."""

    client: CalcomClient
    cache: CalcomCache
    wish: Wish
    clock: Clock
    refused: set[datetime] = field(default_factory=set)

    async def __call__(self, _refusal: SlotUnavailableError) -> datetime | None:
        """Return the nearest free start that was not refused yet, None when there is no other."""
        if len(self.refused) >= _MOST_TRIES:
            return None
        _, found = await find_alternatives(self.client, self.cache, self.wish, clock=self.clock)
        best = rank(found, self.wish, now=self.clock.now(), without=self.refused)
        if not best:
            return None
        self.refused.add(best[0].slot.start)
        return best[0].slot.start
