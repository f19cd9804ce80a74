"""The earliest and the latest start an event type accepts, by notice and booking window."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.hours import OpeningHours
from askpro_cli.sandbox.model import BookingWindow, EventType

_MINUTE = 60
_FAR = 2**53
_FRIDAY = 4
ROLLING_DAYS = 61


def bounds(event_type: EventType, hours: OpeningHours, now: int) -> tuple[int, int]:
    """Return the first and the last bookable start, both included, in epoch seconds.

    The window's days are counted in the schedule's zone and end at its midnight. A rolling window has no end
    here: it counts days with something free, which only `slots` knows, and which the vendor does not look at
    when a booking is made.
    """
    earliest = now + event_type.minimum_booking_notice * _MINUTE
    window = event_type.booking_window
    if window is None or window.rolling:
        return earliest, _FAR
    if isinstance(window.value, int):
        return earliest, end_of(_last_day(window, window.value, hours.local_date(now)), hours.zone)
    first, last = (date.fromisoformat(day) for day in window.value)
    opening = end_of(first - timedelta(days=1), hours.zone) + 1
    return max(earliest, opening), end_of(last, hours.zone)


def _last_day(window: BookingWindow, days: int, today: date) -> date:
    if window.type == "calendarDays":
        return today + timedelta(days=days)
    return _after_business_days(today, days)


def _after_business_days(today: date, count: int) -> date:
    day = today
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() <= _FRIDAY
    return day


def last_rolling_day(window: BookingWindow, free_days: Collection[date], today: date) -> date:
    """Return the last day of a rolling window: that on which as many days with something free have come.

    Where they do not come within two months, it is the end of those (source: getRollingWindowEndDate, 2025).
    """
    business_only = window.type == "businessDays"
    counted = sorted(day for day in free_days if not (business_only and day.weekday() > _FRIDAY))
    needed = window.value if isinstance(window.value, int) else 0
    if needed == 0:
        return today
    return counted[needed - 1] if len(counted) >= needed else today + timedelta(days=ROLLING_DAYS)


def end_of(day: date, zone: ZoneInfo) -> int:
    """Return the last second of a local day, as epoch seconds."""
    return int(datetime.combine(day + timedelta(days=1), time(), zone).timestamp()) - 1
