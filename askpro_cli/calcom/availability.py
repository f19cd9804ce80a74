"""Free times of a window, from the cache or from the vendor: one request per gap of days, never per day.

The vendor is asked for whole days of the company's zone, in UTC instants; what it answers is judged here:
slots outside the days asked for are dropped and counted, those outside the window, already past or come
within the minimum notice since are left out when the answer is read, so that a cached answer is as right as
a fresh one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from askpro_cli.base.times import Interval, local_day
from askpro_cli.calcom.event_types.lookup import VENDOR_IS_DOWN, require_bookable, shared
from askpro_cli.calcom.models import EventType, Slot

if TYPE_CHECKING:
    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.calcom.stored_days import CachedSlots
    from askpro_cli.resilience.policy import CallMeta, Priority


class SlotQuery(msgspec.Struct, frozen=True):
    """Which free times are wanted.

    Args:
        event_type: a bookable one.
        window: the slots' starts lie in it.
        now: slots that start earlier are past.
        length: minutes; the event type's own when None.
    """

    event_type: EventType
    window: Interval
    now: datetime
    length: int | None = None

    @property
    def minutes(self) -> int:
        """Return the length that is meant."""
        return self.length or self.event_type.length_in_minutes

    @property
    def earliest(self) -> datetime:
        """Return the instant before which no slot can start: now, and the minimum notice."""
        return self.now + timedelta(minutes=self.event_type.minimum_booking_notice or 0)

    @property
    def wanted(self) -> Interval | None:
        """Return the part of the window that is still to come, None when all of it is past."""
        start = max(self.window.start, self.now)
        return Interval(start, self.window.end) if start < self.window.end else None


class FoundSlots(msgspec.Struct, frozen=True):
    """Free times and how they were found.

    Args:
        slots: those of the window that are still to come, in order.
        hit: everything came from the cache; nothing was asked.
        age: seconds since the oldest part of it left the vendor, 0 when all of it is new.
        stale: the vendor did not answer, these are old copies.
        schedule_zone: IANA name, None where this key cannot know it.
        outside: slots the vendor sent although they lie outside what was asked.
        calls: of the requests that were needed.
    """

    slots: list[Slot]
    hit: bool
    age: float = 0.0
    stale: bool = False
    schedule_zone: str | None = None
    outside: int = 0
    calls: tuple[CallMeta, ...] = ()


def cached_slots(cache: CalcomCache, query: SlotQuery) -> FoundSlots | None:
    """Return the free times if every day of the window is fresh in the cache; never asks the vendor.

    Raises:
        InvalidValueError: the event type is a managed parent.
    """
    require_bookable(query.event_type)
    wanted = query.wanted
    if wanted is None:
        return FoundSlots([], hit=False)
    found = cache.read_slots(query.event_type.id, query.minutes, days_of(wanted, cache))
    if found.missing:
        return None
    cache.count("hits")
    return _shown(found, query, wanted)


async def fetch_slots(
    client: CalcomClient,
    cache: CalcomCache,
    query: SlotQuery,
    *,
    refresh: bool = False,
    stale_ok: bool = False,
    priority: Priority | None = None,
) -> FoundSlots:
    """Return the free times; days that are not fresh are asked for and cached.

    Args:
        client: asks the vendor.
        cache: asked first, filled afterwards.
        query: what is wanted.
        refresh: ask the vendor for every day.
        stale_ok: return old copies when the vendor is down.
        priority: who asks; interactive by default.

    Raises:
        InvalidValueError: the event type is a managed parent.
        VendorError, BreakerOpenError, BudgetError: the vendor could not be asked, and no stale answer
            was allowed or there.
    """
    from askpro_cli.resilience.threads import hop

    require_bookable(query.event_type)
    wanted = query.wanted
    if wanted is None:
        return FoundSlots([], hit=False)
    days = days_of(wanted, cache)
    try:
        return await _Search(client, cache, query, _who(priority)).run(days, wanted, refresh=refresh)
    except VENDOR_IS_DOWN:
        old = await hop(lambda: _stale(cache, query, days)) if stale_ok else None
        if old is None:
            raise
        return msgspec.structs.replace(_shown(old, query, wanted), stale=True)


def days_to_come(query: SlotQuery, cache: CalcomCache) -> list[date]:
    """Return the days of the query's window that are not past, in the company's zone."""
    wanted = query.wanted
    return days_of(wanted, cache) if wanted else []


def days_of(window: Interval, cache: CalcomCache) -> list[date]:
    """Return the days of the company's zone that *window* touches."""
    first = local_day(window.start, cache.zone)
    last = local_day(window.end - timedelta(microseconds=1), cache.zone)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _shown(found: CachedSlots, query: SlotQuery, wanted: Interval) -> FoundSlots:
    """Leave out what is outside the window, past, or came within the minimum notice since it was cached."""
    slots = [slot for slot in _bookable(found, query) if wanted.contains(slot.start)]
    return FoundSlots(slots, hit=True, age=found.age, schedule_zone=found.schedule_zone)


def _bookable(found: CachedSlots, query: SlotQuery) -> list[Slot]:
    earliest = query.earliest
    return [slot for slot in found.slots if slot.start >= earliest]


def _stale(cache: CalcomCache, query: SlotQuery, days: Sequence[date]) -> CachedSlots | None:
    """Return old copies of all days, None when one was never seen: a part would look like the whole."""
    found = cache.read_slots(query.event_type.id, query.minutes, days, stale=True)
    if found.missing:
        return None
    cache.count("stale_answers")
    return found


def _who(priority: Priority | None) -> Priority:
    from askpro_cli.resilience.policy import Priority

    return priority or Priority.INTERACTIVE


def _runs(days: Sequence[date]) -> Iterator[list[date]]:
    """Yield the stretches of consecutive days."""
    run: list[date] = []
    for day in days:
        if run and day - run[-1] != timedelta(days=1):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


class _Search(msgspec.Struct, frozen=True):
    """One question about free times under way."""

    client: CalcomClient
    cache: CalcomCache
    query: SlotQuery
    priority: Priority

    async def run(self, days: Sequence[date], wanted: Interval, *, refresh: bool) -> FoundSlots:
        from askpro_cli.resilience.threads import hop

        known = None if refresh else await hop(lambda: self._read(days))
        missing = list(known.missing) if known else list(days)
        if not missing and known:
            await hop(lambda: self.cache.count("hits"))
            return _shown(known, self.query, wanted)
        await hop(lambda: self.cache.count("misses"))
        parts = [await self._run(run, refresh=refresh) for run in _runs(missing)]
        return self._whole(known, parts, wanted)

    def _whole(self, known: CachedSlots | None, parts: list[FoundSlots], wanted: Interval) -> FoundSlots:
        slots = [
            *(_bookable(known, self.query) if known else ()),
            *(slot for part in parts for slot in part.slots),
        ]
        zones = [known.schedule_zone if known else None, *(part.schedule_zone for part in parts)]
        return FoundSlots(
            slots=sorted(
                (slot for slot in slots if wanted.contains(slot.start)), key=lambda slot: slot.start
            ),
            hit=all(part.hit for part in parts),
            age=max([known.age if known else 0.0, *(part.age for part in parts)]),
            schedule_zone=next(filter(None, zones), None),
            outside=sum(part.outside for part in parts),
            calls=tuple(call for part in parts for call in part.calls),
        )

    def _read(self, days: Sequence[date]) -> CachedSlots:
        return self.cache.read_slots(self.query.event_type.id, self.query.minutes, days)

    def _read_all(self, days: Sequence[date]) -> FoundSlots | None:
        found = self._read(days)
        if found.missing:
            return None
        slots = _bookable(found, self.query)
        return FoundSlots(slots, hit=True, age=found.age, schedule_zone=found.schedule_zone)

    async def _run(self, days: list[date], *, refresh: bool) -> FoundSlots:
        """Ask for consecutive days; of many processes that ask at once, one does."""
        if refresh:
            return await self._ask(days)
        what = f"{self.query.event_type.id}:{self.query.minutes}:{self.cache.zone.key}"
        key = f"slots:{what}:{days[0]}:{days[-1]}"
        return await shared(self.cache, key, lambda: self._read_all(days), lambda: self._ask(days))

    async def _ask(self, days: list[date]) -> FoundSlots:
        from askpro_cli.calcom.schedules import schedule_of
        from askpro_cli.calcom.slot_request import ask_days

        schedule = await schedule_of(self.client, self.cache, self.query.event_type, self.priority)
        answer = await ask_days(
            self.client, self.cache, self.query, days, schedule=schedule, priority=self.priority
        )
        return FoundSlots(
            answer.slots,
            hit=False,
            schedule_zone=schedule.time_zone if schedule else None,
            outside=answer.outside,
            calls=(answer.call,),
        )
