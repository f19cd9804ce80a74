"""One request for the free times of consecutive days, and what of its answer is kept.

The vendor is asked for whole days of the company's zone, in UTC instants; slots outside the days asked
for are dropped and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from askpro_cli.base.errors import VendorNotFoundError
from askpro_cli.base.times import Interval, day_bounds, local_day
from askpro_cli.calcom.availability import days_of
from askpro_cli.calcom.closed_days import closed_days
from askpro_cli.calcom.event_types.lookup import require_bookable
from askpro_cli.calcom.models import Schedule, Slot
from askpro_cli.calcom.schedules import schedule_of
from askpro_cli.resilience.policy import CallMeta, Priority
from askpro_cli.resilience.threads import hop

if TYPE_CHECKING:
    from askpro_cli.calcom.availability import SlotQuery
    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.calcom.models import EventType
    from askpro_cli.calcom.stored_days import Fill


class Asked(msgspec.Struct, frozen=True):
    """What one request brought: the slots of whole days, those *outside* counted, and whether it was kept.

    It is not kept when a booking was made meanwhile (the answer may be older), or without a state store.
    """

    slots: list[Slot]
    outside: int
    kept: bool
    call: CallMeta


async def ask_days(
    client: CalcomClient,
    cache: CalcomCache,
    query: SlotQuery,
    days: Sequence[date],
    *,
    schedule: Schedule | None,
    priority: Priority,
) -> Asked:
    """Ask the vendor for consecutive *days* of the company's zone in one request, and cache them whole.

    Args:
        client: asks the vendor.
        cache: filled, under the generations from before the request.
        query: which event type and length; its window does not count here.
        days: in order, without a gap.
        schedule: of the event type, None where it is not known; tells which empty days are closed ones.
        priority: who asks.

    Raises:
        VendorNotFoundError: the event type was deleted meanwhile; what was cached of it is forgotten.
        VendorError, BreakerOpenError, BudgetError: the vendor could not be asked.
    """
    fill = await hop(lambda: cache.begin_slots(query.event_type.host_ids))
    answer = await _read_days_of_known(client, cache, query, days, priority)
    kept = await _keep(cache, fill, query, answer, schedule)
    slots = [slot for day in days for slot in answer.days[day]]
    return Asked(slots, answer.outside, kept, answer.call)


def begin_asking(cache: CalcomCache, event_type: EventType) -> Fill:
    """Call in a thread before :func:`is_offered`, which then needs none of its own; counts the question."""
    cache.count("misses")
    return cache.begin_slots(event_type.host_ids)


async def is_offered(
    client: CalcomClient, cache: CalcomCache, query: SlotQuery, start: datetime, begun: Fill | None = None
) -> bool:
    """Tell whether the vendor offers *start* now, in one request past the cache.

    Days that lack it are cached, for somebody will ask what is free instead; days that have it are not: a
    booking comes next, and drops them.

    Args:
        client: asks the vendor.
        cache: of the company.
        query: which event type and length; *start* lies in its window, which is short.
        start: of the slot.
        begun: what :func:`begin_asking` said, None where it was not called.

    Raises:
        InvalidValueError: the event type is a managed parent.
        VendorNotFoundError: the event type was deleted meanwhile; what was cached of it is forgotten.
        VendorError, BreakerOpenError, BudgetError: the vendor could not be asked.
    """
    require_bookable(query.event_type)
    if query.wanted is None:
        return False
    days = days_of(query.wanted, cache)
    fill = await hop(lambda: begin_asking(cache, query.event_type)) if begun is None else begun
    answer = await _read_days_of_known(client, cache, query, days, Priority.INTERACTIVE)
    if query.wanted.contains(start) and any(one.start == start for day in days for one in answer.days[day]):
        return True
    schedule = await schedule_of(client, cache, query.event_type, Priority.INTERACTIVE)
    await _keep(cache, fill, query, answer, schedule)
    return False


async def _read_days_of_known(
    client: CalcomClient, cache: CalcomCache, query: SlotQuery, days: Sequence[date], priority: Priority
) -> LiveDays:
    """Ask for days; what is cached of an event type that is gone is forgotten."""
    try:
        return await read_days(client, query, days, cache.zone, priority)
    except VendorNotFoundError:
        await hop(lambda: cache.forget_event_type(query.event_type.id))
        raise


async def _keep(
    cache: CalcomCache, fill: Fill, query: SlotQuery, answer: LiveDays, schedule: Schedule | None
) -> bool:
    """Cache whole days; tell whether the fill still counted."""
    closed = closed_days(list(answer.days), cache.zone, query.earliest, schedule)
    return await hop(
        lambda: cache.keep_slots(
            fill,
            query.event_type.id,
            query.minutes,
            answer.days,
            schedule_zone=schedule.time_zone if schedule else None,
            closed=closed,
        )
    )


class LiveDays(msgspec.Struct, frozen=True):
    """What the vendor offers on each of the days asked for, and how many slots it sent besides."""

    days: dict[date, list[Slot]]
    outside: int
    call: CallMeta


async def read_days(
    client: CalcomClient, query: SlotQuery, days: Sequence[date], zone: ZoneInfo, priority: Priority
) -> LiveDays:
    """Ask the vendor for consecutive *days* of *zone* in one request; touches no cache.

    Raises:
        VendorError, BreakerOpenError, BudgetError: the vendor could not be asked.
    """
    event_type, minutes = query.event_type, query.minutes
    whole = Interval(day_bounds(days[0], zone).start, day_bounds(days[-1], zone).end)
    # The vendor leaves out slots that end after the window: ask a length further for the last evening.
    asked = Interval(whole.start, whole.end + timedelta(minutes=minutes))
    duration = minutes if event_type.length_in_minutes_options else None
    answer = await client.slots(event_type.id, asked, zone, duration, length=minutes, priority=priority)
    found: dict[date, list[Slot]] = {day: [] for day in days}
    for slot in answer.value:
        if whole.contains(slot.start):
            found[local_day(slot.start, zone)].append(slot)
    outside = sum(not asked.contains(slot.start) for slot in answer.value)
    return LiveDays(found, outside, answer.meta)
