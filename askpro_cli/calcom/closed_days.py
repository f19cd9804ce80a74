"""Days that cannot have a free time whatever becomes of the bookings: Sundays, holidays, what is past.

An answer without slots is kept for a short time only, because a cancellation may free one. On a day that the
schedule closes, or that lies before the minimum notice, nothing can be freed: its empty answer is as good as
one with slots. Where a schedule cannot be read, nothing is said about its days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from askpro_cli.base.times import Interval, day_bounds
from askpro_cli.calcom.models import Schedule
from askpro_cli.calcom.opening_hours import OpeningHours


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
    hours = OpeningHours.of(schedule)
    return frozenset(day for day in days if _closed(day_bounds(day, zone), earliest, hours))


def _closed(day: Interval, earliest: datetime, hours: OpeningHours | None) -> bool:
    if day.end <= earliest:
        return True
    left = Interval(max(day.start, earliest), day.end)
    return hours is not None and not any(left.overlaps(span) for span in hours.within(left))
