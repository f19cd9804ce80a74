"""What is wanted, checked before anything goes over the wire.

Limits are the vendor's (API V2, create booking): 50 metadata entries, keys of 40 and values of 500
characters; one entry is ours. Nothing here knows the event type; see :mod:`askpro_cli.booking.fitting`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.phones import caller_number
from askpro_cli.booking.addresses import check_email

KEY_ENTRY = "askpro_key"
MAX_METADATA_ENTRIES = 50
MAX_METADATA_KEY = 40
MAX_METADATA_VALUE = 500
MAX_DAYS_AHEAD = 731
"""Two years, one of them a leap year. No booking window of a salon or a practice is that long."""

MAX_OCCURRENCES = 100
"""Appointments of one series; two years of weeks, and more than any event type of a salon offers."""
RULES = {
    "allow_conflicts": "--allow-conflicts",
    "allow_out_of_bounds": "--allow-out-of-bounds",
    "skip_limits": "--skip-limits",
}
"""What a host may set aside, by the client's name, and its option."""
RULES_SINCE = "2026-02-25"
"""The version of the bookings API that knows these keys; for others than hosts it ignores them silently."""


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """One booking as it is wanted.

    Args:
        event_type_id: the vendor's id.
        start: aware, UTC.
        name: of the attendee.
        email: of the attendee, or None; one of e-mail and phone is there.
        phone: E.164, or None.
        timezone: IANA name, in which the vendor writes to the attendee.
        language: of the vendor's messages, ``de`` or ``en``.
        duration: minutes, None for the event type's own.
        fields: answers to the event type's booking fields, by slug.
        metadata: the operator's entries, without ours.
        guests: e-mail addresses.
        location: as the vendor wants it (``{"type": "attendeePhone", "phone": …}``), None for its default.
        occurrences: how many appointments of a series, None for a single one.
        instant: ask the hosts of a team to come at once.
        rules: vendor's rules that a host may set aside, of :data:`RULES`.
    """

    event_type_id: int
    start: datetime
    name: str
    email: str | None
    phone: str | None
    timezone: str
    language: str
    duration: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    guests: tuple[str, ...] = ()
    location: Mapping[str, str] | None = None
    occurrences: int | None = None
    instant: bool = False
    rules: tuple[str, ...] = ()


def check_occurrences(count: int | None) -> int | None:
    """Return how many appointments of a series; what the event type allows, the fitting tells.

    Raises:
        InvalidValueError: less than one, or more than :data:`MAX_OCCURRENCES`.
    """
    if count is None or 1 <= count <= MAX_OCCURRENCES:
        return count
    raise InvalidValueError(
        f"--occurrences: {count} is not between 1 and {MAX_OCCURRENCES}", subject="--occurrences"
    )


def check_name(text: str, *, field: str = "--name") -> str:
    """Return a name with single spaces.

    Raises:
        InvalidValueError: empty, or with control characters.
    """
    name = " ".join(text.split())
    if not name or any(unicodedata.category(char) == "Cc" for char in name):
        raise InvalidValueError(f"{field}: a name of visible characters is needed", subject=field)
    return name


def check_contact(
    email: str | None, phone: str | None, *, known: bool = False
) -> tuple[str | None, str | None]:
    """Return the attendee's checked address and E.164 number; which is needed, the event type tells.

    A word for a withheld number, such as ``anonymous``, is no number.

    Args:
        email: as it was typed.
        phone: as it was typed.
        known: who comes is a customer of the records, who may have an address.

    Raises:
        InvalidValueError: one is malformed, or the number is withheld and nothing else is known.
    """
    address = check_email(email) if email else None
    number = caller_number(phone, field="--phone") if phone else None
    if phone and number is None and address is None and not known:
        message = f"--phone: the number is withheld ({phone.strip()}), and there is no e-mail address"
        raise InvalidValueError(message, subject="--phone", hint="ask for an address: --email …")
    return address, number


def check_guests(addresses: Sequence[str]) -> tuple[str, ...]:
    """Return the guests' addresses, each once."""
    return tuple(dict.fromkeys(check_email(address, field="--guest") for address in addresses))


MAX_NEW_GUESTS = 10
"""What the vendor takes in one request to a booking that stands."""


def check_new_guests(addresses: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses to invite to a booking that stands, each once.

    Raises:
        InvalidValueError: one is malformed, or they are more than :data:`MAX_NEW_GUESTS`.
    """
    guests = tuple(dict.fromkeys(check_email(address, field="--add") for address in addresses))
    if len(guests) <= MAX_NEW_GUESTS:
        return guests
    raise InvalidValueError(
        f"--add: {len(guests)} guests, Cal.com takes {MAX_NEW_GUESTS} at once", subject="--add"
    )


def check_start(start: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    """Return *start* if it lies ahead, and not by more than :data:`MAX_DAYS_AHEAD`.

    Args:
        start: aware.
        now: aware.
        zone: the company's, in which the message tells both.

    Raises:
        InvalidValueError: it is past, which is how an invented date shows, or so far ahead that the year is
            a slip; the vendor would book it.
    """
    shown = f"{start.astimezone(zone):%Y-%m-%d %H:%M}"
    if start <= now:
        raise InvalidValueError(
            f"--start: {shown} is in the past (now {now.astimezone(zone):%Y-%m-%d %H:%M}, {zone.key})",
            subject="--start",
            hint="check the year and the zone",
        )
    if start - now > timedelta(days=MAX_DAYS_AHEAD):
        raise InvalidValueError(
            f"--start: {shown} is more than {MAX_DAYS_AHEAD} days ahead",
            subject="--start",
            hint="check the year",
        )
    return start


def parse_pairs(pairs: Sequence[str], *, option: str) -> dict[str, str]:
    """Read repeated ``key=value`` options.

    Raises:
        InvalidValueError: no ``=``, an empty key, or a key given twice.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise InvalidValueError(f"{option}: {pair!r} is not key=value", subject=option)
        if key.strip() in found:
            raise InvalidValueError(f"{option}: {key.strip()!r} is given twice", subject=option)
        found[key.strip()] = value
    return found


def check_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return metadata that keeps the vendor's limits with room for our entry.

    Raises:
        InvalidValueError: too many entries, a key or a value too long, or our own key.
    """
    if len(metadata) >= MAX_METADATA_ENTRIES:
        raise _metadata_error(
            f"{len(metadata)} entries, {MAX_METADATA_ENTRIES - 1} are allowed beside our own"
        )
    for key, value in metadata.items():
        if key == KEY_ENTRY:
            raise _metadata_error(f"{KEY_ENTRY!r} is ours", hint="use --idempotency-key")
        if len(key) > MAX_METADATA_KEY:
            raise _metadata_error(
                f"the key {key[:12]!r}… has {len(key)} characters, {MAX_METADATA_KEY} are allowed"
            )
        if len(value) > MAX_METADATA_VALUE:
            raise _metadata_error(
                f"the value of {key!r} has {len(value)} characters, {MAX_METADATA_VALUE} are allowed"
            )
    return dict(metadata)


def _metadata_error(what: str, hint: str | None = None) -> InvalidValueError:
    return InvalidValueError(f"--metadata: {what}", subject="--metadata", hint=hint)
