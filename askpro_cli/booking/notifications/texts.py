"""The words of our mails, by language, and times as a person of that language reads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
import yaml

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.shipped import shipped_path
from askpro_cli.base.times import Interval, is_repeated
from askpro_cli.booking.notifications.contents import LANGUAGES


@cache
def texts(language: str) -> dict[str, Any]:
    """Return the shipped words of a language.

    Raises:
        InvalidValueError: there are none in it.
    """
    if language not in LANGUAGES:
        message = f"there are no mails in the language {language!r}"
        raise InvalidValueError(message, subject="language")
    found: dict[str, Any] = yaml.safe_load(shipped_path(f"mail.{language}.yaml").read_text(encoding="utf-8"))
    return found


def date_text(instant: datetime, zone: ZoneInfo, words: dict[str, Any]) -> str:
    """Return the day of *instant* in *zone*: ``Donnerstag, 26. November 2026``."""
    local = instant.astimezone(zone)
    found: str = words["date"].format(
        weekday=words["weekdays"][local.weekday()],
        day=local.day,
        month=words["months"][local.month - 1],
        year=local.year,
    )
    return found


def span_text(span: Interval, zone: ZoneInfo, words: dict[str, Any]) -> str:
    """Return when an appointment is, in *zone*: ``Donnerstag, 26. November 2026, 10:30 bis 11:15 Uhr``."""
    date, end_date = (date_text(instant, zone, words) for instant in (span.start, span.end))
    start, end = (_time_text(instant, zone, words) for instant in (span.start, span.end))
    form: str = words["span" if date == end_date else "span_of_days"]
    return form.format(date=date, start=start, end=end, end_date=end_date)


def phone_text(number: str) -> str:
    """Return an E.164 number as people write it: ``+49 30 23125001``; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _time_text(instant: datetime, zone: ZoneInfo, words: dict[str, Any]) -> str:
    """Return the time of day; with its offset where clocks show that time twice."""
    local = instant.astimezone(zone)
    shown: str = words["time"].format(hour=local.hour, minute=local.minute)
    if not is_repeated(instant, zone):
        return shown
    repeated: str = words["repeated"].format(
        time=shown, offset=_offset_text(local.utcoffset() or timedelta())
    )
    return repeated


def _offset_text(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{hours}:{rest:02}" if rest else f"{sign}{hours}"
