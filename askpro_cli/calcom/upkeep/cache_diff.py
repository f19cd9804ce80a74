"""Compares the free times in the cache with those Cal.com offers now; reads only, one request an item.

Time passes between the two readings. So a cached day that was filled or forgotten meanwhile is left out, and
so are slots that start, or come within the minimum notice, before the later reading and a minute more: clocks
differ. What is in neither reading is no difference, what could not be read is never taken for the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from askpro_cli.base.errors import AskproError, RequestCapError, UnknownError, VendorAuthError
from askpro_cli.base.times import Interval, local_day
from askpro_cli.calcom.availability import SlotQuery, days_to_come
from askpro_cli.calcom.event_types.lookup import VENDOR_IS_DOWN
from askpro_cli.calcom.models import Slot
from askpro_cli.calcom.slot_request import read_days
from askpro_cli.calcom.upkeep.warmup_report import Item
from askpro_cli.resilience.policy import Priority
from askpro_cli.resilience.threads import hop

if TYPE_CHECKING:
    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import CalcomClient

_SKEW = timedelta(minutes=1)
_FORBIDDEN = 403
_STOP = (*VENDOR_IS_DOWN, RequestCapError)
"""After these the other items would fare no better, and every try would cost the vendor another request."""

Days = dict[date, frozenset[datetime]]


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one item.

    Args:
        item: the event type and its length.
        days: that were compared.
        not_cached: how many days of the window the cache does not hold: nothing there can be wrong.
        changed: how many days were filled or forgotten between the two readings.
        age: seconds since the oldest cached day was stored.
        gone: cached starts that are no longer offered, by day.
        unseen: offered starts that the cache does not hold, by day.
        error: why nothing could be compared.
    """

    item: Item
    days: tuple[date, ...] = ()
    not_cached: int = 0
    changed: int = 0
    age: float | None = None
    gone: Days = field(default_factory=dict)
    unseen: Days = field(default_factory=dict)
    error: AskproError | None = None

    @property
    def state(self) -> str:
        """Return ``same``, ``differs`` or ``unknown``."""
        if self.error is not None:
            return "unknown"
        return "differs" if self.gone or self.unseen else "same"


class Differ:
    """Compares items one after the other, as background work.

    Args:
        client: asks the vendor.
        cache: read, never changed.
        window: the days to compare.
        now: tells the time.
        watch: told of each item that is through.
    """

    def __init__(
        self,
        client: CalcomClient,
        cache: CalcomCache,
        window: Interval,
        now: Callable[[], datetime],
        watch: Callable[[Compared], None] | None = None,
    ) -> None:
        self._client = client
        self._cache = cache
        self._window = window
        self._now = now
        self._watch = watch

    async def run(self, items: Sequence[Item]) -> list[Compared]:
        """Compare *items*; lengths of an event type of which nothing is cached are left out where one is.

        Raises:
            VendorAuthError: the key is not accepted.
            StateError: the cache cannot be read.
        """
        cached = {item: await hop(partial(self._cached_days, item)) for item in items}
        held = {item.event_type.id for item, days in cached.items() if days}
        found, stopped = [], None
        for item, days in cached.items():
            if not days and (item.event_type.id in held or item.minutes != item.event_type.length_in_minutes):
                continue
            done = Compared(item, error=stopped) if stopped and days else await self._one(item, days)
            stopped = done.error if isinstance(done.error, _STOP) else stopped
            found.append(done)
            if self._watch is not None:
                self._watch(done)
        return found

    def _cached_days(self, item: Item) -> list[date]:
        days = self._days(item)
        lives = self._cache.slot_lives(item.event_type.id, item.minutes, days)
        return [day for day in days if day in lives]

    async def _one(self, item: Item, days: Sequence[date]) -> Compared:
        if not days:
            error = UnknownError(
                f"nothing of {item.name} is in the cache",
                subject=item.name,
                hint=f"askpro cache warmup --event-type {item.event_type.id}",
            )
            return Compared(item, not_cached=len(self._days(item)), error=error)
        try:
            return await self._compare(item, days)
        except AskproError as error:
            if isinstance(error, VendorAuthError) and error.status != _FORBIDDEN:
                raise
            return Compared(item, error=error)

    async def _compare(self, item: Item, days: Sequence[date]) -> Compared:
        """Read the cache, the vendor, and the cache again; compare what stood still."""
        before, age = await hop(lambda: self._read(item, days))
        whole = _without_gaps(days)
        live = await read_days(self._client, self._query(item), whole, self._cache.zone, Priority.BACKGROUND)
        after, _ = await hop(lambda: self._read(item, days))
        still = [day for day in days if day in before and before[day] == after.get(day)]
        earliest = self._query(item).earliest + _SKEW
        cached = {day: _from(before[day], earliest) for day in still}
        offered = {day: _from({slot.start for slot in live.days[day]}, earliest) for day in still}
        return Compared(
            item,
            days=tuple(still),
            not_cached=len(self._days(item)) - len(days),
            changed=len(days) - len(still),
            age=age,
            gone={day: lost for day in still if (lost := cached[day] - offered[day])},
            unseen={day: new for day in still if (new := offered[day] - cached[day])},
        )

    def _read(self, item: Item, days: Sequence[date]) -> tuple[Days, float]:
        """Return the starts of each cached day, and the age of the oldest."""
        stored = self._cache.read_slots(item.event_type.id, item.minutes, days)
        return _by_day(stored.slots, set(days) - set(stored.missing), self._cache), stored.age

    def _query(self, item: Item) -> SlotQuery:
        return SlotQuery(item.event_type, self._window, self._now(), item.minutes)

    def _days(self, item: Item) -> list[date]:
        return days_to_come(self._query(item), self._cache)


def _by_day(slots: Sequence[Slot], days: set[date], cache: CalcomCache) -> Days:
    starts = [(local_day(slot.start, cache.zone), slot.start) for slot in slots]
    return {day: frozenset(start for on, start in starts if on == day) for day in days}


def _from(starts: set[datetime] | frozenset[datetime], earliest: datetime) -> frozenset[datetime]:
    return frozenset(start for start in starts if start >= earliest)


def _without_gaps(days: Sequence[date]) -> list[date]:
    return [days[0] + timedelta(days=number) for number in range((days[-1] - days[0]).days + 1)]
