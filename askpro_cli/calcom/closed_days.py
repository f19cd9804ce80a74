"""Days that cannot have a free time whatever becomes of the bookings: Sundays, holidays, what is past.

An answer without slots is kept for a short time only, because a cancellation may free one. On a day that the
schedule closes, or that lies before the minimum notice, nothing can be freed: its empty answer is as good as
one with slots. Where a schedule cannot be read, nothing is said about its days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import Interval, day_bounds, get_zone, local_day
from askpro_cli.calcom.models import Schedule

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def closed_days(
    days: Sequence[date], zone: ZoneInfo, earliest: datetime, schedule: Schedule | None
) -> frozenset[date]:
    """Return those of *days* on which no free time can exist.

    Args:
        days: of the company's zone.
        zone: the company's.
        earliest: no slot starts before it: now, and the minimum notice.
        schedule: of the event type; None where it is not known.
    """
    hours = _Hours.of(schedule)
    return frozenset(day for day in days if _closed(day_bounds(day, zone), earliest, hours))


def _closed(day: Interval, earliest: datetime, hours: _Hours | None) -> bool:
    if day.end <= earliest:
        return True
    left = Interval(max(day.start, earliest), day.end)
    return hours is not None and not any(left.overlaps(span) for span in hours.around(left))


class _Hours:
    """The opening hours of a schedule, on any day of its own zone."""

    def __init__(self, schedule: Schedule) -> None:
        self._zone = get_zone(schedule.time_zone)
        self._weekly = [_weekly(schedule.availability, name) for name in _WEEKDAYS]
        self._overrides: dict[date, list[tuple[time, time]]] = {}
        for entry in schedule.overrides:
            self._overrides.setdefault(date.fromisoformat(entry["date"]), []).append(_span(entry))

    @classmethod
    def of(cls, schedule: Schedule | None) -> _Hours | None:
        """Return the hours, None where the schedule is missing or has a shape nobody documented."""
        try:
            return cls(schedule) if schedule is not None else None
        except (KeyError, TypeError, ValueError, InvalidValueError):
            return None

    def around(self, window: Interval) -> Iterator[Interval]:
        """Yield the opening hours of every day of the schedule's zone that *window* touches."""
        day, last = (local_day(instant, self._zone) for instant in (window.start, window.end))
        while day <= last:
            for begin, end in self._overrides.get(day, self._weekly[day.weekday()]):
                found = self._interval(day, begin, end)
                if found.start < found.end:
                    yield found
            day += timedelta(days=1)

    def _interval(self, day: date, begin: time, end: time) -> Interval:
        """Return one span of opening hours; one that would end before it begins ends with its day."""
        bounds = day_bounds(day, self._zone)
        if begin == end:
            return Interval(bounds.start, bounds.start)  # the vendor's way to write "closed"
        start = datetime.combine(day, begin, self._zone).astimezone(bounds.start.tzinfo)
        stop = datetime.combine(day, end, self._zone).astimezone(bounds.start.tzinfo)
        return Interval(start, stop if start < stop else max(start, bounds.end))


def _weekly(availability: Sequence[dict[str, Any]], name: str) -> list[tuple[time, time]]:
    return [_span(entry) for entry in availability if name in entry["days"]]


def _span(entry: dict[str, Any]) -> tuple[time, time]:
    """Return begin and end of an entry; 24:00 is read as midnight."""
    begin, end = (str(entry[name]).replace("24:00", "00:00") for name in ("startTime", "endTime"))
    return time.fromisoformat(begin), time.fromisoformat(end)
