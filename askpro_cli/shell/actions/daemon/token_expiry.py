"""When a token ends, as people write it: a length of time from now, a day, an instant, or never."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import day_bounds, get_zone, iso_utc, parse_day, parse_instant

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_LENGTH = re.compile(r"(?P<number>\d{1,5})(?P<unit>[mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NEVER = "never"


def expiry_ms(app: App, text: str) -> int | None:
    """Return when a token ends, in milliseconds since 1970 UTC; None: never.

    Args:
        app: its clock tells now, its settings the zone of a time without one.
        text: ``30d``, ``12h``, ``2027-01-31`` (usable through that day), ``2027-01-31T18:00`` or ``never``.

    Raises:
        InvalidValueError: none of these, or not in the future.
    """
    word = text.strip()
    if word.lower() == NEVER:
        return None
    until = _until(app, word)
    if until <= app.clock.now():
        raise InvalidValueError(f"--expires: {text!r} is not in the future", subject="--expires")
    return round(until.timestamp() * 1000)


def _until(app: App, word: str) -> datetime:
    length = _LENGTH.fullmatch(word.lower())
    if length:
        return app.clock.now() + int(length["number"]) * _UNITS[length["unit"]]
    zone = get_zone(app.settings.text("timezone"))
    if _DAY.fullmatch(word):
        return day_bounds(parse_day(word, zone, app.clock, field="--expires"), zone).end
    try:
        return parse_instant(word, zone, field="--expires")
    except InvalidValueError as error:
        error.hint = error.hint and "write 30d, 12h, 2027-01-31, 2027-01-31T18:00 or never"
        raise


def iso_ms(ms: int | None) -> str | None:
    """Return milliseconds since 1970 as ``2026-11-23T09:00:00Z``; None stays None."""
    return None if ms is None else iso_utc(datetime.fromtimestamp(ms / 1000, UTC))
