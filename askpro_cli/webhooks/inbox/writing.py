"""The statements that keep events, one way for each family; on a driver's cursor.

Raw drivers, because a statement compiled anew for every batch would cost more than the batch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from askpro_cli.webhooks.inbox.rows import COLUMNS, CONSTANTS, Folded

CHANNEL = "askpro_webhooks"
"""The channel of PostgreSQL on which workers are woken."""


class Kept(NamedTuple):
    """The row of a key after it was written.

    Args:
        event_id: its id.
        existed: it was there before this batch.
        state: before this batch; of a new row ``received``.
        body_hash: of the body that stands.
        correlation_id: of the request that brought it.
    """

    event_id: int
    existed: bool
    state: str
    body_hash: str
    correlation_id: str


Writer = Callable[[Any, Sequence[Folded]], list[Kept]]

_NAMES = ", ".join((*COLUMNS, *CONSTANTS))
_CONSTANTS = ", ".join(CONSTANTS.values())


def insert_new(cursor: Any, keys: Sequence[Folded]) -> int | None:
    """Insert rows with one statement of SQLite and return the first one's id; the others follow it.

    None, with nothing written, where that cannot be: it can where no key is there yet and one statement takes
    them all, the usual case. The driver gives Python's lock away at each statement, and beside a busy event
    loop that costs more than the statement itself (measured).
    """
    if len(keys) > _SQLITE_ROWS:
        return None
    try:
        cursor.execute(_sqlite_insert(len(keys)), [value for folded in keys for value in folded.row()])
    except sqlite3.IntegrityError:
        return None
    last_id: int = cursor.lastrowid
    return last_id - len(keys) + 1


def _write_sqlite(cursor: Any, keys: Sequence[Folded]) -> list[Kept]:
    """Look, count what is there, insert the rest: the caller's transaction has the write lock already."""
    known = _known_to_sqlite(cursor, keys)
    (last_id,) = cursor.execute("SELECT coalesce(max(id), 0) FROM webhook_events").fetchone()
    new = [folded for folded in keys if folded.key_hash not in known]
    for event_id, folded in enumerate(new, last_id + 1):
        first = folded.first.arrival
        known[folded.key_hash] = Kept(event_id, False, "received", folded.body_hash, first.correlation_id)  # noqa: FBT003
    cursor.executemany(_SQLITE_INSERT, [(known[one.key_hash].event_id, *one.row()) for one in new])
    seen = [
        (one.hits, one.last_seen_ms, known[one.key_hash].event_id)
        for one in keys
        if known[one.key_hash].existed
    ]
    if seen:
        cursor.executemany(_SQLITE_COUNT, seen)
    return [known[folded.key_hash] for folded in keys]


_SQLITE_INSERT = (
    f"INSERT INTO webhook_events (id, {_NAMES}) VALUES (?, {', '.join('?' * len(COLUMNS))}, {_CONSTANTS})"  # noqa: S608 - our own names
)
_SQLITE_COUNT = "UPDATE webhook_events SET hits = hits + ?, last_seen_ms = max(last_seen_ms, ?) WHERE id = ?"
_SQLITE_MOST = 500
"""Keys looked up at once: old builds of SQLite take 999 variables."""
_SQLITE_ROWS = 50
"""Rows of one statement: for the same reason, and because the driver remembers 128 statements."""


@cache
def _sqlite_insert(rows: int) -> str:
    one = f"({', '.join('?' * len(COLUMNS))}, {_CONSTANTS})"
    return f"INSERT INTO webhook_events ({_NAMES}) VALUES {', '.join([one] * rows)}"  # noqa: S608 - our own names


def _known_to_sqlite(cursor: Any, keys: Sequence[Folded]) -> dict[str, Kept]:
    found: dict[str, Kept] = {}
    for begin in range(0, len(keys), _SQLITE_MOST):
        hashes = [folded.key_hash for folded in keys[begin : begin + _SQLITE_MOST]]
        cursor.execute(
            "SELECT key_hash, id, state, body_hash, correlation_id FROM webhook_events"  # noqa: S608 - marks alone
            f" WHERE key_hash IN ({', '.join('?' * len(hashes))})",
            hashes,
        )
        for key_hash, event_id, *rest in cursor.fetchall():
            found[key_hash] = Kept(event_id, True, *rest)  # noqa: FBT003 - of a NamedTuple
    return found


_POSTGRESQL_TYPES = {
    "hits": "integer",
    "received_at_ms": "bigint",
    "last_seen_ms": "bigint",
    "headers": "bytea",
    "body_size": "integer",
    "body": "bytea",
}
_POSTGRESQL_INSERT = f"""
WITH written AS (
    INSERT INTO webhook_events ({_NAMES})
    SELECT {", ".join(COLUMNS)}, {_CONSTANTS}
    FROM unnest({", ".join(f"%b::{_POSTGRESQL_TYPES.get(name, 'text')}[]" for name in COLUMNS)})
        WITH ORDINALITY AS incoming ({", ".join(COLUMNS)}, place)
    ORDER BY place
    ON CONFLICT (key_hash) DO UPDATE SET
        hits = webhook_events.hits + excluded.hits,
        last_seen_ms = greatest(webhook_events.last_seen_ms, excluded.last_seen_ms)
    RETURNING key_hash, id, hits, state, body_hash, correlation_id
)
SELECT written.*, pg_notify('{CHANNEL}', '') FROM written
"""  # noqa: S608 - our own names


def _write_postgresql(cursor: Any, keys: Sequence[Folded]) -> list[Kept]:
    """One statement of one text, however many rows: the server plans it once.

    Arrays in binary form (``%b``) cost the driver a third of what quoting them costs (measured).
    """
    columns = [list(column) for column in zip(*(folded.row() for folded in keys), strict=True)]
    rows = cursor.execute(_POSTGRESQL_INSERT, columns).fetchall()
    return _by_hits(keys, rows)


def _mariadb_insert(rows: int, *, returning: bool) -> str:
    one = ", ".join("_binary %s" if name in ("headers", "body") else "%s" for name in COLUMNS)
    values = ", ".join([f"({one}, {_CONSTANTS})"] * rows)
    back = f" RETURNING {_BACK}" if returning else ""
    return (
        f"INSERT INTO webhook_events ({_NAMES}) VALUES {values}"  # noqa: S608 - our own names
        " ON DUPLICATE KEY UPDATE hits = hits + VALUES(hits),"
        f" last_seen_ms = greatest(last_seen_ms, VALUES(last_seen_ms)){back}"
    )


_BACK = "key_hash, id, hits, state, body_hash, correlation_id"


def _write_mariadb(cursor: Any, keys: Sequence[Folded]) -> list[Kept]:
    """One statement with all rows, which also tells what became of them (MariaDB 10.5 and newer)."""
    values = [value for folded in keys for value in folded.row()]
    cursor.execute(_mariadb_insert(len(keys), returning=True), values)
    return _by_hits(keys, cursor.fetchall())


def _write_mysql(cursor: Any, keys: Sequence[Folded]) -> list[Kept]:
    """MySQL has no RETURNING: insert, then look; nothing else can lower the hits in between."""
    values = [value for folded in keys for value in folded.row()]
    cursor.execute(_mariadb_insert(len(keys), returning=False), values)
    marks = ", ".join(["%s"] * len(keys))
    cursor.execute(
        f"SELECT {_BACK} FROM webhook_events WHERE key_hash IN ({marks})",  # noqa: S608 - marks alone
        [folded.key_hash for folded in keys],
    )
    return _by_hits(keys, cursor.fetchall())


def _by_hits(keys: Sequence[Folded], rows: Sequence[Sequence[Any]]) -> list[Kept]:
    """Return the rows in the order of the keys: one with more hits than we added was there before."""
    found = {row[0]: row for row in rows}
    kept = []
    for folded in keys:
        _, event_id, hits, state, body_hash, correlation_id = found[folded.key_hash][:6]
        kept.append(Kept(event_id, hits > folded.hits, state, body_hash, correlation_id))
    return kept


WRITERS: Mapping[str, Writer] = {
    "sqlite": _write_sqlite,
    "postgresql": _write_postgresql,
    "mariadb": _write_mariadb,
    "mysql": _write_mysql,
}
"""Family of the database → how it keeps events."""
