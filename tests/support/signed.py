"""Requests as senders make them: invented secrets, bodies and headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from askpro_cli.webhooks.arrivals import Arrival, Headers, Secret
from askpro_cli.webhooks.providers.signing import sign

NOW_MS = 1_795_396_920_123
TOLERANCE_MS = 300_000
SECRETS: Mapping[str, str] = {
    "calcom": "calcom-invented-secret",
    "retell": "key_invented0123456789abcdef",
    "stripe": "whsec_inventedABCDEFGHIJ0123456789",
    "acme": "whsec_aW52ZW50ZWQtc2VjcmV0LTAxMjM0NTY3ODk=",
}
"""``acme`` sends Standard Webhooks."""

BODIES: Mapping[str, bytes] = {
    "calcom": b'{"triggerEvent":"BOOKING_CREATED","createdAt":"2026-11-20T09:00:00Z","payload":{"uid":"b1"}}',
    "retell": b'{"event":"call_ended","call":{"call_id":"call_1"}}',
    "stripe": b'{"id":"evt_1","object":"event","type":"invoice.paid","data":{"object":{"id":"in_1"}}}',
    "acme": b'{"type":"contact.created","data":{"id":"c1"}}',
}


def secrets_of(source: str, *more: str) -> tuple[Secret, ...]:
    """Return the configured secrets of a source: its invented one, and *more* after it."""
    values = (SECRETS[source], *more)
    return tuple(Secret(f"{source}#{number}", value) for number, value in enumerate(values, start=1))


def as_headers(pairs: Mapping[str, str] | Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Return headers as they come from the wire."""
    items = pairs.items() if isinstance(pairs, Mapping) else pairs
    return [(name.encode(), value.encode()) for name, value in items]


def signed(
    source: str, body: bytes | None = None, *, at_ms: int = NOW_MS, event_id: str = "msg_1"
) -> Headers:
    """Return the headers *source* sends *body* with."""
    text = BODIES[source] if body is None else body
    return as_headers(sign(source, text, SECRETS[source], at_ms, event_id))


def arrival(source: str, body: bytes | None = None, headers: Headers | None = None) -> Arrival:
    """Return a request as it comes in, signed unless *headers* are given."""
    text = BODIES[source] if body is None else body
    return Arrival(
        source,
        text,
        signed(source, text) if headers is None else headers,
        f"/webhooks/{source}",
        "192.0.2.7",
        NOW_MS,
        "0123456789ab",
    )
