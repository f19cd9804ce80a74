"""Signed webhook requests as they come over the wire, each of another booking."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

SECRET = "geheim-fuer-die-messung"
EVENT_TYPE = 1001
_FIRST = datetime(2031, 1, 6, 8, tzinfo=UTC)


def booking_body(number: int, series: str) -> bytes:
    """Return the body of a BOOKING_CREATED of about a kilobyte, as Cal.com sends it."""
    start = _FIRST + timedelta(minutes=30 * number)
    person = {"timeZone": "Europe/Berlin", "language": {"locale": "de"}, "utcOffset": 60}
    payload = {
        "type": "herrenhaarschnitt",
        "title": f"Herrenhaarschnitt für Gast {number}",
        "description": "",
        "additionalNotes": "",
        "startTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "endTime": f"{start + timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}",
        "eventTypeId": EVENT_TYPE,
        "organizer": {"id": 1, "name": "Anna Beispiel", "email": "anna@example.org", **person},
        "attendees": [{"name": f"Gast {number}", "email": f"gast{number}@example.org", **person}],
        "responses": {
            "name": {"label": "your_name", "value": f"Gast {number}", "isHidden": False},
            "email": {"label": "email_address", "value": f"gast{number}@example.org", "isHidden": False},
            "location": {
                "label": "location",
                "value": {"optionValue": "", "value": "Salon"},
                "isHidden": False,
            },
        },
        "metadata": {},
        "uid": f"{series}-{number:08d}",
        "bookingId": 100_000 + number,
        "status": "ACCEPTED",
        "length": 30,
    }
    document = {
        "triggerEvent": "BOOKING_CREATED",
        "createdAt": "2030-12-01T09:00:00.000Z",
        "payload": payload,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def request(body: bytes, path: str = "/webhooks/calcom", secret: str = SECRET) -> bytes:
    """Return a whole HTTP request with the signature of Cal.com."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Cal-Signature-256: {digest}\r\nX-Cal-Webhook-Version: 2021-10-20\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def requests(count: int, series: str) -> Iterator[bytes]:
    """Yield *count* requests; another *series* is about other bookings."""
    for number in range(count):
        yield request(booking_body(number, series))
