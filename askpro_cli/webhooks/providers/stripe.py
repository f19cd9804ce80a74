"""Stripe: ``Stripe-Signature: t=<unix s>,v1=<hex>[,v1=…][,v0=…]``, decided as stripe 16.1 does (_webhook.py).

``v1`` is the HMAC-SHA256 of ``t``, a dot and the raw body, keyed with the secret as it is written (``whsec_``
included). Any matching ``v1`` accepts (a secret being rolled), other schemes count for nothing, the first
``t`` counts, keys are not trimmed, ``t`` is read as Python's ``int`` does. Too old is what was signed more
than the tolerance ago; a time in the future always passes, and a tolerance of 0 switches the age off.

Where the SDK raises something else than its own error, this refuses as well: a ``v1`` that is not ASCII
(only those before it count), a body that is not UTF-8, JSON that is no object, a thin event.

The key is the event's id. Its retries are signed anew, so a late one is not too old.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
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

_HEADER = b"stripe-signature"
_SCHEME = "v1"
_THIN = "v2.core.event"
_MALFORMED = Refusal(Cause.SIGNATURE_MALFORMED, "the signature is not t=<seconds>,v1=<hexadecimal digits>")
_NO_SCHEME = Refusal(Cause.SIGNATURE_MALFORMED, "the signature has no v1")


class StripeProvider:
    """The rules of Stripe."""

    name = "stripe"
    signature_headers = (_HEADER,)

    def verify(
        self, body: bytes, headers: Headers, secrets: Sequence[Secret], now_ms: int, tolerance_ms: int
    ) -> Verified | Refusal:
        """Decide as the SDK's ``WebhookSignature.verify_header`` does; see :class:`~.provider.Provider`."""
        signature = _read(headers)
        if isinstance(signature, Refusal):
            return signature
        stamp, given = signature
        message = f"{stamp}.".encode() + body
        verified = find_secret(secrets, lambda secret: hex_digest(secret, message), given)
        if isinstance(verified, Refusal):
            return verified
        if tolerance_ms and stamp * 1000 < now_ms - tolerance_ms:
            return Refusal(Cause.TOO_OLD, f"it was signed more than {tolerance_ms // 1000} s ago")
        return refuse_unless_text(body) or verified

    def identify(self, document: Any, body: bytes, headers: Headers) -> Identity | Refusal:
        """Return the event's id; see :class:`~.provider.Provider`."""
        del headers
        kind = event_type(document.get("type")) if isinstance(document, dict) else None
        if kind is None:
            return not_an_event("an event of Stripe is an object with a type")
        if document.get("object") == _THIN:
            return not_an_event("a thin event tells nothing but its name; subscribe to snapshot events")
        if found := key_part(document.get("id")):
            return Identity(kind, f"stripe:{found}", "id", _entity(document))
        return Identity(kind, f"stripe:body:{body_hash(body)}", "body hash", _entity(document))

    def sign(
        self, body: bytes, secret: str, now_ms: int, event_id: str | None = None
    ) -> list[tuple[str, str]]:
        """Return the signature header; see :class:`~.provider.Provider`."""
        del event_id
        stamp = now_ms // 1000
        digest = hex_digest(secret, f"{stamp}.".encode() + body).decode()
        return [("Stripe-Signature", f"t={stamp},{_SCHEME}={digest}")]


def _read(headers: Headers) -> tuple[int, list[bytes]] | Refusal:
    value = read_header(headers, _HEADER)
    if isinstance(value, Refusal):
        return value
    items = [item.split("=", 2) for item in value.split(",")]
    try:
        stamp = int([item[1] for item in items if item[0] == "t"][0])  # noqa: RUF015 (every t must have a value)
        given = [item[1] for item in items if item[0] == _SCHEME]
    except (IndexError, ValueError):
        return _MALFORMED
    return (stamp, [one.encode() for one in takewhile(str.isascii, given)]) if given else _NO_SCHEME


def _entity(document: dict[str, Any]) -> str | None:
    data = document.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    found = key_part(thing.get("id")) if isinstance(thing, dict) else None
    return f"stripe:{found}" if found else None
