"""Dates and times: UTC inside, the company's zone at the edges, half-open intervals.

A day runs from local midnight to local midnight, so it has 23 or 25 hours when the clocks change.
Nothing here reads the machine's zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import InvalidValueError, VendorProtocolError
from askpro_cli.base.nearest import nearest

# Room for a zone's offset on either side: conversions of any accepted instant cannot overflow.
MIN_YEAR, MAX_YEAR = 1970, 2999

_INSTANT = re.compile(
    r"(?P<local>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)\s?(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE | re.ASCII,
)
_WIRE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DISTANCE = re.compile(r"(?P<sign>[+-])(?P<days>\d{1,4})d", re.IGNORECASE | re.ASCII)
_NAMED_TIME = re.compile(
    r"(?P<day>yesterday|today|tomorrow|[+-]\d{1,4}d)(T|\s+)(?P<hour>\d{1,2})(?P<rest>:\d{2}(:\d{2})?)",
    re.IGNORECASE | re.ASCII,
)
_NO_ZONES = frozenset({"localtime", "posixrules", "posix", "right", "Factory"})
_NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}

FURTHEST_ZONES = timedelta(hours=26)
"""Between the clocks of UTC-12 and those of UTC+14: how far a day of an unknown zone may lie elsewhere."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The instants from *start* up to, not including, *end*; both aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            message = "an interval needs aware instants"
            raise ValueError(message)
        if self.end < self.start:
            message = f"an interval cannot end ({self.end}) before it starts ({self.start})"
            raise ValueError(message)

    def overlaps(self, other: Interval) -> bool:
        """Tell whether the two share at least one instant; touching ends do not."""
        return max(self.start, other.start) < min(self.end, other.end)

    def contains(self, instant: datetime) -> bool:
        """Tell whether *instant* lies inside; the end does not."""
        return self.start <= instant < self.end


def get_zone(name: str) -> ZoneInfo:
    """Return the IANA time zone called *name*.

    Raises:
        InvalidValueError: there is no such zone; the hint is the nearest name. ``localtime`` (the machine's
            zone) and the copies under ``posix/`` and ``right/`` (with leap seconds) are none.
    """
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _unknown_zone(name) from error
    if name.partition("/")[0] in _NO_ZONES:
        raise _unknown_zone(name)
    return zone


def _unknown_zone(name: str) -> InvalidValueError:
    return InvalidValueError(f"unknown time zone {name!r}", subject="timezone", hint=_nearest_zone(name))


def _nearest_zone(name: str) -> str:
    from zoneinfo import available_timezones

    found = nearest(name, available_timezones())
    return f"did you mean {found}?" if found else "use an IANA name such as Europe/Berlin"


def parse_instant(text: str, zone: ZoneInfo, *, field: str) -> datetime:
    """Read an ISO 8601 time: with ``Z`` or an offset, or local in *zone*; return it in UTC.

    Args:
        text: e.g. ``2026-11-23T10:00``, ``2026-11-23 10:00``, ``2026-11-23T09:00:00Z``.
        zone: the company's zone, for a time without offset.
        field: the option's name, for the message.

    Raises:
        InvalidValueError: malformed, not a date of the calendar, out of 1970 to 2999, skipped by the
            spring change of clocks, or occurring twice in the autumn one.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise _no_instant(text, field, "write 2026-11-23T10:00 (company's zone) or 2026-11-23T10:00+01:00")
    try:
        written = datetime.fromisoformat((match["local"] + (match["offset"] or "")).upper())
    except ValueError as error:
        raise InvalidValueError(
            f"{field}: {text!r} is not in the calendar ({error})", subject=field
        ) from error
    _check_year(written.year, text, field)
    return written.astimezone(UTC) if written.tzinfo else _from_local(written, zone, text, field)


def _no_instant(text: str, field: str, hint: str) -> InvalidValueError:
    return InvalidValueError(f"{field}: {text!r} is not a date with a time", subject=field, hint=hint)


def parse_time(text: str, zone: ZoneInfo, clock: Clock, *, field: str) -> datetime:
    """Read a time as :func:`parse_instant`, or of a day that is named as for :func:`parse_day`; return UTC.

    ``tomorrow 8:00`` means another instant tomorrow: where a command may be run again and must not do
    another thing then, :func:`is_named_time` tells that it was so written.

    Args:
        text: e.g. ``tomorrow 8:00``, ``today 14:30``, ``+2d 09:00``, ``2026-11-23T10:00``; a time of day
            alone names no day, so it is refused.
        zone: the company's zone; its calendar tells what today is.
        clock: tells the time.
        field: the option's name, for the message.

    Raises:
        InvalidValueError: as for :func:`parse_instant`.
    """
    named = _NAMED_TIME.fullmatch(text.strip())
    if named:
        day = parse_day(named["day"], zone, clock, field=field)
        return parse_instant(f"{day}T{named['hour']:0>2}{named['rest']}", zone, field=field)
    if not _INSTANT.fullmatch(text.strip()):
        raise _no_instant(
            text,
            field,
            "write 2026-11-23T10:00 (company's zone), 2026-11-23T10:00+01:00, "
            "today 10:00, tomorrow 10:00 or +3d 10:00",
        )
    return parse_instant(text, zone, field=field)


def is_named_time(text: str) -> bool:
    """Tell whether *text* is a time of a day that is named from today on: ``tomorrow 8:00``."""
    return _NAMED_TIME.fullmatch(text.strip()) is not None


def _check_year(year: int, text: str, field: str) -> None:
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise InvalidValueError(
            f"{field}: the year of {text!r} is outside {MIN_YEAR} to {MAX_YEAR}", subject=field
        )


def _from_local(local: datetime, zone: ZoneInfo, text: str, field: str) -> datetime:
    """Return the one instant at which clocks in *zone* show *local*, or say why there is not one."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    instant = first.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local:
        raise InvalidValueError(
            f"{field}: {text!r} does not exist in {zone.key}: the clocks are put forward over it",
            subject=field,
            hint=_around_gap(first.astimezone(UTC), second.astimezone(UTC), zone),
        )
    choices = " or ".join(local.isoformat() + _offset(moment) for moment in (first, second))
    raise InvalidValueError(
        f"{field}: {text!r} occurs twice in {zone.key}: the clocks are put back over it",
        subject=field,
        hint=f"choose {choices}",
    )


def _around_gap(after: datetime, before: datetime, zone: ZoneInfo) -> str:
    """Return the last minute before the clocks go forward and the first time after it, for a hint.

    Args:
        after: an instant after the change, in UTC: a skipped time read with the old offset.
        before: one before it: the same read with the new offset.
        zone: whose clocks change.
    """
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == old else (before, middle)
    change = after.replace(microsecond=0)
    last = change - timedelta(minutes=1)
    return f"the nearest times that exist are {iso_local(last, zone)} and {iso_local(change, zone)}"


def _offset(moment: datetime) -> str:
    return moment.isoformat()[len(moment.replace(tzinfo=None).isoformat()) :]


def parse_day(text: str, zone: ZoneInfo, clock: Clock, *, field: str) -> date:
    """Read a day: ``2026-11-23``, ``yesterday``, ``today``, ``tomorrow``, ``+3d``; today as in *zone*.

    Raises:
        InvalidValueError: malformed, not a date of the calendar, or out of 1970 to 2999.
    """
    word = text.strip().lower()
    distance = _DISTANCE.fullmatch(word)
    if distance:
        days = int(distance["days"]) * (-1 if distance["sign"] == "-" else 1)
        return local_day(clock.now(), zone) + timedelta(days=days)
    if word in _NAMED_DAYS:
        return local_day(clock.now(), zone) + timedelta(days=_NAMED_DAYS[word])
    if not _DAY.fullmatch(word):
        raise InvalidValueError(
            f"{field}: {text!r} is not a day",
            subject=field,
            hint="write 2026-11-23, today, tomorrow or +3d",
        )
    try:
        day = date.fromisoformat(word)
    except ValueError as error:
        raise InvalidValueError(
            f"{field}: {text!r} is not in the calendar ({error})", subject=field
        ) from error
    _check_year(day.year, text, field)
    return day


def day_bounds(day: date, zone: ZoneInfo) -> Interval:
    """Return the UTC instants between which clocks in *zone* show *day*: 23 to 25 hours, in general."""
    return Interval(_day_start(day, zone), _day_start(day + timedelta(days=1), zone))


def _day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of *day*; fold 0 is also right where midnight is skipped or repeated."""
    return datetime(day.year, day.month, day.day, tzinfo=zone, fold=0).astimezone(UTC)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the day that a calendar in *zone* shows at *instant*."""
    return instant.astimezone(zone).date()


def iso_utc(instant: datetime) -> str:
    """Return *instant* as ``2026-11-23T09:00:00Z``; fractions of a second are dropped."""
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def iso_local(instant: datetime, zone: ZoneInfo) -> str:
    """Return *instant* as clocks in *zone* show it: ``2026-11-23T10:00:00+01:00``, fractions dropped."""
    return instant.astimezone(zone).replace(microsecond=0).isoformat()


def is_repeated(instant: datetime, zone: ZoneInfo) -> bool:
    """Tell whether clocks in *zone* show the time of *instant* twice, because they are put back over it."""
    local = instant.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def parse_wire(text: str) -> datetime:
    """Read a vendor's timestamp (``Z``, milliseconds, or an offset) and return it in UTC.

    Raises:
        VendorProtocolError: no timestamp, or one without a zone, which could mean any instant.
    """
    try:
        if not _WIRE.fullmatch(text):
            raise VendorProtocolError(f"{text!r} is not a timestamp with a zone")
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError) as error:
        raise VendorProtocolError(f"{text!r} is not a timestamp with a zone") from error


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def human_span(seconds: float) -> str:
    """Return a length of time for a person, in whole units: ``45 s``, ``4 min``, ``3 h``, ``2 d``."""
    whole = max(0, int(seconds))
    return next((f"{whole // size} {unit}" for size, unit in _UNITS if whole >= size), f"{whole} s")
