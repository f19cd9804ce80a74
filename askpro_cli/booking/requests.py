"""What is wanted, checked before anything goes over the wire.

Limits are the vendor's (API V2, create booking): 50 metadata entries, keys of 40 and values of 500
characters; one entry is ours. Nothing here knows the event type; see :mod:`askpro_cli.booking.fitting`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.phones import normalise_phone

KEY_ENTRY = "askpro_key"
MAX_METADATA_ENTRIES = 50
MAX_METADATA_KEY = 40
MAX_METADATA_VALUE = 500
_MAX_EMAIL, _MAX_LOCAL_PART = 254, 64
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(
    rf"([a-z0-9!#$%&'*+/=?^_`{{|}}~.-]+)@((?:{_LABEL}\.)+[a-z]{{2,63}})", re.ASCII | re.IGNORECASE
)


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


def check_name(text: str) -> str:
    """Return a name with single spaces.

    Raises:
        InvalidValueError: empty, or with control characters.
    """
    name = " ".join(text.split())
    if not name or any(unicodedata.category(char) == "Cc" for char in name):
        raise InvalidValueError("--name: a name of visible characters is needed", subject="--name")
    return name


def check_email(text: str, *, field: str = "--email") -> str:
    """Return an address with its domain in lower case.

    Raises:
        InvalidValueError: not ``local@domain.tld``, or too long. The message does not repeat it.
    """
    match = _EMAIL.fullmatch(text.strip())
    local = match[1] if match else ""
    dots_misplaced = local.startswith(".") or local.endswith(".") or ".." in local
    if match is None or dots_misplaced or len(match[0]) > _MAX_EMAIL or len(local) > _MAX_LOCAL_PART:
        raise InvalidValueError(
            f"{field}: the value is not an e-mail address", subject=field, hint="write it as anna@example.org"
        )
    return f"{local}@{match[2].lower()}"


def check_contact(email: str | None, phone: str | None) -> tuple[str | None, str | None]:
    """Return the attendee's checked address and E.164 number; at least one is needed.

    Raises:
        InvalidValueError: neither is given, or one is malformed.
    """
    if not email and not phone:
        raise InvalidValueError(
            "an attendee needs an e-mail address or a telephone number", hint="give --email or --phone"
        )
    return (
        check_email(email) if email else None,
        normalise_phone(phone, field="--phone") if phone else None,
    )


def check_guests(addresses: Sequence[str]) -> tuple[str, ...]:
    """Return the guests' addresses, each once."""
    return tuple(dict.fromkeys(check_email(address, field="--guest") for address in addresses))


def check_start(start: datetime, now: datetime) -> datetime:
    """Return *start* if it lies ahead.

    Raises:
        InvalidValueError: it is past, which is how an invented date shows.
    """
    if start > now:
        return start
    raise InvalidValueError(
        f"--start: {start:%Y-%m-%d %H:%M} UTC is in the past (now {now:%Y-%m-%d %H:%M} UTC)",
        subject="--start",
        hint="check the year and the zone",
    )


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


def parse_location(text: str | None, *, phone: str | None) -> dict[str, str] | None:
    """Read ``--location``, a kind and for some kinds a detail (``attendeePhone:+49…``).

    Args:
        text: the option's value, None when not given.
        phone: the attendee's E.164 number, which ``attendeePhone`` falls back to.

    Raises:
        InvalidValueError: an unknown kind, or a detail missing or superfluous.
    """
    if text is None:
        return None
    kind, _, detail = text.strip().partition(":")
    entry = _LOCATION_DETAILS.get(kind)
    if kind not in _LOCATION_DETAILS:
        raise _location_error(f"unknown kind {kind!r}")
    if kind == "attendeePhone":
        detail = normalise_phone(detail, field="--location") if detail else (phone or "")
    if bool(entry) != bool(detail.strip()):
        raise _location_error(f"{kind} {'needs a detail' if entry else 'takes no detail'}")
    return {"type": kind} | ({entry: detail.strip()} if entry else {})


# Kind of location → the entry that carries its detail (API V2, BookingInput…Location_2024_08_13).
_LOCATION_DETAILS: dict[str, str | None] = {
    "address": None,
    "link": None,
    "phone": None,
    "organizersDefaultApp": None,
    "integration": "integration",
    "attendeeAddress": "address",
    "attendeePhone": "phone",
    "attendeeDefined": "location",
}


def _location_error(what: str) -> InvalidValueError:
    kinds = ", ".join(f"{kind}:…" if entry else kind for kind, entry in _LOCATION_DETAILS.items())
    return InvalidValueError(f"--location: {what}", subject="--location", hint=f"one of {kinds}")
