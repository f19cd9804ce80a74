"""Times as a data file writes them: an instant, or a local time so many days from the sandbox's own today."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_YEARS = range(1900, 9000)
_RELATIVE = re.compile(r"^([+-]\d{1,5})d (\d{2}):(\d{2})$")


def seed_start(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the instant *text* means; ValueError when it says nothing of the kind.

    `2026-11-24T09:00:00Z` is itself, `+2d 11:00` is eleven o'clock in *zone* two days after the day *now* has
    there.
    """
    relative = _RELATIVE.match(text)
    if relative is None:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            message = f"{text!r} has no zone"
            raise ValueError(message)
        if instant.year not in _YEARS:
            message = f"{text!r} is too far away"
            raise ValueError(message)
        return instant
    days, hour, minute = (int(part) for part in relative.groups())
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
