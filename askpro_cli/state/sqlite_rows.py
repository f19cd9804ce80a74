"""The statements of the state file, each a function of the connection of an open transaction.

Keys, tags and limits were checked by the caller.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from askpro_cli.state.limits import usable_ttl
from askpro_cli.state.sqlite_schema import PURGES
from askpro_cli.state.store import Entry

Where = tuple[str, str]
"""Namespace and key."""

_GET = "SELECT value FROM live_entries WHERE ns = ? AND key = ?"
_GET_ENTRY = (
    "SELECT e.value, max(0.0, c.now - e.created), e.expires - c.now, c.now"
    " FROM live_entries AS e, clock AS c WHERE e.ns = ? AND e.key = ?"
)
# Not INSERT OR REPLACE, which moves the row and so writes the pages of the key's index again, too.
_PUT = (
    "INSERT INTO entries (ns, key, value, created, expires, tags)"
    " SELECT ?, ?, ?, now, now + ?, ? FROM clock WHERE true"
    " ON CONFLICT (ns, key) DO UPDATE SET value = excluded.value, created = excluded.created,"
    " expires = excluded.expires, tags = excluded.tags"
)
_INCREMENT = (
    "INSERT INTO counters (ns, key, amount, expires) SELECT ?, ?, ?, now + ? FROM clock WHERE true"
    " ON CONFLICT (ns, key) DO UPDATE SET amount = amount + excluded.amount"
)
# A prefix is a range of the index; its end is the last code point, which no key holds.
_KEYS = "SELECT key FROM live_entries WHERE ns = ? AND key >= ? AND key < ? || char(1114111)"
_COUNTERS = "SELECT key, amount FROM live_counters WHERE ns = ? AND key >= ? AND key < ? || char(1114111)"
_CLEAR = "DELETE FROM entries WHERE ns = ? AND key >= ? AND key < ? || char(1114111)"
_KINDS = ("entries", "counters", "lists")
_EXPIRED = {
    table: f"DELETE FROM {table} WHERE ns = ? AND key = ? AND expires <= (SELECT now FROM clock)"  # noqa: S608 - table names of ours
    for table in ("counters", "lists")
}
_COUNT_LIVE = {table: f"SELECT count(*) FROM live_{table} WHERE ns = ? AND key = ?" for table in _KINDS}  # noqa: S608 - the same
_DELETE = {table: f"DELETE FROM {table} WHERE ns = ? AND key = ?" for table in _KINDS}  # noqa: S608 - the same


def now(connection: sqlite3.Connection) -> float:
    """Return SQLite's clock."""
    return float(connection.execute("SELECT now FROM clock").fetchone()[0])


def value(connection: sqlite3.Connection, where: Where) -> bytes | None:
    """Return the live value of a key."""
    row = connection.execute(_GET, where).fetchone()
    return None if row is None else bytes(row[0])


def holder(connection: sqlite3.Connection, where: Where) -> str | None:
    """Return the token of the live lock."""
    row = connection.execute("SELECT token FROM live_locks WHERE ns = ? AND name = ?", where).fetchone()
    return None if row is None else str(row[0])


def generations(connection: sqlite3.Connection, namespace: str, tags: Iterable[str]) -> dict[str, int]:
    """Return the generation of each tag."""
    found = {}
    for tag in tags:
        row = connection.execute(
            "SELECT generation FROM generations WHERE ns = ? AND tag = ?", (namespace, tag)
        ).fetchone()
        found[tag] = 0 if row is None else int(row[0])
    return found


def add(
    connection: sqlite3.Connection, namespace: str, amounts: Mapping[str, int], ttl: float | None
) -> None:
    """Add *amounts* to counters."""
    kept = usable_ttl(ttl)
    connection.executemany(_EXPIRED["counters"], [(namespace, key) for key in amounts])
    connection.executemany(_INCREMENT, [(namespace, key, amount, kept) for key, amount in amounts.items()])
    connection.execute(PURGES["counters"])


def append(
    connection: sqlite3.Connection, where: Where, values: Sequence[bytes], limit: int, ttl: float | None
) -> None:
    """Add to the end of a list and drop what is older than its newest *limit* items."""
    if not values:
        return
    connection.execute(_EXPIRED["lists"], where)
    number, newest = _extended(connection, where, len(values), usable_ttl(ttl))
    first = newest - len(values) + 1
    items = [(number, position, value) for position, value in enumerate(values, first)]
    connection.executemany("INSERT INTO list_items VALUES (?, ?, ?)", items)
    connection.execute("DELETE FROM list_items WHERE list = ? AND position <= ?", (number, newest - limit))
    connection.execute(PURGES["lists"])


def _extended(connection: sqlite3.Connection, where: Where, count: int, ttl: float | None) -> tuple[int, int]:
    """Make room for *count* items in a list that lives *ttl* seconds from now; return its number and end."""
    connection.execute(
        "INSERT INTO lists (ns, key, newest, expires) SELECT ?, ?, ?, now + ? FROM clock WHERE true"
        " ON CONFLICT (ns, key) DO UPDATE SET newest = newest + excluded.newest, expires = excluded.expires",
        (*where, count, ttl),
    )
    number, newest = connection.execute(
        "SELECT id, newest FROM lists WHERE ns = ? AND key = ?", where
    ).fetchone()
    return number, newest


def entry(connection: sqlite3.Connection, where: Where) -> Entry | None:
    """Return the live entry of a key."""
    row = connection.execute(_GET_ENTRY, where).fetchone()
    return None if row is None else Entry(*row)


def put(
    connection: sqlite3.Connection,
    namespace: str,
    entries: Mapping[str, bytes],
    ttl: Mapping[str, float | None] | Mapping[str, float],
    tags: str | None = None,
) -> None:
    """Store *entries*, each for its time, under *tags* (JSON: tag → generation)."""
    connection.executemany(
        _PUT,
        [(namespace, key, value, usable_ttl(ttl.get(key)), tags) for key, value in entries.items()],
    )
    connection.execute(PURGES["entries"])


def delete_value(connection: sqlite3.Connection, where: Where) -> None:
    """Remove a value."""
    connection.execute(_DELETE["entries"], where)


def delete(connection: sqlite3.Connection, where: Where) -> int:
    """Remove value, counter and list of a name; return how many of them were live."""
    gone = 0
    for table in _KINDS:
        gone += connection.execute(_COUNT_LIVE[table], where).fetchone()[0]
        connection.execute(_DELETE[table], where)
    return gone


def live_keys(connection: sqlite3.Connection, namespace: str, prefix: str) -> list[str]:
    """Return the keys of the live values under a prefix."""
    return [key for (key,) in connection.execute(_KEYS, (namespace, prefix, prefix))]


def clear(connection: sqlite3.Connection, namespace: str, prefix: str) -> int:
    """Remove the values under a prefix; return how many were live."""
    live = len(live_keys(connection, namespace, prefix))
    connection.execute(_CLEAR, (namespace, prefix, prefix))
    return live


def counter(connection: sqlite3.Connection, where: Where) -> int:
    """Return a counter that is there."""
    row = connection.execute("SELECT amount FROM counters WHERE ns = ? AND key = ?", where).fetchone()
    return int(row[0])


def counters(connection: sqlite3.Connection, namespace: str, prefix: str) -> dict[str, int]:
    """Return the live counters under a prefix."""
    return dict(connection.execute(_COUNTERS, (namespace, prefix, prefix)).fetchall())


def tail(connection: sqlite3.Connection, where: Where, count: int) -> list[bytes]:
    """Return the newest *count* items of a list, oldest first."""
    found = connection.execute(
        "SELECT i.value FROM live_lists AS l JOIN list_items AS i ON i.list = l.id"
        " WHERE l.ns = ? AND l.key = ? AND i.position > l.newest - ? ORDER BY i.position",
        (*where, count),
    )
    return [item for (item,) in found]


def bump(connection: sqlite3.Connection, namespace: str, tags: Iterable[str]) -> None:
    """Raise the generation of tags."""
    connection.executemany(
        "INSERT INTO generations VALUES (?, ?, 1)"
        " ON CONFLICT (ns, tag) DO UPDATE SET generation = generation + 1",
        [(namespace, tag) for tag in tags],
    )


def lock(connection: sqlite3.Connection, where: Where, token: str, ttl: float) -> None:
    """Write the holder of a lock, for *ttl* seconds from now."""
    connection.execute(
        "INSERT OR REPLACE INTO locks SELECT ?, ?, ?, now + ? FROM clock", (*where, token, usable_ttl(ttl))
    )
    connection.execute(PURGES["locks"])


def unlock(connection: sqlite3.Connection, where: Where) -> None:
    """Remove the holder of a lock."""
    connection.execute("DELETE FROM locks WHERE ns = ? AND name = ?", where)
