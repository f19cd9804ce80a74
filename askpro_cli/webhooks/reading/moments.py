"""Moments as operators write them: ``2h`` (ago), ``today``, ``2026-11-23``, ``2026-11-23T10:00``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import MIN_YEAR, day_bounds, parse_day, parse_time

_AGO = re.compile(r"(?P<number>\d{1,6})\s?(?P<unit>s|min|m|h|d|w)", re.IGNORECASE | re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FORMS = "write 90m, 2h or 3d (ago), today, 2026-11-23 or 2026-11-23T10:00"


def parse_moment(text: str, zone: ZoneInfo, clock: Clock, *, field: str, end_of_day: bool = False) -> int:
    """Read a moment, in milliseconds since 1970 UTC.

    Args:
        text: a span counted back from now (``45s``, ``90m``, ``2h``, ``3d``, ``1w``), a day, or a time.
        zone: of days and of times without an offset.
        clock: tells what now and today are.
        field: the option's name, for the message.
        end_of_day: a day means its end, as in "until Monday"; else its beginning.

    Raises:
        InvalidValueError: none of these, or a time that no clock in *zone* shows, or shows twice.
    """
    word = text.strip()
    ago = _AGO.fullmatch(word)
    if ago:
        return to_ms(_before(clock.now(), ago, field))
    if ":" in word:
        return to_ms(parse_time(word, zone, clock, field=field))
    try:
        bounds = day_bounds(parse_day(word, zone, clock, field=field), zone)
    except InvalidValueError as error:
        raise InvalidValueError(error.message, subject=field, hint=_FORMS) from error
    return to_ms(bounds.end if end_of_day else bounds.start)


def to_ms(instant: datetime) -> int:
    """Return an aware instant in milliseconds since 1970 UTC."""
    return int(instant.timestamp() * 1000)


def _before(now: datetime, ago: re.Match[str], field: str) -> datetime:
    try:
        moment = now - timedelta(**{_UNITS[ago["unit"].lower()]: int(ago["number"])})
    except OverflowError:
        moment = None
    if moment is None or moment.year < MIN_YEAR:
        raise InvalidValueError(f"{field}: {ago[0]!r} ago lies before {MIN_YEAR}", subject=field, hint=_FORMS)
    return moment
