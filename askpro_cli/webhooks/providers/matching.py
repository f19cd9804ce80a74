"""What the providers share: reading a signature header, comparing in constant time, naming an event."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from askpro_cli.webhooks.arrivals import Cause, Headers, Refusal, Secret, Verified

LONGEST_TYPE = 100
"""Of an event's type: the inbox's column."""
_LONGEST_PART = 150
NO_SECRET = Refusal(Cause.NO_SECRET, "no secret is configured for this source, so nobody can prove anything")
_NOT_TEXT = Refusal(Cause.NOT_JSON, "the body is not UTF-8")


def read_header(headers: Headers, name: bytes) -> str | Refusal:
    """Return the one value of a signature header; refuse it missing, empty, or sent twice.

    Vendors send it once. Which of two counts would depend on the proxies in between, so neither does.
    Bytes that are UTF-8 are read so (what an SDK is given by those who test it), others as Latin-1.
    """
    values = [value for key, value in headers if key.lower() == name]
    if not values or not values[0]:
        return Refusal(Cause.SIGNATURE_MISSING, f"there is no header {name.decode()}")
    if len(values) > 1:
        return Refusal(Cause.SIGNATURE_MALFORMED, f"the header {name.decode()} is there {len(values)} times")
    try:
        return values[0].decode()
    except UnicodeDecodeError:
        return values[0].decode("latin-1")


def find_secret(
    secrets: Sequence[Secret], sign: Callable[[str], bytes | None], given: Iterable[bytes]
) -> Verified | Refusal:
    """Return the secret of which one of the *given* signatures is; compared in constant time.

    Args:
        secrets: all that count; a blank one never does, though some SDKs would take it.
        sign: makes the signature with a secret's value, None where that cannot be one.
        given: what the sender sent, as far as the vendor's SDK would read it.
    """
    if not secrets:
        return NO_SECRET
    signatures = list(given)
    for secret in secrets:
        expected = sign(secret.value) if secret.value.strip() else None
        if expected and any(hmac.compare_digest(expected, one) for one in signatures):
            return Verified(secret.id, secret.company)
    return Refusal(Cause.SIGNATURE_WRONG, f"none of {len(secrets)} configured secrets made this signature")


def hex_digest(secret: str, message: bytes) -> bytes:
    """Return the HMAC-SHA256 of *message* in lower-case hexadecimal."""
    return hmac.digest(secret.encode(), message, "sha256").hex().encode()


def refuse_unless_text(body: bytes) -> Refusal | None:
    """Refuse a body that is not UTF-8: the vendors' SDKs sign and read text only."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return _NOT_TEXT
    return None


def key_part(value: Any) -> str | None:
    """Return *value* as a part of a key; None where it is no text. What is long or unprintable is hashed."""
    if not isinstance(value, str) or not value:
        return None
    if len(value) <= _LONGEST_PART and value.isprintable():
        return value
    return f"sha256-{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()}"


def event_type(value: Any) -> str | None:
    """Return *value* if it can be the type of an event: short, printable text."""
    if isinstance(value, str) and 0 < len(value) <= LONGEST_TYPE and value.isprintable():
        return value
    return None


def not_an_event(why: str) -> Refusal:
    """Return the refusal of JSON that is no event, with what is missing."""
    return Refusal(Cause.NOT_AN_EVENT, why)


def body_hash(body: bytes) -> str:
    """Return the SHA-256 of *body* in hexadecimal: the key of what has no better one."""
    return hashlib.sha256(body).hexdigest()
