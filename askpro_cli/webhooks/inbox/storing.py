"""Events into the table, in whatever transaction the caller has open: imports, readmission, replays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from askpro_cli.platform import dialects
from askpro_cli.webhooks import states
from askpro_cli.webhooks.arrivals import Admitted, Stored
from askpro_cli.webhooks.inbox.headers import packed
from askpro_cli.webhooks.inbox.rows import Folded, ascii_text, body_hash_of, fold
from askpro_cli.webhooks.inbox.writing import WRITERS, Kept, insert_new


def store(connection: Connection, batch: Sequence[Admitted]) -> list[Stored]:
    """Keep events in the caller's transaction and return what became of each, in their order.

    New keys become rows in state ``received``, due at once. A key that is there counts one more hit; one
    whose event failed or is dead is woken; another body under it becomes a row of ``webhook_conflicts``.
    The same key twice in *batch*: the first one counts as first.

    Raises:
        sqlalchemy.exc.DBAPIError: the database could not; the caller's transaction helper wraps it.
    """
    driver = connection.connection.dbapi_connection
    dialects.start_statement(driver)
    with driver_errors(connection.dialect, driver), closing(connection.connection.cursor()) as cursor:
        return store_rows(cursor, connection.dialect.name, batch)


def store_rows(cursor: Any, family: str, batch: Sequence[Admitted]) -> list[Stored]:
    """Do the same on a driver's cursor; *family* as SQLAlchemy calls the dialect.

    In autocommit (servers) a crash between its statements leaves an event kept and not yet woken, or a
    conflict not yet noted; the sender has no answer then and sends again.
    """
    if not batch:
        return []
    keys = fold(batch)
    kept = WRITERS[family](cursor, keys)
    for folded, row in zip(keys, kept, strict=True):
        if row.state in states.WOKEN_BY_DUPLICATE:
            _wake(cursor, family, folded, row)
    told = _told(batch, keys, kept)
    for admitted, stored in zip(batch, told, strict=True):
        if stored.conflict:
            cursor.execute(_CONFLICTS[family], _conflict_row(stored.event_id, admitted))
    return told


def store_new(cursor: Any, batch: Sequence[Admitted]) -> list[Stored] | None:
    """Keep events with one statement of SQLite, which commits itself outside of a transaction.

    Returns:
        What became of each; None, with nothing kept, where that cannot be: a key is there already, or twice
        in *batch*, or these are too many.
    """
    keys = fold(batch)
    first_id = insert_new(cursor, keys) if len(keys) == len(batch) else None
    if first_id is None:
        return None
    return [
        Stored(event_id, duplicate=False, correlation_id=admitted.arrival.correlation_id)
        for event_id, admitted in enumerate(batch, first_id)
    ]


def _told(batch: Sequence[Admitted], keys: Sequence[Folded], kept: Sequence[Kept]) -> list[Stored]:
    """Return what became of each event of the batch."""
    told: list[Stored | None] = [None] * len(batch)
    for folded, row in zip(keys, kept, strict=True):
        woken = row.state in states.WOKEN_BY_DUPLICATE
        for nth, (place, body_hash) in enumerate(zip(folded.members, folded.body_hashes, strict=True)):
            told[place] = Stored(
                event_id=row.event_id,
                duplicate=row.existed or nth > 0,
                conflict=body_hash != row.body_hash,
                woken=woken,
                correlation_id=row.correlation_id,
            )
    return [one for one in told if one is not None]


def _wake(cursor: Any, family: str, folded: Folded, row: Kept) -> None:
    """Let an event that failed or is dead be handled again, from the first attempt on.

    Where its body was let go meanwhile (``askpro webhooks prune``) the same body comes back with it.
    """
    arrival = folded.first.arrival
    same = folded.body_hash == row.body_hash
    body, headers = (arrival.body, packed(arrival.headers)) if same else (None, None)
    cursor.execute(_WAKE[family], (headers, body, row.event_id))


_WAKE_ONE = (
    "UPDATE webhook_events SET state = 'received', due_at_ms = 0, attempts = 0, reason = NULL,"
    " claim_id = NULL, claimed_by = NULL, finished_at_ms = NULL,"
    " headers = CASE WHEN body IS NULL THEN ? ELSE headers END, body = coalesce(body, ?)"
    " WHERE id = ? AND state IN ('failed', 'dead')"
)
_CONFLICT = (
    "INSERT INTO webhook_conflicts (event_id, body_hash, hits, secret_id, correlation_id, received_at_ms,"
    " last_seen_ms, client, headers, body) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?)"
)
_UPSERT = (
    " ON CONFLICT (event_id, body_hash) DO UPDATE SET hits = webhook_conflicts.hits + 1,"
    " last_seen_ms = excluded.last_seen_ms"
)
_ON_DUPLICATE = " ON DUPLICATE KEY UPDATE hits = hits + 1, last_seen_ms = VALUES(last_seen_ms)"
_CONFLICTS = {
    "sqlite": _CONFLICT + _UPSERT,
    "postgresql": (_CONFLICT + _UPSERT).replace("?", "%s"),
    "mariadb": (_CONFLICT + _ON_DUPLICATE).replace("?", "%s"),
    "mysql": (_CONFLICT + _ON_DUPLICATE).replace("?", "%s"),
}
"""Another body under a key is kept beside the event, once, and counted."""

_WAKE = {
    "sqlite": _WAKE_ONE,
    "postgresql": _WAKE_ONE.replace("?", "%s::bytea", 2).replace("?", "%s"),
    "mariadb": _WAKE_ONE.replace("?", "%s"),
    "mysql": _WAKE_ONE.replace("?", "%s"),
}


def _conflict_row(event_id: int | None, admitted: Admitted) -> tuple[Any, ...]:
    arrival, verified, _, _ = admitted
    return (
        event_id,
        body_hash_of(arrival.body),
        verified and ascii_text(verified.secret_id, 120),
        ascii_text(arrival.correlation_id, 40),
        arrival.received_ms,
        arrival.received_ms,
        ascii_text(arrival.client, 64),
        packed(arrival.headers),
        arrival.body,
    )


@contextmanager
def driver_errors(dialect: Dialect, driver: Any) -> Iterator[None]:
    """Raise what a driver raises as SQLAlchemy would, so that it is told and judged like any other."""
    base = dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise wrapped(dialect, driver, error) from error


def wrapped(dialect: Dialect, driver: Any, error: Any) -> DBAPIError:
    """Return a driver's error as SQLAlchemy's; nothing of the statement or its values is in it."""
    lost = dialect.is_disconnect(error, driver, None)
    found = DBAPIError.instance(
        "keep events",
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    assert isinstance(found, DBAPIError)  # noqa: S101 - anything else is not of this driver
    return found
