"""Checks of what callers send, in the words of the vendor's class-validator.

The custom pipes of bookings and slots refuse unknown keys and join everything into one text:
`<property> property is wrong,<constraints> <children>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from askpro_cli.sandbox.protocol.answers import ApiError

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
_PHONE = re.compile(r"^\+[1-9]\d{6,14}$")
_ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}")

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_TOO_LARGE = 2**31
# Years in which adding zones, days and repetitions still gives a date; nobody books outside them.
_YEARS = range(1900, 9000)

Check = Callable[[Any], bool]


class Complaints:
    """Collects what is wrong with one document, property by property."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def add(self, name: str, constraint: str) -> None:
        """Note that the property *name* breaks *constraint*."""
        self._texts.append(f"{name} property is wrong,{constraint} ")

    def nest(self, name: str, inner: Complaints) -> None:
        """Note what is wrong inside the property *name*."""
        if inner._texts:
            self._texts.append(f"{name} property is wrong, {inner.text()}")

    def text(self) -> str:
        """Return everything as one text."""
        return ", ".join(self._texts)

    def unknown(self, document: Mapping[str, Any], known: Iterable[str]) -> None:
        """Complain about every key that is not *known* (forbidNonWhitelisted)."""
        allowed = frozenset(known)
        for name in document:
            if name not in allowed:
                self.add(name, f"property {name} should not exist")

    def require(self, document: Mapping[str, Any], name: str, check: Check, constraint: str) -> None:
        """Complain when *name* is missing or *check* refuses it."""
        if not check(document.get(name)):
            self.add(name, constraint)

    def optional(self, document: Mapping[str, Any], name: str, check: Check, constraint: str) -> None:
        """Complain when *name* is present, not null, and *check* refuses it."""
        value = document.get(name)
        if value is not None and not check(value):
            self.add(name, constraint)

    def throw(self) -> None:
        """Raise the 400 when there was a complaint."""
        if self._texts:
            raise ApiError(400, self.text())


def is_text(value: Any) -> bool:
    """Tell whether *value* is a string."""
    return isinstance(value, str)


def is_filled(value: Any) -> bool:
    """Tell whether *value* is a string with something in it."""
    return isinstance(value, str) and value != ""


def is_whole(value: Any) -> bool:
    """Tell whether *value* is a whole number (true is none) that the vendor's database can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_LARGE


def is_number(value: Any) -> bool:
    """Tell whether *value* is a number as JSON knows it (true is none)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_length(value: Any) -> bool:
    """Tell whether *value* is a whole number of at least 1."""
    return is_whole(value) and bool(value >= 1)


def is_flag(value: Any) -> bool:
    """Tell whether *value* is true or false."""
    return isinstance(value, bool)


def is_texts(value: Any) -> bool:
    """Tell whether *value* is a list of strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def is_object(value: Any) -> bool:
    """Tell whether *value* is a JSON object."""
    return isinstance(value, dict)


def is_email(value: Any) -> bool:
    """Tell whether *value* looks like a mail address."""
    return isinstance(value, str) and _EMAIL.match(value) is not None


def is_phone(value: Any) -> bool:
    """Tell whether *value* is in international format (E.164)."""
    return isinstance(value, str) and _PHONE.match(value) is not None


def one_of(allowed: Collection[str]) -> Check:
    """Return the check whether a value is one of the texts *allowed*."""
    return lambda value: isinstance(value, str) and value in allowed


def is_zone(value: Any) -> bool:
    """Tell whether *value* names an IANA zone."""
    if not isinstance(value, str) or not value:
        return False
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def is_iso(value: Any) -> bool:
    """Tell whether *value* is an ISO 8601 date or date and time."""
    return isinstance(value, str) and parse_iso(value) is not None


def parse_iso(text: str) -> datetime | None:
    """Return the instant of an ISO 8601 text, UTC where it names no zone; None when it is none."""
    if not _ISO_DATE.match(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.year not in _YEARS:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def instant_of(text: str) -> datetime:
    """Return the instant of a text that was checked to be ISO 8601; ValueError when it was not."""
    instant = parse_iso(text)
    if instant is None:
        message = f"{text!r} is no ISO 8601 date"
        raise ValueError(message)
    return instant


def whole_number(text: str) -> int | None:
    """Return the number of a query value, None when it is none."""
    return int(text) if _WHOLE.fullmatch(text) else None
