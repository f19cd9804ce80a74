"""The grid slots start on, by the vendor's rule (its packages/features/schedules/lib/slots.ts).

In every free stretch the first slot starts on the first whole step of 60, 30, 15, 10 or 5 minutes, the
largest that divides the interval, by the local clock; the others follow an interval apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.base.times import Interval

_STEPS = (60, 30, 15, 10, 5)


def step_of(interval: int) -> int:
    """Return the minutes that every start is a multiple of, for slots every *interval* minutes."""
    return next((step for step in _STEPS if interval % step == 0), 1)


def on_step(instant: datetime, step: int, zone: ZoneInfo) -> bool:
    """Tell whether the minutes of the local clock are a multiple of *step*."""
    local = instant.astimezone(zone)
    return local.minute % step == 0 and not local.second and not local.microsecond


def starts(  # noqa: PLR0917 - what the vendor's grid depends on
    free: Interval, earliest: datetime, interval: int, length: timedelta, zone: ZoneInfo, shift: int = 0
) -> Iterator[datetime]:
    """Yield the starts in a free stretch.

    Args:
        free: open and not taken.
        earliest: no slot starts before it.
        interval: minutes between starts.
        length: of an appointment, which must fit.
        zone: whose clock the first start is aligned to.
        shift: the event type's ``offsetStart`` in minutes, which the vendor adds to every start anew.
    """
    start = _aligned(max(free.start, earliest), step_of(interval), zone) + timedelta(minutes=shift)
    while start + length <= free.end:
        yield start
        start += timedelta(minutes=interval + shift)


def step_told(step: int) -> str:
    """Return where the starts lie in an hour, as a person says it."""
    words = {60: "on the full hour", 30: "on the full and the half hour", 15: "on the quarters of an hour"}
    return words.get(step, f"on every {step}th minute of an hour" if step > 1 else "on any minute")


def keeps_step(day: Interval, step: int, zone: ZoneInfo) -> bool:
    """Tell whether clocks in *zone* keep *step* all *day*: a change by half an hour moves a grid of hours."""
    change = day.end.astimezone(zone).utcoffset() or timedelta()
    change -= day.start.astimezone(zone).utcoffset() or timedelta()
    return not change % timedelta(minutes=step)


def _aligned(instant: datetime, step: int, zone: ZoneInfo) -> datetime:
    """Return the first whole minute at or after *instant* on a step of the local clock."""
    whole = instant.replace(second=0, microsecond=0)
    if whole < instant:
        whole += timedelta(minutes=1)
    while late := whole.astimezone(zone).minute % step:
        whole += timedelta(minutes=step - late)
    return whole
