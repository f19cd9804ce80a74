"""Retell: ``X-Retell-Signature: v=<unix ms>,d=<hex>``, decided as retell-sdk 6.2 does (lib/webhook_auth.py).

``d`` is the HMAC-SHA256 of the raw body and the digits of ``v``, without a separator, keyed with the API key
that has the webhook badge. At most the tolerance (5 minutes) lies between ``v`` and now, either way,
inclusive. As in the SDK, ``v`` may have leading zeros and digits of any script: the number counts.

Where the SDK raises, this refuses: a ``v`` of more than 4300 digits, a body that is not UTF-8. Where the SDK
accepts an empty key, this refuses. The signature covers neither route nor query.

Retell sends no event id. Its keys (docs, "Webhook overview", 2026): event and call; a transfer also by its
start and destination; a transcript update is one of many, so only the same body again is a duplicate; a call
that rings has an id since 2026 only, before that the time of signing tells two calls of one caller apart.
"""

from __future__ import annotations

import hashlib
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
    refuse_unless_text,
)

_HEADER = b"x-retell-signature"
_SIGNATURE = re.compile(r"v=(\d+),d=([0-9a-f]{64})")
_SUBJECTS = (
    ("call", "call_id"),
    ("chat", "chat_id"),
    ("call_inbound", "call_id"),
    ("chat_inbound", "chat_id"),
)
_RINGING = ("call_inbound", "chat_inbound")
"""May come without any id; then one caller's second call has the very body of the first."""
_STREAM = "transcript_updated"
_TRANSFER_DIGITS = 24


class RetellProvider:
    """The rules of Retell."""

    name = "retell"
    signature_headers = (_HEADER,)

    def verify(
        self, body: bytes, headers: Headers, secrets: Sequence[Secret], now_ms: int, tolerance_ms: int
    ) -> Verified | Refusal:
        """Decide as the SDK's ``verify`` does; see :class:`~.provider.Provider`."""
        signature = _read(headers)
        if isinstance(signature, Refusal):
            return signature
        stamp, digest = signature
        message = body + str(stamp).encode()
        verified = find_secret(secrets, lambda secret: hex_digest(secret, message), (digest,))
        if isinstance(verified, Refusal):
            return verified
        return _refuse_age(now_ms - stamp, tolerance_ms) or refuse_unless_text(body) or verified

    def identify(self, document: Any, body: bytes, headers: Headers) -> Identity | Refusal:
        """Return event and call; see :class:`~.provider.Provider`."""
        kind = event_type(document.get("event")) if isinstance(document, dict) else None
        if kind is None:
            return not_an_event("a webhook of Retell is an object with an event")
        for subject, id_name in _SUBJECTS:
            thing = document.get(subject)
            if isinstance(thing, dict) and (found := key_part(thing.get(id_name))):
                prefix = subject.partition("_")[0]
                return _identity(kind, document, thing, body, (prefix, found, f"{subject}.{id_name}"))
        key, key_from = f"retell:{kind}:body:{body_hash(body)}", "body hash"
        if kind in _RINGING:
            key, key_from = f"{key}:{_signed_at(headers)}", "time of signing + body hash"
        return Identity(kind, key, key_from)

    def sign(
        self, body: bytes, secret: str, now_ms: int, event_id: str | None = None
    ) -> list[tuple[str, str]]:
        """Return the signature header; see :class:`~.provider.Provider`."""
        del event_id
        digest = hex_digest(secret, body + str(now_ms).encode()).decode()
        return [("X-Retell-Signature", f"v={now_ms},d={digest}")]


def _read(headers: Headers) -> tuple[int, bytes] | Refusal:
    value = read_header(headers, _HEADER)
    if isinstance(value, Refusal):
        return value
    match = _SIGNATURE.fullmatch(value)
    try:
        if match:
            return int(match[1]), match[2].encode()
    except ValueError:  # more digits than Python reads
        pass
    return Refusal(
        Cause.SIGNATURE_MALFORMED, "the signature is not v=<milliseconds>,d=<64 hexadecimal digits>"
    )


def _signed_at(headers: Headers) -> int:
    signature = _read(headers)
    return 0 if isinstance(signature, Refusal) else signature[0]


def _refuse_age(age_ms: int, tolerance_ms: int) -> Refusal | None:
    if abs(age_ms) <= tolerance_ms:
        return None
    when = "in the past" if age_ms > 0 else "in the future"
    return Refusal(Cause.TOO_OLD, f"it was signed more than {tolerance_ms // 1000} s {when}")


def _identity(
    kind: str, document: dict[str, Any], thing: dict[str, Any], body: bytes, subject: tuple[str, str, str]
) -> Identity:
    prefix, found, read_from = subject
    key, key_from = f"retell:{kind}:{found}", f"event + {read_from}"
    if kind == _STREAM:
        key, key_from = f"{key}:{body_hash(body)}", f"{key_from} + body hash"
    elif kind.startswith("transfer_"):
        key, key_from = f"{key}:{_transfer(document, thing)}", f"{key_from} + start_timestamp + destination"
    return Identity(kind, key, key_from, f"{prefix}:{found}")


def _transfer(document: dict[str, Any], call: dict[str, Any]) -> str:
    """Return a hash of what tells a call's transfers apart; one of the two is somebody's number."""
    facts = (
        call.get("start_timestamp"),
        document.get("transfer_destination", call.get("transfer_destination")),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:_TRANSFER_DIGITS]
