"""When a recurring booking happens: the same local time every so many weeks, months or years."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.world.model import Recurrence

_MONTHS_A_YEAR = 12


def occurrences(recurrence: Recurrence, count: int, start: int, zone: ZoneInfo) -> Iterator[int]:
    """Yield *count* starts (epoch seconds) from *start* on, at the same local time in *zone*.

    Each is counted from the one before, so 31 January is followed by 28 February and then by 28 March, and
    an hour that the clock skips moves what comes after it too (source: the series is built with luxon's
    `plus`, step by step).
    """
    yield start
    for _ in range(count - 1):
        local = datetime.fromtimestamp(start, zone)
        start = int(datetime.combine(_next(local.date(), recurrence), local.time(), zone).timestamp())
        yield start


def _next(day: date, recurrence: Recurrence) -> date:
    if recurrence.frequency == "weekly":
        return day + timedelta(weeks=recurrence.interval)
    months = recurrence.interval * (_MONTHS_A_YEAR if recurrence.frequency == "yearly" else 1)
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
