"""A zone as a calendar file describes it (VTIMEZONE): its changes of clocks around an appointment.

Written here because icalendar's own dates a change that skips an hour by the clock after it, where RFC 5545
(3.6.5) asks for the clock before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_AROUND = timedelta(days=366)
_STEP = timedelta(days=7)


def zone_component(zone: ZoneInfo, around: datetime) -> Timezone:
    """Return the VTIMEZONE of *zone* that holds for a year before and after *around*."""
    found = Timezone()
    found.add("tzid", zone.key)
    begin, end = around.astimezone(UTC) - _AROUND, around.astimezone(UTC) + _AROUND
    found.add_component(_observance(begin, begin, zone))
    for before, after in _changes(begin, end, zone):
        found.add_component(_observance(before, after, zone))
    return found


def _changes(begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield the last instant before and the first after each change of the offset, in UTC."""
    while begin < end:
        following = begin + _STEP
        if _offset(begin, zone) != _offset(following, zone):
            yield _narrowed(begin, following, zone)
        begin = following


def _narrowed(before: datetime, after: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Close in on a change that lies between two instants, to the second."""
    before, after = before.replace(microsecond=0), after.replace(microsecond=0)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return before, after


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _observance(before: datetime, after: datetime, zone: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    """Return the stretch that begins at *after*; its start is told by the clock that ran before."""
    local = after.astimezone(zone)
    stretch = TimezoneDaylight() if local.dst() else TimezoneStandard()
    old = _offset(before, zone)
    stretch.add("dtstart", (after + old).replace(tzinfo=None, microsecond=0))
    stretch.add("tzoffsetfrom", old)
    stretch.add("tzoffsetto", _offset(after, zone))
    stretch.add("tzname", local.tzname() or zone.key)
    return stretch
