"""The idempotency key of a booking: who, what and which instant; and the hash of all its content.

The key names the booking in our records and, as the metadata entry ``askpro_key``, at the vendor.
Neither hash can be turned back into a name, an address or a number.
"""

from __future__ import annotations

import json
import re
import unicodedata
from hashlib import sha256
from typing import Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import iso_utc
from askpro_cli.booking.requests import MAX_METADATA_VALUE, BookingRequest

_GIVEN_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def derive_key(company: str, request: BookingRequest) -> str:
    """Return the key of a booking whose caller gave none: 64 hex digits.

    Hashed: company, event type, start *instant* (so another offset or zone gives the same key),
    normalised name, e-mail and E.164 number.
    """
    return _digest([company, *_identity(request)])


def check_given_key(key: str) -> str:
    """Return a key given by the operator, if it can travel as a metadata value.

    Raises:
        InvalidValueError: empty, longer than 500, or not printable ASCII.
    """
    if len(key) <= MAX_METADATA_VALUE and _GIVEN_KEY.fullmatch(key):
        return key
    raise InvalidValueError(
        "--idempotency-key: 1 to 500 printable ASCII characters, no space at either end",
        subject="--idempotency-key",
    )


def identity_hash(request: BookingRequest) -> str:
    """Return the hash of who books what and when: what a derived key stands for."""
    return _digest(_identity(request))


def content_hash(request: BookingRequest) -> str:
    """Return the hash of everything the booking is made of; a *given* key stands for exactly that."""
    details = [
        request.duration,
        request.timezone,
        request.language,
        sorted(request.fields.items()),
        sorted(request.metadata.items()),
        sorted(request.guests),
        sorted((request.location or {}).items()),
        *([request.occurrences] if request.occurrences is not None else []),
    ]
    return _digest([*_identity(request), *details])


def _identity(request: BookingRequest) -> list[Any]:
    name = " ".join(unicodedata.normalize("NFKC", request.name).casefold().split())
    email = (request.email or "").casefold()
    return [request.event_type_id, iso_utc(request.start), name, email, request.phone or ""]


def _digest(parts: list[Any]) -> str:
    """Hash a JSON array: unlike joined text, no two different lists look the same."""
    return sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
