"""The one reader of opening hours, which the platform wrote in four shapes.

``{"monday": {"enabled": true, "start": "09:00", "end": "18:00"}}``,
``{"monday": {"openTime": "09:00", "closeTime": "18:00"}}`` (a closed day is absent or null),
``{"monday": {"open": "09:00", "close": "18:00", "closed": false}}`` and
``{"monday": {"isOpen": true, "openTime": "09:00", "closeTime": "18:00"}}`` mean the same.

What cannot be read is a problem by name, never a closed day: that is how a branch was shut for weeks.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_MINUTES = 24 * 60

_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(:00(\.0+)?)?", re.ASCII)
_PAIRS = (("start", "end"), ("openTime", "closeTime"), ("open", "close"))
_OPEN_FLAGS = {"enabled": True, "isOpen": True, "closed": False}
"""Flag → the value that means open."""

Span = tuple[int, int]
"""Minutes after midnight, from and up to, not included; 1440 is the midnight at the end of the day."""


@dataclass(frozen=True, slots=True)
class Week:
    """Opening hours.

    Args:
        days: by weekday, 1 Monday to 7 Sunday: the half-open stretch; closed days are absent.
        problems: what could not be read: weekday (or what stands in its place) and why.
    """

    days: Mapping[int, Span]
    problems: tuple[tuple[str, str], ...] = ()


def read_week(document: Any) -> Week:
    """Return what opening hours of any of the four shapes mean; None and an empty mapping: no day is open."""
    if document is None:
        return Week({})
    if not isinstance(document, Mapping):
        return Week({}, (("all days", f"they are {_kind(document)}, not a mapping of weekdays"),))
    days: dict[int, Span | None] = {}
    problems: list[tuple[str, str]] = []
    for word, entry in document.items():
        try:
            number, span = _number(word, days), _span(entry)
        except _OddError as odd:
            problems.append((str(word), str(odd)))
        else:
            days[number] = span
    opened = {number: span for number, span in sorted(days.items()) if span is not None}
    return Week(opened, tuple(problems))


def read_span(begin: str, end: str) -> tuple[Span | None, str]:
    """Return a stretch of a day from two times as a database writes them, or why it is none."""
    try:
        return _between(begin, end), ""
    except _OddError as odd:
        return None, str(odd)


class _OddError(ValueError):
    """An entry of none of the four shapes; never leaves this module."""


def _number(word: Any, known: Collection[int]) -> int:
    name = str(word).strip().lower()
    if name not in WEEKDAYS:
        message = "it is no weekday (monday to sunday)"
        raise _OddError(message)
    number = WEEKDAYS.index(name) + 1
    if number in known:
        message = "the day stands there twice"
        raise _OddError(message)
    return number


def _span(entry: Any) -> Span | None:
    """Return a day's stretch, None where it is closed."""
    if entry is None:
        return None
    if not isinstance(entry, Mapping):
        message = f"it is {_kind(entry)}, not a mapping"
        raise _OddError(message)
    if not _is_open(entry):
        return None
    begin, end = (entry[name] for name in _names(entry))
    return _between(begin, end)


def _is_open(entry: Mapping[str, Any]) -> bool:
    """Tell what the flag says; without one a day is open."""
    flags = [name for name in _OPEN_FLAGS if name in entry]
    for name in flags:
        if not isinstance(entry[name], bool):
            message = f"{name} is {_kind(entry[name])}, not true or false"
            raise _OddError(message)
    said = {entry[name] is _OPEN_FLAGS[name] for name in flags}
    if len(said) > 1:
        message = f"{' and '.join(flags)} contradict each other"
        raise _OddError(message)
    return said != {False}


def _names(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Return the names of begin and end in this shape."""
    pairs = [pair for pair in _PAIRS if any(name in entry for name in pair)]
    if len(pairs) != 1:
        message = "it names no begin and end" if not pairs else "it names begin and end in two ways"
        raise _OddError(message)
    missing = [name for name in pairs[0] if entry.get(name) is None]
    if missing:
        message = f"{missing[0]} is missing"
        raise _OddError(message)
    return pairs[0]


def _minutes(clock: Any) -> int:
    """Return minutes after midnight of ``HH:MM``; 24:00 is the midnight at the end of the day."""
    text = clock.strip() if isinstance(clock, str) else None
    if text in ("24:00", "24:00:00", "24:00:00.000000"):
        return DAY_MINUTES
    found = _CLOCK.fullmatch(text) if text else None
    if found is None:
        message = f"{reprlib.repr(clock)} is no time HH:MM"
        raise _OddError(message)
    return int(found["hour"]) * 60 + int(found["minute"])


def _between(first: Any, last: Any) -> Span:
    """Return the stretch; an end at 00:00 is midnight, but from 00:00 that could mean all day or nothing."""
    begin, end = _minutes(first), _minutes(last)
    if begin == end == 0:
        message = "00:00 to 00:00 is all day or closed: write 24:00 or close it"
        raise _OddError(message)
    end = end or DAY_MINUTES
    if begin >= end:
        message = f"it ends at {_text(end)}, not after it begins at {_text(begin)}"
        raise _OddError(message)
    return begin, end


def _text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _kind(value: Any) -> str:
    """Name what JSON calls a value."""
    if isinstance(value, bool):
        return "true or false"
    if value is None:
        return "null"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "something else"
