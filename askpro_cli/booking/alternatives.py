"""Which free slots come nearest to the one that was asked for. Pure: slots in, a ranking out.

Distance, in minutes: the minutes between the two times of day as the company's clocks show them, plus
*day_cost* minutes for every calendar day between them, before or after. Two slots that show the same time
on one day, in the hour that autumn repeats, are their real hour apart. Ties go to the earlier slot.

Score: ``100 * 180 / (180 + distance)``, rounded: 100 beside the asked time, 50 three hours away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.base.times import Interval, day_bounds, local_day

HALF_SCORE_MINUTES = 180


@dataclass(frozen=True, slots=True)
class Alternative:
    """A free slot with what separates it from the asked start.

    Args:
        slot: the offered time, UTC.
        distance: minutes, as the module describes.
        score: 0 to 100, higher is nearer.
        days_apart: calendar days in the company's zone, negative before the asked day.
        minutes_apart: real minutes between the two starts, negative before.
    """

    slot: Interval
    distance: float
    score: int
    days_apart: int
    minutes_apart: int


def rank_alternatives(
    slots: Iterable[Interval],
    asked: datetime,
    *,
    zone: ZoneInfo,
    now: datetime,
    day_cost: float,
    limit: int,
) -> list[Alternative]:
    """Return at most *limit* slots, the nearest to *asked* first; never a past one, never the asked one.

    Args:
        slots: free slots, in any order; duplicates count once.
        asked: the start that was wanted, aware.
        zone: the company's zone, whose clocks and calendar measure the distance.
        now: slots that start at or before it are past.
        day_cost: minutes that one day apart costs, 0 or more.
        limit: how many to return.
    """
    candidates = {slot.start: slot for slot in slots if slot.start > now and slot.start != asked}
    ranked = (_measured(slot, asked, zone, day_cost) for slot in candidates.values())
    return sorted(ranked, key=lambda found: (found.distance, found.slot.start))[:limit]


def search_days(asked: datetime, *, days: int, zone: ZoneInfo, now: datetime) -> Interval:
    """Return the instants to search: *days* calendar days before and after *asked*, never before *now*."""
    day = local_day(asked, zone)
    first = day_bounds(day - timedelta(days=days), zone).start
    end = day_bounds(day + timedelta(days=days), zone).end
    start = max(first, now)
    return Interval(start, max(start, end))


def distance_minutes(slot: datetime, asked: datetime, *, zone: ZoneInfo, day_cost: float) -> float:
    """Return the documented distance between two instants; symmetric."""
    there, here = slot.astimezone(zone), asked.astimezone(zone)
    days = abs((there.date() - here.date()).days)
    minutes = abs(_minute_of_day(there) - _minute_of_day(here))
    if not days and not minutes:
        return abs((slot - asked).total_seconds()) / 60
    return minutes + day_cost * days


def proximity(distance: float) -> int:
    """Return the score of a distance in minutes: 100 at 0, 50 at 180, towards 0 beyond."""
    return round(100 * HALF_SCORE_MINUTES / (HALF_SCORE_MINUTES + distance))


def _minute_of_day(local: datetime) -> float:
    return local.hour * 60 + local.minute + local.second / 60


def _measured(slot: Interval, asked: datetime, zone: ZoneInfo, day_cost: float) -> Alternative:
    distance = distance_minutes(slot.start, asked, zone=zone, day_cost=day_cost)
    days = (slot.start.astimezone(zone).date() - asked.astimezone(zone).date()).days
    minutes = round((slot.start - asked).total_seconds() / 60)
    return Alternative(slot, round(distance, 2), proximity(distance), days, minutes)
