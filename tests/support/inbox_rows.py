"""Rows of the inbox as tests put them there: invented events and rejected requests."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import WebhookEvent, WebhookRejection

RECEIVED_MS = 1_795_424_400_000  # 2026-11-23T09:00:00Z
PERSON = {"name": "Anna Beispiel", "email": "anna@example.org", "phone": "+49 30 23125 001"}


def put_event(records: Records, number: int = 1, **more: Any) -> int:
    """Put an event into the inbox and return its id; *more* replaces columns."""
    body = json.dumps({"triggerEvent": "BOOKING_CREATED", "payload": {"attendees": [PERSON]}}).encode()
    values: dict[str, Any] = {
        "source": "calcom",
        "event_type": "BOOKING_CREATED",
        "key_hash": hashlib.sha256(f"{number}".encode()).hexdigest(),
        "dedup_key": f"calcom:BOOKING_CREATED:uid{number}",
        "key_from": "trigger + uid",
        "entity": f"booking:uid{number}",
        "state": "failed",
        "reason": "company unknown: no company has this event type",
        "attempts": 1,
        "hits": 1,
        "correlation_id": f"{number:012x}",
        "received_at_ms": RECEIVED_MS + number * 1000,
        "last_seen_ms": RECEIVED_MS + number * 1000,
        "client": "192.0.2.10",
        "path": "/webhooks/calcom",
        "headers": b"Content-Type: application/json\r\n",
        "body_hash": hashlib.sha256(body).hexdigest(),
        "body_size": len(body),
        "body": body,
        **more,
    }

    def put(session: Any) -> int:
        row = WebhookEvent(**values)
        session.add(row)
        session.flush()
        return row.id

    return records.run_in_transaction(put)


def put_rejection(records: Records, number: int = 1, **more: Any) -> int:
    """Put a rejected request beside the inbox and return its id; *more* replaces columns."""
    body = json.dumps({"event": "call_ended", "call": {"from_number": PERSON["phone"]}}).encode()
    values: dict[str, Any] = {
        "fold_hash": hashlib.sha256(f"rejected {number}".encode()).hexdigest(),
        "source": "retell",
        "cause": "signature_wrong",
        "detail": "no secret of retell matches",
        "method": "POST",
        "path": "/webhooks/retell?token=anna@example.org",
        "client": "192.0.2.11",
        "hits": 2,
        "correlation_id": f"{number:012x}",
        "received_at_ms": RECEIVED_MS + number * 1000,
        "last_seen_ms": RECEIVED_MS + number * 1000,
        "headers": b"Content-Type: application/json\r\nAuthorization: ***\r\n",
        "body_size": len(body),
        "body": body,
        **more,
    }

    def put(session: Any) -> int:
        row = WebhookRejection(**values)
        session.add(row)
        session.flush()
        return row.id

    return records.run_in_transaction(put)
