"""Cal.com: ``X-Cal-Signature-256: <hex>``, decided as its documented verifier does (there is no SDK).

The header is the HMAC-SHA256 of the raw body in lower-case hexadecimal, without prefix and without a time, so
nothing but the dedup key holds a repetition off. A webhook without a secret sends the words
``no-secret-provided`` instead: refused.

Keys: trigger, booking and ``createdAt``. ``MEETING_STARTED`` and ``MEETING_ENDED`` are flat (the booking's
fields stand at the root); some triggers name the booking ``bookingUid`` or put it into ``booking``. What
names none (forms, absences, PING) is told apart by its whole body, which holds ``createdAt``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from askpro_cli.webhooks.arrivals import Cause, Headers, Identity, Refusal, Secret, Verified
from askpro_cli.webhooks.providers.matching import (
    body_hash,
    event_type,
    find_secret,
    hex_digest,
    key_part,
    not_an_event,
    read_header,
)

_HEADER = b"x-cal-signature-256"
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_UNSIGNED = "no-secret-provided"


class CalcomProvider:
    """The rules of Cal.com."""

    name = "calcom"
    signature_headers = (_HEADER,)

    def verify(
        self, body: bytes, headers: Headers, secrets: Sequence[Secret], now_ms: int, tolerance_ms: int
    ) -> Verified | Refusal:
        """Decide by the body alone, a signature of Cal.com has no time; see :class:`~.provider.Provider`."""
        del now_ms, tolerance_ms
        value = read_header(headers, _HEADER)
        if isinstance(value, Refusal):
            return value
        if value == _UNSIGNED:
            return Refusal(Cause.SIGNATURE_MISSING, "the webhook at Cal.com has no secret; give it one")
        if not _SIGNATURE.fullmatch(value):
            return Refusal(Cause.SIGNATURE_MALFORMED, "the signature is not 64 lower-case hexadecimal digits")
        return find_secret(secrets, lambda secret: hex_digest(secret, body), (value.encode(),))

    def identify(self, document: Any, body: bytes, headers: Headers) -> Identity | Refusal:
        """Return trigger, booking and time; see :class:`~.provider.Provider`."""
        del headers
        kind = event_type(document.get("triggerEvent")) if isinstance(document, dict) else None
        if kind is None:
            return not_an_event("a webhook of Cal.com is an object with a triggerEvent")
        found = _booking(document)
        if found is None:
            return Identity(kind, f"calcom:{kind}:body:{body_hash(body)}", "body hash")
        uid, uid_from = found
        entity = f"booking:{uid}"
        for name in ("createdAt", "updatedAt"):
            if when := key_part(document.get(name)):
                return Identity(
                    kind, f"calcom:{kind}:{uid}:{when}", f"triggerEvent + {uid_from} + {name}", entity
                )
        return Identity(
            kind, f"calcom:{kind}:{uid}:{body_hash(body)}", f"triggerEvent + {uid_from} + body hash", entity
        )

    def sign(
        self, body: bytes, secret: str, now_ms: int, event_id: str | None = None
    ) -> list[tuple[str, str]]:
        """Return the signature header; see :class:`~.provider.Provider`."""
        del now_ms, event_id
        return [("X-Cal-Signature-256", hex_digest(secret, body).decode())]


def _booking(document: dict[str, Any]) -> tuple[str, str] | None:
    """Return the booking's uid and where it stands."""
    payload = document.get("payload")
    if not isinstance(payload, dict):
        uid = key_part(document.get("uid"))
        return (uid, "uid") if uid else None
    for name in ("uid", "bookingUid"):
        if uid := key_part(payload.get(name)):
            return uid, f"payload.{name}"
    booking = payload.get("booking")
    uid = key_part(booking.get("uid")) if isinstance(booking, dict) else None
    return (uid, "payload.booking.uid") if uid else None
