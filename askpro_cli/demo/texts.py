"""Instants as a receptionist would read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

_SHOWN = 6


def moment(local: str) -> str:
    """Return ``Mon 23 Nov 10:00`` for an ISO time with offset, in the zone it is written in."""
    return datetime.fromisoformat(local).strftime("%a %d %b %H:%M")


def days(slots: Sequence[dict[str, Any]], limit: int) -> list[str]:
    """Return one line a day: the first times of each of the first *limit* days."""
    by_day = groupby(slots, key=lambda slot: datetime.fromisoformat(slot["start"]).date())
    lines = [_day_line([slot["start"] for slot in group]) for _, group in by_day]
    rest = len(lines) - limit
    return lines[:limit] + ([f"… and {rest} more days"] if rest > 0 else [])


def _day_line(starts: Sequence[str]) -> str:
    first = datetime.fromisoformat(starts[0])
    times = "  ".join(datetime.fromisoformat(start).strftime("%H:%M") for start in starts[:_SHOWN])
    more = f"  … {len(starts) - _SHOWN} more" if len(starts) > _SHOWN else ""
    return f"{first.strftime('%a %d %b')}   {times}{more}"
