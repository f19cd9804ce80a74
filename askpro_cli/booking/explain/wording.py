"""Instants and counts in the words of a person, for evidence and headlines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from askpro_cli.base.times import Interval, is_repeated
from askpro_cli.calcom.models import EventType

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOST_NAMES = 5


def named(event_type: EventType) -> str:
    """Return an event type by id and name: ``event type 1001 (salon/haircut)``."""
    return f"event type {event_type.id} ({event_type.reference})"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant as clocks in *zone* show it: ``Mon 2026-11-23 10:00``."""
    local = instant.astimezone(zone)
    return f"{_WEEKDAYS[local.weekday()]} {local:%Y-%m-%d} {clock(instant, zone)}"


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """Return the time of day; with its offset in the hour that autumn repeats."""
    local = instant.astimezone(zone)
    time = f"{local:%H:%M}" if not local.second else f"{local:%H:%M:%S}"
    return f"{time} {local.isoformat()[-6:]}" if is_repeated(instant, zone) else time


def spans(intervals: Sequence[Interval], zone: ZoneInfo) -> str:
    """Return stretches of a day: ``09:00-12:00, 13:00-24:00``."""
    ends = (clock(span.end, zone) for span in intervals)
    return ", ".join(
        f"{clock(span.start, zone)}-{'24:00' if end == '00:00' else end}"
        for span, end in zip(intervals, ends, strict=True)
    )


def listed(names: Sequence[str]) -> str:
    """Return names in a row; of many only the first ones."""
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"


def span_of(minutes: float) -> str:
    """Return a length of time: ``45 min``, ``26 h 30 min``, ``3 d``."""
    whole = int(minutes)
    days, rest = divmod(whole, 1440)
    hours, left = divmod(rest, 60)
    if days and not rest:
        return f"{days} d"
    parts = [f"{days * 24 + hours} h"] if whole >= 60 else []  # noqa: PLR2004 - minutes of an hour
    return " ".join([*parts, *([f"{left} min"] if left or not parts else [])])


def signed(minutes: int) -> str:
    """Return a distance with its sign: ``+1 h``, ``-5 h 30 min``."""
    return f"{'-' if minutes < 0 else '+'}{span_of(abs(minutes))}"
