"""The stretch of time a question about free slots is about: days or instants, in the company's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import Interval, day_bounds, local_day, parse_day, parse_time

MAX_DAYS = 366


def read_window(
    start: str | None, end: str | None, days: int | None, *, default_days: int, zone: ZoneInfo, clock: Clock
) -> Interval:
    """Return the window of ``--from``, ``--to`` and ``--days``.

    Args:
        start: a day or an instant; None means today.
        end: a day, which is included, or an instant, which is not; None to count *days*.
        days: calendar days from *start* on; not together with *end*.
        default_days: when neither *end* nor *days* is given.
        zone: the company's.
        clock: tells what today is.

    Raises:
        InvalidValueError: malformed, contradictory, empty, or longer than 366 days.
    """
    if end is not None and days is not None:
        raise InvalidValueError("--to and --days exclude each other", subject="--days")
    begin = _bounds(start or "today", zone, clock, field="--from").start
    if end is not None:
        return _checked(begin, _bounds(end, zone, clock, field="--to").end)
    last_day = local_day(begin, zone) + timedelta(days=_counted(days, default_days) - 1)
    return Interval(begin, day_bounds(last_day, zone).end)


def days_of(window: Interval, zone: ZoneInfo) -> list[date]:
    """Return the calendar days in *zone* that *window* touches, in order; none for an empty window."""
    if window.start == window.end:
        return []
    first = local_day(window.start, zone)
    last = local_day(window.end - timedelta(microseconds=1), zone)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _bounds(text: str, zone: ZoneInfo, clock: Clock, *, field: str) -> Interval:
    """Return the day that *text* names, or, where it has a time of day, that instant alone."""
    if ":" not in text:
        return day_bounds(parse_day(text, zone, clock, field=field), zone)
    instant = parse_time(text, zone, clock, field=field)
    return Interval(instant, instant)


def _counted(days: int | None, default: int) -> int:
    count = default if days is None else days
    if not 1 <= count <= MAX_DAYS:
        raise InvalidValueError(f"--days: {count} is not between 1 and {MAX_DAYS}", subject="--days")
    return count


def _checked(begin: datetime, stop: datetime) -> Interval:
    if stop <= begin:
        raise InvalidValueError("--to: it does not lie after --from", subject="--to")
    if stop - begin > timedelta(days=MAX_DAYS + 1):
        raise InvalidValueError(f"--to: more than {MAX_DAYS} days after --from", subject="--to")
    return Interval(begin, stop)
