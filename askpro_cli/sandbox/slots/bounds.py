"""The earliest and the latest start an event type accepts, by notice and booking window."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.world.hours import OpeningHours
from askpro_cli.sandbox.world.model import BookingWindow, EventType

_MINUTE = 60
_FAR = 2**53
_FRIDAY = 4
_ROLLING_LIMIT_DAYS = 366


def bounds(event_type: EventType, hours: OpeningHours, now: int) -> tuple[int, int]:
    """Return the first and the last bookable start, both included, in epoch seconds.

    The window's days are counted in the schedule's zone and end at its midnight, as the vendor's do.
    """
    earliest = now + event_type.minimum_booking_notice * _MINUTE
    window = event_type.booking_window
    if window is None:
        return earliest, _FAR
    if isinstance(window.value, int):
        return earliest, _midnight_after(_last_day(window, window.value, hours, now), hours.zone) - 1
    first, last = (date.fromisoformat(day) for day in window.value)
    opening = _midnight_after(first - timedelta(days=1), hours.zone)
    return max(earliest, opening), _midnight_after(last, hours.zone) - 1


def _last_day(window: BookingWindow, days: int, hours: OpeningHours, now: int) -> date:
    today = hours.local_date(now)
    if window.rolling:
        return _after_open_days(hours, today, days, business_only=window.type == "businessDays")
    if window.type == "calendarDays":
        return today + timedelta(days=days)
    return _after_business_days(today, days)


def _after_business_days(today: date, count: int) -> date:
    day = today
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() <= _FRIDAY
    return day


def _after_open_days(hours: OpeningHours, today: date, count: int, *, business_only: bool) -> date:
    """Return the day on which *count* open days have come: a rolling window stretches over closed days."""
    day = today
    for _ in range(_ROLLING_LIMIT_DAYS):
        if hours.day(day) and not (business_only and day.weekday() > _FRIDAY):
            count -= 1
        if count <= 0:
            break
        day += timedelta(days=1)
    return day


def _midnight_after(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day + timedelta(days=1), time(), zone).timestamp())
