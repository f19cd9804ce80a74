"""Fills the cache before anybody asks: one slot request per event type, length and window.

What is fresh is not asked for. Several processes share the work: an item that another one has in hand is put
last, and looked at again when nothing else is left. A process that is killed leaves whole answers or nothing,
so the next run goes on where it was; of what it had in hand, the locks run out after :data:`LOCK_SECONDS`.

Everything here is background work: it leaves a part of the budget to people on the phone, and nobody on the
phone ever waits for one of its requests (the locks are its own).
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from askpro_cli.base.errors import (
    AskproError,
    BreakerOpenError,
    BudgetError,
    RequestCapError,
    StateError,
    UnknownError,
    VendorAuthError,
    VendorRateLimitError,
)
from askpro_cli.base.times import Interval
from askpro_cli.calcom.availability import SlotQuery, days_to_come
from askpro_cli.calcom.event_types.lookup import shared
from askpro_cli.calcom.models import EventType, Schedule
from askpro_cli.calcom.schedules import belongs_to, read_schedule
from askpro_cli.calcom.slot_request import Asked, ask_days
from askpro_cli.calcom.upkeep.warmup_report import Done, Item, Report, State
from askpro_cli.resilience.flight import held
from askpro_cli.resilience.policy import Priority
from askpro_cli.resilience.threads import hop

if TYPE_CHECKING:
    import asyncio

    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.resilience.retrying import Sleep

LOCK_SECONDS = 10.0
"""After this long without a sign of life of the process that has an item in hand, another takes it over."""
_AT_ONCE = 2  # more would be over sooner, and would stand in the way of people and of the vendor
_LOOK_AGAIN = 0.2
_FORBIDDEN = 403

_STOP = (BreakerOpenError, BudgetError, VendorRateLimitError, RequestCapError, StateError)
"""After these nothing else would fare better: the run stops, and what is left is unknown."""


class Warmup:
    """One run over some items; use :meth:`run` once.

    Args:
        client: asks the vendor.
        cache: filled.
        window: the days to have in the cache.
        now: tells the time.
        keep_warm: ask also for days that have lived through half of their life, so that nothing runs out
            between two runs of a job that comes back often enough.
        watch: told of each item that is through.
        sleep: waits the given seconds; asyncio's by default.
    """

    def __init__(
        self,
        client: CalcomClient,
        cache: CalcomCache,
        window: Interval,
        now: Callable[[], datetime],
        *,
        keep_warm: bool = False,
        watch: Callable[[Done], None] | None = None,
        sleep: Sleep | None = None,
    ) -> None:
        self._client = client
        self._cache = cache
        self._window = window
        self._now = now
        self._keep_warm = keep_warm
        self._watch = watch
        self._sleep = sleep
        self._schedules = _Schedules(client, cache)
        self._todo: deque[Item] = deque()
        self._busy: deque[Item] = deque()
        self._again: set[Item] = set()
        self._done: dict[Item, Done] = {}
        self._stopped: AskproError | None = None

    async def run(self, items: Sequence[Item]) -> Report:
        """Warm all *items*, and say what became of each; stops early when nothing else would fare better.

        Raises:
            StateError: the state store is gone, nothing can be kept.
        """
        import asyncio

        await hop(self._cache.store.now)
        self._todo.extend(items)
        workers = [asyncio.create_task(self._work()) for _ in range(min(_AT_ONCE, len(items)))]
        try:
            await asyncio.gather(*workers)
        except VendorAuthError as error:
            self._stopped = error
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        return Report([self._done.get(item) or Done(item, State.LEFT) for item in items], self._stopped)

    async def plan(self, items: Sequence[Item]) -> Report:
        """Say what :meth:`run` would ask for, without asking.

        Raises:
            StateError: the state store is gone.
        """
        return Report([await hop(partial(self._planned, item)) for item in items])

    def _planned(self, item: Item) -> Done:
        due, age = self._due(item, self._days(item))
        return Done(item, State.LEFT if due else State.FRESH, tuple(due), age=None if due else age)

    async def _work(self) -> None:
        while self._stopped is None:
            if self._todo:
                item = self._todo.popleft()
            elif self._busy:
                item = self._busy.popleft()
                await self._pause(_LOOK_AGAIN * (0.5 + random.random()))  # noqa: S311 - keeps runs apart
            else:
                return
            await self._try(item)

    async def _pause(self, seconds: float) -> None:
        import asyncio

        await (self._sleep or asyncio.sleep)(seconds)

    async def _try(self, item: Item) -> None:
        """Do one item, unless another process has it in hand."""
        try:
            done = await self._one(item)
        except _STOP as error:
            self._stopped = self._stopped or error
            return
        except AskproError as error:
            if isinstance(error, VendorAuthError) and error.status != _FORBIDDEN:
                raise  # the key is no longer accepted: not one more request with it
            done = Done(item, State.FAILED, error=error)
        if done is not None:
            self._done[item] = done
            if self._watch is not None:
                self._watch(done)

    async def _one(self, item: Item) -> Done | None:
        days = self._days(item)
        due, age = await hop(lambda: self._due(item, days))
        if not due:
            return Done(item, State.SHARED if item in self._again else State.FRESH, age=age)
        lock = await hop(lambda: self._cache.store.acquire(self._lock(item), ttl=LOCK_SECONDS))
        if lock is None:
            self._put_last(item)
            return None
        async with held(self._cache.store, lock):
            due, age = await hop(lambda: self._due(item, days))  # perhaps done just before we had the lock
            return await self._ask(item, due) if due else Done(item, State.SHARED, age=age)

    async def _ask(self, item: Item, due: Sequence[date]) -> Done | None:
        query = self._query(item)
        schedule = await self._schedules.of(item.event_type)
        answer = await ask_days(
            self._client, self._cache, query, due, schedule=schedule, priority=Priority.BACKGROUND
        )
        if not answer.kept:
            return await self._not_kept(item, due, answer)
        sent = answer.call.requests
        return Done(item, State.WARMED, tuple(due), requests=sent, slots=len(answer.slots))

    async def _not_kept(self, item: Item, due: Sequence[date], answer: Asked) -> Done | None:
        """Try again once after a booking that was made meanwhile; without a state store nothing helps."""
        await hop(self._cache.store.now)
        if item not in self._again:
            self._put_last(item)
            return None
        sent = answer.call.requests
        error = UnknownError(
            f"the free times of {item.name} were outdated by bookings while they were asked for",
            subject=item.name,
            hint="run the same command again",
        )
        return Done(item, State.FAILED, tuple(due), requests=sent, error=error)

    def _query(self, item: Item) -> SlotQuery:
        return SlotQuery(item.event_type, self._window, self._now(), item.minutes)

    def _days(self, item: Item) -> list[date]:
        return days_to_come(self._query(item), self._cache)

    def _put_last(self, item: Item) -> None:
        self._again.add(item)
        self._busy.append(item)

    def _due(self, item: Item, days: Sequence[date]) -> tuple[list[date], float | None]:
        """Return the one stretch that covers every day to be asked for, and the age of the oldest other."""
        lives = self._cache.slot_lives(item.event_type.id, item.minutes, days)
        due = [
            number
            for number, day in enumerate(days)
            if day not in lives or (self._keep_warm and not lives[day].is_young)
        ]
        stretch = list(days[due[0] : due[-1] + 1]) if due else []
        return stretch, max((life.age for life in lives.values()), default=None)

    def _lock(self, item: Item) -> str:
        cache = self._cache
        return f"warmup:{cache.scope}:{item.event_type.id}:{item.minutes}:{cache.zone.key}"


class _Schedules:
    """The schedules of one run: each is asked for once, also those that this key may not read."""

    def __init__(self, client: CalcomClient, cache: CalcomCache) -> None:
        self._client = client
        self._cache = cache
        self._found: dict[int | None, Schedule | None] = {}
        self._locks: dict[int | None, asyncio.Lock] = {}

    async def of(self, event_type: EventType) -> Schedule | None:
        """Return the event type's schedule, None where this key cannot know it."""
        if event_type.team_id is not None:
            return None
        import asyncio

        wanted = event_type.schedule_id
        async with self._locks.setdefault(wanted, asyncio.Lock()):
            if wanted not in self._found:
                self._found[wanted] = await self._read(wanted)
        schedule = self._found[wanted]
        return schedule if schedule is not None and belongs_to(schedule, event_type) else None

    async def _read(self, wanted: int | None) -> Schedule | None:
        def known() -> Schedule | None:
            stored = self._cache.read_schedule(wanted)
            return stored.value if stored else None

        async def ask() -> Schedule | None:
            return await read_schedule(self._client, self._cache, wanted, Priority.BACKGROUND)

        return await shared(self._cache, f"schedule:{wanted or 'default'}", known, ask, Priority.BACKGROUND)
