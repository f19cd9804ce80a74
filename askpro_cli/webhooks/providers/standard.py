"""Standard Webhooks 1.0.0, for senders of the settings; decided as standardwebhooks 1.1 does (webhooks.py).

``webhook-signature`` is a list, separated by spaces, of ``v1,<base64>``: the HMAC-SHA256 of id, timestamp
(whole seconds) and raw body with dots between, keyed with the bytes that the secret spells in base64, with or
without ``whsec_``. Other versions (``v1a``) are skipped. The timestamp is read as Python's ``float`` does and
may lie the tolerance (5 minutes) off either way, inclusive.

Where the library raises something else than its own error, this refuses as well: an item that is not
``version,signature`` (a double space makes one) or is not base64 ends the list; those before it count.

The key is ``webhook-id``, the same over all retries.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any

from askpro_cli.base.errors import ConfigError
from askpro_cli.webhooks.arrivals import Cause, Headers, Identity, Refusal, Secret, Verified, header
from askpro_cli.webhooks.providers.matching import (
    body_hash,
    event_type,
    find_secret,
    key_part,
    read_header,
    refuse_unless_text,
)

_ID, _TIMESTAMP, _SIGNATURE = b"webhook-id", b"webhook-timestamp", b"webhook-signature"
_PREFIX = "whsec_"
_VERSION = "v1"
UNTYPED = "untyped"
"""The type of an event whose body names none: the specification advises one, it does not demand it."""


class StandardProvider:
    """The rules of Standard Webhooks, for one sender.

    Args:
        name: of the sender, as configured.
    """

    signature_headers = (_ID, _TIMESTAMP, _SIGNATURE)

    def __init__(self, name: str) -> None:
        self.name = name

    def verify(
        self, body: bytes, headers: Headers, secrets: Sequence[Secret], now_ms: int, tolerance_ms: int
    ) -> Verified | Refusal:
        """Decide as the library's ``Webhook.verify`` does; see :class:`~.provider.Provider`."""
        values: list[str] = []
        for name in self.signature_headers:
            value = read_header(headers, name)
            if isinstance(value, Refusal):
                return value
            values.append(value)
        stamp = _read_stamp(values[1])
        if stamp is None:
            return Refusal(Cause.SIGNATURE_MALFORMED, "webhook-timestamp is no time in seconds")
        message = f"{values[0]}.{floor(stamp.timestamp())}.".encode() + body
        verified = find_secret(secrets, lambda secret: _digest(secret, message), _signatures(values[2]))
        if isinstance(verified, Refusal):
            return verified
        return _refuse_age(stamp, now_ms, tolerance_ms) or refuse_unless_text(body) or verified

    def identify(self, document: Any, body: bytes, headers: Headers) -> Identity | Refusal:
        """Return the id of the header; see :class:`~.provider.Provider`."""
        kind = (event_type(document.get("type")) if isinstance(document, dict) else None) or UNTYPED
        raw = header(headers, _ID)
        found = key_part(raw.decode("utf-8", "replace")) if raw else None
        if found:
            return Identity(kind, f"{self.name}:{found}", "webhook-id")
        return Identity(kind, f"{self.name}:body:{body_hash(body)}", "body hash")

    def sign(
        self, body: bytes, secret: str, now_ms: int, event_id: str | None = None
    ) -> list[tuple[str, str]]:
        """Return the three headers; see :class:`~.provider.Provider`."""
        found = event_id or f"msg_{body_hash(body)[:27]}"
        stamp = now_ms // 1000
        digest = _digest(secret, f"{found}.{stamp}.".encode() + body)
        if digest is None:
            raise ConfigError("the secret is not base64, with or without whsec_ in front", subject=self.name)
        signature = f"{_VERSION},{base64.b64encode(digest).decode()}"
        return [("webhook-id", found), ("webhook-timestamp", str(stamp)), ("webhook-signature", signature)]


def signing_key(secret: str) -> bytes | None:
    """Return the bytes a secret spells in base64, with or without ``whsec_``; None where it spells none."""
    try:  # the library adds padding, too: what is too much of it does not count
        return base64.b64decode(secret.removeprefix(_PREFIX) + "==") or None
    except ValueError:
        return None


def _digest(secret: str, message: bytes) -> bytes | None:
    key = signing_key(secret)
    return hmac.digest(key, message, "sha256") if key else None


def _read_stamp(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _signatures(text: str) -> Iterator[bytes]:
    """Yield the ``v1`` signatures up to the first item the library stumbles over."""
    for item in text.split(" "):
        version, comma, signature = item.partition(",")
        if not comma or "," in signature:
            return
        if version != _VERSION:
            continue
        try:
            yield base64.b64decode(signature)
        except (binascii.Error, ValueError):
            return


def _refuse_age(stamp: datetime, now_ms: int, tolerance_ms: int) -> Refusal | None:
    age = datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=now_ms) - stamp
    if abs(age) <= timedelta(milliseconds=tolerance_ms):
        return None
    when = "in the past" if age > timedelta(0) else "in the future"
    return Refusal(Cause.TOO_OLD, f"it was signed more than {tolerance_ms // 1000} s {when}")
