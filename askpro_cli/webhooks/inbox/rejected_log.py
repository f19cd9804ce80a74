"""The log of rejected requests: best effort, bounded, and never in the way of what is let in."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from askpro_cli.base.errors import AskproError
from askpro_cli.platform.schema.webhooks import LONGEST_REASON, WebhookRejection
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.platform.write_turns import turns_of
from askpro_cli.webhooks.arrivals import Arrival, Refusal
from askpro_cli.webhooks.inbox.headers import packed
from askpro_cli.webhooks.inbox.options import RejectedHealth
from askpro_cli.webhooks.inbox.rows import ascii_text, plain_text

MOST_WAITING = 500
"""Requests held until they are written; more are counted and let go."""
MOST_BYTES = 8_000_000
"""The same, of their bodies."""
LONGEST_BODY = 1_000_000
"""A rejected body beyond this is not kept: nobody has shown yet who sent it."""
MOST_KEPT_BYTES = 256_000_000
"""Of all rejected bodies on disk: anybody may send them, and they must not fill it."""
_PAUSE_SECONDS = 0.25
"""Between two writes: a flood of them takes turns with nobody."""


class _Rejected(NamedTuple):
    arrival: Arrival
    refusal: Refusal
    body_known: bool

    def values(self) -> dict[str, Any]:
        """Return the row."""
        arrival, refusal, known = self
        kept = arrival.body if known and len(arrival.body) <= LONGEST_BODY else None
        fold = sha256(f"{arrival.source}\0{refusal.cause}\0{arrival.path}\0".encode("utf-8", "replace"))
        fold.update(arrival.body if known else b"")
        return {
            "fold_hash": fold.hexdigest(),
            "source": ascii_text(arrival.source, 50) or None,
            "cause": str(refusal.cause),
            "detail": plain_text(refusal.detail, LONGEST_REASON),
            "method": ascii_text(arrival.method, 10),
            "path": plain_text(arrival.path, 500),
            "client": ascii_text(arrival.client, 64),
            "hits": 1,
            "correlation_id": ascii_text(arrival.correlation_id, 40),
            "received_at_ms": arrival.received_ms,
            "last_seen_ms": arrival.received_ms,
            "headers": packed(arrival.headers),
            "body_size": len(arrival.body),
            "body": kept,
        }


class RejectedLog:
    """Writes rejected requests with a thread of its own; the same again (source, cause, body) is counted.

    Args:
        engine: of the records; a connection of its pool is used for each write.
        keep: requests kept; the oldest go first, 0 keeps none.
    """

    def __init__(self, engine: Engine, keep: int) -> None:
        self._engine = engine
        self._turns = turns_of(engine)
        self._keep = keep
        self._waiting: deque[_Rejected] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._some = threading.Event()
        self._thread = threading.Thread(target=self._run, name="askpro-rejected", daemon=True)
        self._kept = self._dropped = 0
        self._error: str | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def add(self, arrival: Arrival, refusal: Refusal, *, body_known: bool) -> None:
        """Take a request in hand, or count it as let go; never waits, never raises."""
        size = len(arrival.body)
        with self._lock:
            full = len(self._waiting) >= MOST_WAITING or self._bytes + size > MOST_BYTES
            if full or not self._keep or self._end.is_set():
                self._dropped += 1
                return
            self._waiting.append(_Rejected(arrival, refusal, body_known))
            self._bytes += size
        self._some.set()

    def health(self) -> RejectedHealth:
        """Return how it is."""
        return RejectedHealth(len(self._waiting), self._kept, self._dropped, self._error)

    def close(self, seconds: float) -> bool:
        """Write what waits and stop; True when it came to its end."""
        self._end.set()
        self._some.set()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._end.is_set():
            self._some.wait()
            self._some.clear()
            self._write(self._taken())
            self._end.wait(_PAUSE_SECONDS)
        self._write(self._taken())

    def _taken(self) -> list[_Rejected]:
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
            self._bytes = 0
        return taken

    def _write(self, batch: Sequence[_Rejected]) -> None:
        """Keep a batch; what cannot be written is let go."""
        if not batch:
            return
        rows = [one.values() for one in batch]
        try:
            with self._turns.after():
                run_in_transaction(
                    self._engine,
                    lambda connection: keep_rejected(connection, rows, self._keep),
                    context="keep rejected requests",
                )
        except (AskproError, SQLAlchemyError) as error:
            self._error = error.message if isinstance(error, AskproError) else type(error).__name__
            self._dropped += len(batch)
        else:
            self._error = None
            self._kept += len(batch)


def keep_rejected(connection: Connection, rows: Sequence[dict[str, Any]], keep: int) -> None:
    """Write rejected requests and let the oldest go beyond *keep*."""
    for row in rows:
        _keep_one(connection, row)
    table = WebhookRejection
    count = connection.scalar(select(func.count()).select_from(table)) or 0
    if count > keep:
        oldest = select(table.id).order_by(table.last_seen_ms, table.id).limit(count - keep)
        connection.execute(delete(table).where(table.id.in_(connection.scalars(oldest).all())))
    _bound_bodies(connection)


def _bound_bodies(connection: Connection) -> None:
    """Let the oldest bodies go where all together are too large; that they came stays known."""
    table = WebhookRejection
    kept = table.body.is_not(None)
    total = connection.scalar(select(func.sum(table.body_size)).where(kept)) or 0
    if total <= MOST_KEPT_BYTES:
        return
    gone = []
    order = select(table.id, table.body_size).where(kept).order_by(table.last_seen_ms, table.id)
    for key, size in connection.execute(order).all():
        if total <= MOST_KEPT_BYTES:
            break
        gone.append(key)
        total -= size
    connection.execute(update(table).where(table.id.in_(gone)).values(body=None))


def _keep_one(connection: Connection, row: dict[str, Any]) -> None:
    """Count one that is there, or add it."""
    table = WebhookRejection
    counted = connection.execute(
        table.__table__.update()  # type: ignore[attr-defined]
        .where(table.fold_hash == row["fold_hash"])
        .values(hits=table.hits + 1, last_seen_ms=row["last_seen_ms"])
    )
    if not counted.rowcount:
        connection.execute(table.__table__.insert().values(row))  # type: ignore[attr-defined]
