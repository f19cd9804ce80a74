"""Booking limits: so many bookings, or so many minutes, of one event type a day, week, month or year.

Kept as the vendor keeps them (sources: checkBookingLimits, checkDurationLimits and getBusyTimesFromLimits,
2025): accepted bookings of the event type count, each in the period its start lies in; weeks begin on Sunday
whatever the user's week start; a full period is busy as a whole. When slots are made, a booking of the asked
length must still fit into the minutes; when a booking is made, only the minutes so far are looked at first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.slots.ranges import Range, merge
from askpro_cli.sandbox.world.model import EventType, IntervalLimits
from askpro_cli.sandbox.world.world import World

_MINUTE = 60
_UNITS = ("day", "week", "month", "year")


def check_booking_limits(
    world: World, event_type: EventType, start: int, *, without: str | None = None
) -> None:
    """Refuse a booking at *start* (epoch seconds) in a period that is full already.

    The vendor asks this after the booking window and before the hosts' calendars, and answers 401 with a bare
    body, as if the key were wrong. *without* is the uid of a booking that is being moved.
    """
    if not is_limited(event_type):
        return
    refusal = reached_limit(
        event_type, spans_of(world, event_type, without), start, zone_of(world, event_type)
    )
    if refusal:
        raise ApiError(401, refusal, raw=True)


def is_limited(event_type: EventType) -> bool:
    """Tell whether the event type has any limit."""
    return event_type.booking_limits_count is not None or event_type.booking_limits_duration is not None


def zone_of(world: World, event_type: EventType) -> ZoneInfo:
    """Return the zone whose days, weeks and months the limits mean: that of the first host's schedule."""
    return world.hours_of(event_type, world.hosts_of(event_type)[0]).zone


def spans_of(world: World, event_type: EventType, without: str | None = None) -> list[Range]:
    """Return the accepted bookings of the event type, of all its hosts."""
    return [
        (booking.start, booking.end)
        for booking in world.bookings.values()
        if booking.event_type_id == event_type.id and booking.status == "accepted" and booking.uid != without
    ]


def reached_limit(event_type: EventType, spans: list[Range], start: int, zone: ZoneInfo) -> str | None:
    """Return the vendor's word for the limit that forbids a booking at *start*, None when none does."""
    for unit, limit in _given(event_type.booking_limits_count):
        if len(_within(spans, period_at(unit, start, zone))) >= limit:
            return messages.COUNT_LIMIT
    for unit, limit in _given(event_type.booking_limits_duration):
        if _minutes(_within(spans, period_at(unit, start, zone))) >= limit:
            return messages.DURATION_LIMIT
    return None


def limited_ranges(
    world: World, event_type: EventType, window: Range, *, length: int, without: str | None = None
) -> list[Range]:
    """Return the full periods of *event_type* that touch *window*, as `full_ranges`; none without limits."""
    if not is_limited(event_type) or not world.hosts_of(event_type):
        return []
    spans = spans_of(world, event_type, without)
    return full_ranges(event_type, spans, window, zone=zone_of(world, event_type), length=length)


def full_ranges(
    event_type: EventType, spans: list[Range], window: Range, *, zone: ZoneInfo, length: int
) -> list[Range]:
    """Return the periods that touch *window* and take no further booking of *length* minutes."""
    full: list[Range] = []
    for unit, limit in _given(event_type.booking_limits_count):
        full += [found for found in _periods(unit, window, zone) if len(_within(spans, found)) >= limit]
    for unit, limit in _given(event_type.booking_limits_duration):
        full += [
            found
            for found in _periods(unit, window, zone)
            if _minutes(_within(spans, found)) + length > limit
        ]
    return merge(full)


def _given(limits: IntervalLimits | None) -> Iterator[tuple[str, int]]:
    for unit in _UNITS if limits else ():
        limit = getattr(limits, unit)
        if limit is not None:
            yield unit, limit


def _within(spans: Iterable[Range], period: Range) -> list[Range]:
    return [span for span in spans if period[0] <= span[0] < period[1]]


def _minutes(spans: Iterable[Range]) -> int:
    return sum(end - start for start, end in spans) // _MINUTE


def _periods(unit: str, window: Range, zone: ZoneInfo) -> Iterator[Range]:
    at = window[0]
    while at <= window[1]:
        period = period_at(unit, at, zone)
        yield period
        at = period[1]


def period_at(unit: str, instant: int, zone: ZoneInfo) -> Range:
    """Return the local day, week (from Sunday), month or year around *instant*, half-open epoch seconds."""
    day = datetime.fromtimestamp(instant, zone).date()
    first, after = _dates(unit, day)
    return _midnight(first, zone), _midnight(after, zone)


def _dates(unit: str, day: date) -> tuple[date, date]:
    if unit == "day":
        return day, day + timedelta(days=1)
    if unit == "week":
        sunday = day - timedelta(days=day.isoweekday() % 7)
        return sunday, sunday + timedelta(days=7)
    if unit == "month":
        return day.replace(day=1), (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day.replace(month=1, day=1), day.replace(year=day.year + 1, month=1, day=1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
