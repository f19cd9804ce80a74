"""What vendors sent about a person goes when she is erased; its keys stay: nothing is handled again."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select
from support.people import life

from askpro_cli.base.clock import ManualClock
from askpro_cli.booking.customers.erasing import erase
from askpro_cli.booking.customers.exporting import export
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import WebhookConflict, WebhookEvent, WebhookRejection
from askpro_cli.platform.tenancy import TenantSession

BODY = json.dumps({"payload": {"uid": "uid-anna-1", "name": "Anna Sonderbar"}}).encode()
FIRST = 1_700_000_000_000


def event(key: str, entity: str | None, body: bytes = BODY, at: int = FIRST, **more: Any) -> WebhookEvent:
    known = {
        "source": "calcom",
        "event_type": "BOOKING_CREATED",
        "key_hash": sha256(key.encode()).hexdigest(),
        "dedup_key": key,
        "key_from": "triggerEvent + payload.uid + createdAt",
        "entity": entity,
        "state": "done",
        "company": "salon",
        "correlation_id": "0123456789ab",
        "received_at_ms": at,
        "last_seen_ms": at,
        "headers": b"User-Agent: cal.com\r\n",
        "body_hash": sha256(body).hexdigest(),
        "body_size": len(body),
        "body": body,
    }
    return WebhookEvent(**known | more)


@pytest.fixture
def anna(salon_records: Records, sandbox_clock: ManualClock) -> int:
    """The key of a customer of whom the inbox holds all kinds of rows."""
    customer = life(salon_records, clock=sandbox_clock)
    called = round((sandbox_clock.now() - timedelta(days=1)).timestamp() * 1000)

    def fill(session: TenantSession) -> None:
        first = event("booking 1", "booking:uid-anna-1")
        session.add_all(
            [
                first,
                event("booking 2", "booking:uid-anna-2", company=None),
                event("call", "call:call_of_anna", source="retell"),
                event("announced", None, b'{"from_number": "+491713920012"}', called, source="retell"),
                event("announced otto", None, b'{"from_number": "+493023125002"}', called, source="retell"),
                event("another company's", "booking:uid-anna-1", company="praxis"),
                event("otto's", "booking:uid-otto-1"),
            ]
        )
        session.flush()
        known = {"correlation_id": "0123456789ab", "received_at_ms": FIRST, "last_seen_ms": FIRST}
        session.add(WebhookConflict(event_id=first.id, body_hash="0" * 64, body=BODY, **known))
        for number, body in enumerate((BODY, b'{"uid": "uid-otto-1"}')):
            fold = {"fold_hash": str(number), "cause": "signature_wrong", "method": "POST", "path": "/"}
            session.add(WebhookRejection(**fold, body_size=len(body), body=body, **known))

    salon_records.run_in_transaction(fill)
    return customer


def bodies(records: Records, model: Any, name: str) -> dict[str, bool]:
    """Return which rows of the inbox still have their body."""
    rows = records.run_in_transaction(lambda session: list(session.scalars(select(model))))
    return {str(getattr(row, name)): row.body is not None for row in rows}


def test_bodies_go_and_keys_stay(salon_records: Records, anna: int) -> None:
    planned = salon_records.run_in_transaction(lambda session: erase(session, anna, dry_run=True))
    assert all(bodies(salon_records, WebhookEvent, "dedup_key").values())
    done = salon_records.run_in_transaction(lambda session: erase(session, anna))
    assert done == planned
    counted = {name: count for name, count in done.wiped.items() if name.startswith("webhook")}
    assert counted == {"webhook_events": 4, "webhook_conflicts": 1, "webhook_rejected": 1}
    assert bodies(salon_records, WebhookEvent, "dedup_key") == {
        "booking 1": False,
        "booking 2": False,
        "call": False,
        "announced": False,
        "announced otto": True,
        "another company's": True,
        "otto's": True,
    }
    assert bodies(salon_records, WebhookConflict, "id") == {"1": False}
    assert bodies(salon_records, WebhookRejection, "fold_hash") == {"0": False, "1": True}
    again = salon_records.run_in_transaction(lambda session: erase(session, anna))
    assert again.wiped == {}


def test_an_export_holds_them(salon_records: Records, anna: int) -> None:
    told = salon_records.run_in_transaction(lambda session: export(session, anna))
    assert [row["dedup_key"] for row in told["webhook_events"]] == [
        "booking 1",
        "booking 2",
        "call",
        "announced",
    ]
    assert json.loads(told["webhook_events"][0]["body"])["payload"]["name"] == "Anna Sonderbar"
    assert (len(told["webhook_conflicts"]), len(told["webhook_rejected"])) == (1, 1)
    assert "otto" not in json.dumps(told)
    json.dumps(told)
