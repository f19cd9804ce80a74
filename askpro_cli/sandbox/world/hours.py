"""Schedules as instants: opening hours of a span of days, in the schedule's own zone.

A local time inside a DST gap is read with the offset before the change, an ambiguous one as the first of the
two (what `zoneinfo` does with fold 0), so a day has 23 or 25 hours where its zone says so.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.slots.ranges import Range, merge
from askpro_cli.sandbox.world.model import DAY_NAMES, Schedule

_MINUTES_A_DAY = 24 * 60


def minutes_of(clock_time: str) -> int:
    """Return the minutes after midnight of `HH:MM`; ValueError when it is none."""
    hour, separator, minute = clock_time.partition(":")
    if not separator or len(hour) != len("00") or len(minute) != len("00"):
        message = f"{clock_time!r} is not HH:MM"
        raise ValueError(message)
    total = int(hour) * 60 + int(minute)
    if int(minute) >= 60 or total > _MINUTES_A_DAY:  # noqa: PLR2004 - minutes of an hour
        message = f"{clock_time!r} is not a time of day"
        raise ValueError(message)
    return total


def _instant(day: date, minutes: int, zone: ZoneInfo) -> int:
    shift, minutes = divmod(minutes, _MINUTES_A_DAY)
    day += timedelta(days=shift)
    local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
    return int(local.timestamp())


class OpeningHours:
    """One schedule, ready to be asked for instants; remembers the days it has worked out."""

    def __init__(self, schedule: Schedule) -> None:
        self.zone = ZoneInfo(schedule.time_zone)
        self._weekly: list[list[tuple[int, int]]] = [[] for _ in DAY_NAMES]
        for hours in schedule.availability:
            for day in hours.days:
                self._weekly[DAY_NAMES.index(day)].append(
                    (minutes_of(hours.start_time), minutes_of(hours.end_time))
                )
        self._overrides: dict[date, list[tuple[int, int]]] = {}
        for override in schedule.overrides:
            span = (minutes_of(override.start_time), minutes_of(override.end_time))
            self._overrides.setdefault(date.fromisoformat(override.date), []).append(span)
        self.day = lru_cache(maxsize=1024)(self._day)

    def _day(self, day: date) -> tuple[Range, ...]:
        """Return the opening hours of the local *day*."""
        spans = self._overrides.get(day, self._weekly[day.weekday()])
        found = ((_instant(day, start, self.zone), _instant(day, end, self.zone)) for start, end in spans)
        return tuple(merge(found))

    def local_date(self, instant: int) -> date:
        """Return the date *instant* (epoch seconds) has in the schedule's zone."""
        return datetime.fromtimestamp(instant, self.zone).date()

    def between(self, start: int, end: int) -> list[Range]:
        """Return the whole opening hours of every local day that [*start*, *end*] touches."""
        day, last = self.local_date(start), self.local_date(end)
        found: list[Range] = []
        while day <= last:
            found.extend(self.day(day))
            day += timedelta(days=1)
        return merge(found)
