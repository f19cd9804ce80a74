"""The idempotency key of an appointment: which company and service, which instant, and who asks.

The same call that asks twice gets its own appointment, whatever number or address it adds the second time.
The name belongs to the key in any case: two people behind one withheld number, or with one address between
them, must never get each other's appointment.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from hashlib import sha256

from askpro_cli.base.times import iso_utc
from askpro_cli.booking.flow.mapping.wishes import AppointmentWish, Target
from askpro_cli.booking.keys import content_hash
from askpro_cli.booking.requests import BookingRequest


def derive_key(company: str, call: str | None, target: Target, request: BookingRequest) -> str:
    """Return the key of an appointment whose caller gave none: 64 hex digits.

    Hashed: company, service, start, normalised name, and the call; without a call, number and address.
    """
    name = " ".join(unicodedata.normalize("NFKC", request.name).casefold().split())
    asker = ["call", call] if call else ["person", request.phone or "", (request.email or "").casefold()]
    return _digest(["appointment", company, target.service_id, iso_utc(request.start), name, *asker])


def content_of(wish: AppointmentWish, key: str, target: Target, request: BookingRequest) -> str:
    """Return what the key stands for: a given one exactly for this wish, a derived one for itself."""
    if wish.key is None:
        return key
    asked = wish.service
    plain = replace(request, event_type_id=0)
    return _digest([content_hash(plain), target.service_id, target.branch_id, asked.staff, asked.call])


def _digest(parts: list[str | int | None]) -> str:
    return sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
