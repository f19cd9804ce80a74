"""Opening hours as instants: a schedule's weekly plan and its dated exceptions, in the schedule's own zone.

A time that the clocks skip is read with the offset before the change, one they show twice as the first of
the two, as the vendor does; so a day is as long as its zone says, and hours the change swallows are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.intervals import joined
from askpro_cli.base.times import Interval, get_zone, local_day
from askpro_cli.calcom.models import Schedule

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY_MINUTES = 24 * 60

Span = tuple[int, int]
"""Minutes after midnight, from and up to."""


class OpeningHours:
    """When a schedule is open, on any day of its zone; see :meth:`of`."""

    def __init__(self, schedule: Schedule) -> None:
        self.name = schedule.name
        self.zone: ZoneInfo = get_zone(schedule.time_zone)
        self._weekly = [_weekly(schedule.availability, name) for name in _WEEKDAYS]
        self._overrides: dict[date, list[Span]] = {}
        for entry in schedule.overrides:
            self._overrides.setdefault(date.fromisoformat(entry["date"]), []).append(_span(entry))

    @classmethod
    def of(cls, schedule: Schedule | None) -> OpeningHours | None:
        """Return the hours, None where the schedule is missing or has a shape nobody documented.

        An entry that ends before it begins is such a shape: whether it lasts over midnight is not known.
        """
        try:
            return cls(schedule) if schedule is not None else None
        except (KeyError, TypeError, ValueError, InvalidValueError):
            return None

    def day(self, day: date) -> list[Interval]:
        """Return the hours that begin on *day*, in order."""
        spans = self._overrides.get(day, self._weekly[day.weekday()])
        instants = [
            (_instant(day, begin, self.zone), _instant(day, end, self.zone)) for begin, end in sorted(spans)
        ]
        return [Interval(start, end) for start, end in instants if start < end]

    def within(self, window: Interval) -> list[Interval]:
        """Return the open stretches of all the schedule's days that *window* touches, joined."""
        day, last = (local_day(instant, self.zone) for instant in (window.start, window.end))
        days = (day + timedelta(days=number) for number in range((last - day).days + 1))
        return joined(span for one in days for span in self.day(one))

    def around(self, instant: datetime) -> list[Interval]:
        """Return the stretches of the day of *instant* and of the days beside it."""
        beside = timedelta(days=1)
        return self.within(Interval(instant - beside, instant + beside))

    def stretch_at(self, instant: datetime) -> Interval | None:
        """Return the open stretch that holds *instant*, None when it is closed then."""
        return next((span for span in self.around(instant) if span.contains(instant)), None)

    def has_exception(self, day: date) -> bool:
        """Tell whether *day* has hours of its own instead of those of its weekday."""
        return day in self._overrides

    def is_closed_weekday(self, day: date) -> bool:
        """Tell whether the weekly plan has no hours on this weekday."""
        return not any(begin < end for begin, end in self._weekly[day.weekday()])

    def opens_on(self, day: date) -> bool:
        """Tell whether it is open at some time of *day*."""
        return bool(self.day(day))


def _weekly(availability: Sequence[Mapping[str, Any]], name: str) -> list[Span]:
    return [_span(entry) for entry in availability if name in entry["days"]]


def _span(entry: Mapping[str, Any]) -> Span:
    """Return an entry's minutes; an end at 00:00 is that of the day, unless it begins there too: closed.

    Raises:
        ValueError: it ends before it begins.
    """
    begin, end = (_minutes(str(entry[name])) for name in ("startTime", "endTime"))
    end = _DAY_MINUTES if end == 0 < begin else end
    if end < begin:
        message = f"{entry['startTime']} to {entry['endTime']} ends before it begins"
        raise ValueError(message)
    return begin, end


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")[:2]
    return int(hours) * 60 + int(minutes)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, minutes = divmod(minutes, _DAY_MINUTES)
    day += timedelta(days=days)
    local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone, fold=0)
    return local.astimezone(UTC)
