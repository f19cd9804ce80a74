"""Events written straight into the inbox, and workers that do nothing but say how it ended."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import insert, update

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.webhooks import states
from askpro_cli.webhooks.inbox.headers import packed
from askpro_cli.webhooks.inbox.rows import key_hash_of

RECEIVED_MS = 1_900_000_000_000
"""When the first event came; each further one a second later."""

HEADERS = ((b"Content-Type", b"application/json"), (b"X-Cal-Signature-256", b"ab" * 32), (b"Host", b"old"))
_numbers = itertools.count(1)


def event_values(**given: Any) -> dict[str, Any]:
    """Return the columns of an event of a booking; *given* ones replace them."""
    number = next(_numbers)
    body = json.dumps({"triggerEvent": "BOOKING_CREATED", "payload": {"uid": f"uid-{number}"}}).encode()
    body = given.pop("body", body)
    key = given.pop("key", f"calcom:BOOKING_CREATED:uid-{number}")
    values = {
        "source": "calcom",
        "event_type": "BOOKING_CREATED",
        "key_hash": key_hash_of(given.get("source", "calcom"), key),
        "dedup_key": key,
        "key_from": "payload.uid",
        "entity": f"booking:uid-{number}",
        "state": states.DEAD,
        "reason": None,
        "attempts": 1,
        "hits": 1,
        "company": None,
        "secret_id": None,
        "correlation_id": f"{number:012x}",
        "replay_of": None,
        "received_at_ms": RECEIVED_MS + number * 1000,
        "last_seen_ms": RECEIVED_MS + number * 1000,
        "due_at_ms": None,
        "claim_id": None,
        "claimed_by": None,
        "finished_at_ms": None,
        "client": "192.0.2.7",
        "path": "/webhooks/calcom",
        "headers": packed(HEADERS),
        "body_hash": hashlib.sha256(body or b"").hexdigest(),
        "body_size": len(body or b""),
        "body": body,
    }
    return values | given


def put_event(records: Records, **given: Any) -> int:
    """Write one event and return its id."""
    return put_events(records, [event_values(**given)])[0]


def put_events(records: Records, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write events and return their ids in order."""

    def write(session: Any) -> list[int]:
        last = session.query(WebhookEvent.id).order_by(WebhookEvent.id.desc()).limit(1).scalar() or 0
        session.execute(insert(WebhookEvent), list(rows))
        found = session.query(WebhookEvent.id).filter(WebhookEvent.id > last).order_by(WebhookEvent.id)
        return [row[0] for row in found]

    return records.run_in_transaction(write)


def event_of(records: Records, event_id: int) -> WebhookEvent:
    """Return an event as it is now."""

    def read(session: Any) -> WebhookEvent:
        found = session.get(WebhookEvent, event_id)
        assert found is not None
        return found  # type: ignore[no-any-return]

    return records.run_in_transaction(read)


def settle(records: Records, state: str = states.DONE, reason: str | None = None) -> int:
    """Do as a worker does with all that is received: leave it in *state*; return how many there were."""

    def change(session: Any) -> int:
        query = update(WebhookEvent).where(WebhookEvent.state == states.RECEIVED)
        values = {"state": state, "reason": reason, "due_at_ms": None, "attempts": 1}
        return int(session.execute(query.values(**values)).rowcount)

    return records.run_in_transaction(change)


@contextmanager
def settling(records: Records, state: str = states.DONE, reason: str | None = None) -> Iterator[None]:
    """Run such a worker beside the block."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.01):
            settle(records, state, reason)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        yield
    finally:
        ended.set()
        worker.join()
