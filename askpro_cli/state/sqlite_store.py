"""State in one SQLite file: the embedded default, for any number of processes and threads of one host."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from askpro_cli.state.limits import (
    check_key,
    check_keys,
    check_limit,
    check_namespace,
    ignore_notice,
    usable_ttl,
)
from askpro_cli.state.sqlite_database import StateDatabase
from askpro_cli.state.sqlite_schema import PURGES
from askpro_cli.state.store import Entry, Lock

_GET = "SELECT value FROM live_entries WHERE ns = ? AND key = ?"
_GET_ENTRY = (
    "SELECT e.value, max(0.0, c.now - e.created), e.expires - c.now, c.now"
    " FROM live_entries AS e, clock AS c WHERE e.ns = ? AND e.key = ?"
)
_PUT = (
    "INSERT OR REPLACE INTO entries (ns, key, value, created, expires, tags)"
    " SELECT ?, ?, ?, now, now + ?, ? FROM clock"
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


class SqliteStore:
    """The :class:`~askpro_cli.state.store.StateStore` over a SQLite file in WAL mode.

    Safe for many processes (SQLite's locks, waiting up to 15 s) and for threads (one connection, one
    lock). ``synchronous=NORMAL``: a power cut may cost the last writes, never the file. The clock is the
    machine's, as SQLite reads it. A damaged or foreign file is moved aside and rebuilt.

    Args:
        path: the state file.
        namespace: a company's slug, part of every key.
        on_notice: told when a damaged file was moved aside.
    """

    def __init__(
        self, path: Path, namespace: str, *, on_notice: Callable[[str], None] = ignore_notice
    ) -> None:
        self.namespace = check_namespace(namespace)
        self._database = StateDatabase(path, on_notice)

    def now(self) -> float:
        """Return the store's clock as a Unix time in seconds."""
        return self._database.read(_now)

    def get(self, key: str) -> bytes | None:
        """Return the value, or None when absent, expired or invalidated."""
        where = (self.namespace, check_key(key))
        return self._database.read(lambda connection: _value(connection, where))

    def get_entries(self, keys: Sequence[str]) -> dict[str, Entry]:
        """Return the live entries among *keys*, all from one snapshot."""
        wanted = check_keys(keys)

        def work(connection: sqlite3.Connection) -> dict[str, Entry]:
            found = {}
            for key in wanted:
                row = connection.execute(_GET_ENTRY, (self.namespace, key)).fetchone()
                if row is not None:
                    found[key] = Entry(*row)
            return found

        return self._database.read(work)

    def set(self, key: str, value: bytes, *, ttl: float | None = None) -> None:
        """Store *value*, for *ttl* seconds or until deleted."""
        self._put({check_key(key): value}, {key: ttl})

    def add(self, key: str, value: bytes, *, ttl: float | None = None) -> bool:
        """Store *value* only if the key is not live; tell whether it was stored."""
        return self.compare_and_set(key, None, value, ttl=ttl)

    def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes | None, *, ttl: float | None = None
    ) -> bool:
        """Replace *expected* (None: not live) by *value* (None: delete) in one step."""
        where = (self.namespace, check_key(key))

        def work(connection: sqlite3.Connection) -> bool:
            if _value(connection, where) != expected:
                return False
            if value is None:
                connection.execute(_DELETE["entries"], where)
            else:
                connection.execute(_PUT, (*where, value, usable_ttl(ttl), None))
                connection.execute(PURGES["entries"])
            return True

        return self._database.write(work)

    def delete(self, *keys: str) -> int:
        """Remove values, counters and lists of these names; return how many of them were live."""
        wanted = check_keys(keys)

        def work(connection: sqlite3.Connection) -> int:
            gone = 0
            for where in ((self.namespace, key) for key in wanted):
                for table in _KINDS:
                    gone += connection.execute(_COUNT_LIVE[table], where).fetchone()[0]
                    connection.execute(_DELETE[table], where)
            return gone

        return self._database.write(work)

    def increment(self, key: str, by: int = 1, *, ttl: float | None = None) -> int:
        """Add to a counter (0 when absent) and return it; *ttl* counts from its creation."""
        where = (self.namespace, check_key(key))

        def work(connection: sqlite3.Connection) -> int:
            _add(connection, self.namespace, {key: by}, ttl)
            row = connection.execute("SELECT amount FROM counters WHERE ns = ? AND key = ?", where)
            return int(row.fetchone()[0])

        return self._database.write(work)

    def increment_many(self, amounts: Mapping[str, int], *, ttl: float | None = None) -> None:
        """Add to several counters in one transaction."""
        if amounts:
            self._database.write(lambda connection: _add(connection, self.namespace, amounts, ttl))

    def counters(self, prefix: str = "") -> dict[str, int]:
        """Return all live counters whose key starts with *prefix*."""
        where = (self.namespace, prefix, prefix)
        return dict(self._database.read(lambda connection: connection.execute(_COUNTERS, where).fetchall()))

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the live keys of values that start with *prefix*."""
        where = (self.namespace, prefix, prefix)
        rows = self._database.read(lambda connection: connection.execute(_KEYS, where).fetchall())
        return (key for (key,) in rows)

    def append(self, key: str, value: bytes, *, limit: int, ttl: float | None = None) -> None:
        """Add to the end of a bounded list that keeps its newest *limit* items."""
        where = (self.namespace, check_key(key))
        check_limit(limit)
        self._database.write(lambda connection: _append(connection, where, value, limit, ttl))

    def tail(self, key: str, count: int) -> list[bytes]:
        """Return the newest *count* items of a bounded list, oldest first."""
        found = self._database.read(
            lambda connection: connection.execute(
                "SELECT i.value FROM live_lists AS l JOIN list_items AS i ON i.list = l.id"
                " WHERE l.ns = ? AND l.key = ? AND i.position > l.newest - ? ORDER BY i.position",
                (self.namespace, check_key(key), count),
            ).fetchall()
        )
        return [value for (value,) in found]

    def record(self, amounts: Mapping[str, int], key: str, value: bytes, *, limit: int) -> None:
        """Add to counters and to the end of a bounded list, in one transaction."""
        where = (self.namespace, check_key(key))
        check_limit(limit)

        def work(connection: sqlite3.Connection) -> None:
            _add(connection, self.namespace, amounts, None)
            _append(connection, where, value, limit, None)

        self._database.write(work)

    def generations(self, tags: Iterable[str]) -> dict[str, int]:
        """Return each tag's generation (0 when never bumped)."""
        wanted = check_keys(tags)
        return self._database.read(lambda connection: _generations(connection, self.namespace, wanted))

    def bump(self, *tags: str) -> None:
        """Invalidate everything filled under these tags, now and while in flight."""
        rows = [(self.namespace, tag) for tag in check_keys(tags)]
        self._database.write(
            lambda connection: connection.executemany(
                "INSERT INTO generations VALUES (?, ?, 1)"
                " ON CONFLICT (ns, tag) DO UPDATE SET generation = generation + 1",
                rows,
            )
        )

    def set_tagged(
        self, entries: Mapping[str, bytes], *, ttl: Mapping[str, float], tags: Mapping[str, int]
    ) -> bool:
        """Store *entries* only if every tag still has the generation given; tell whether they were."""
        check_keys(entries)
        return self._put(entries, ttl, dict(tags))

    def acquire(self, name: str, *, ttl: float) -> Lock | None:
        """Take a lock for *ttl* seconds without waiting; None when somebody holds it."""
        where = (self.namespace, check_key(name))
        lock = Lock(name, os.urandom(16).hex(), ttl)

        def work(connection: sqlite3.Connection) -> Lock | None:
            if _holder(connection, where) is not None:
                return None
            connection.execute(
                "INSERT OR REPLACE INTO locks SELECT ?, ?, ?, now + ? FROM clock",
                (*where, lock.token, usable_ttl(ttl)),
            )
            connection.execute(PURGES["locks"])
            return lock

        return self._database.write(work)

    def renew(self, lock: Lock, *, ttl: float) -> bool:
        """Extend a lock that is still ours; False when it was lost."""
        return self._if_held(
            lock,
            "UPDATE locks SET expires = (SELECT now FROM clock) + ? WHERE ns = ? AND name = ?",
            (usable_ttl(ttl),),
        )

    def release(self, lock: Lock) -> bool:
        """Give a lock back; False when it was no longer ours."""
        return self._if_held(lock, "DELETE FROM locks WHERE ns = ? AND name = ?", ())

    def locked(self, name: str) -> str | None:
        """Return the token of the present holder, or None."""
        where = (self.namespace, check_key(name))
        return self._database.read(lambda connection: _holder(connection, where))

    def clear(self, prefix: str = "") -> int:
        """Remove all values whose key starts with *prefix*; return how many of them were live."""
        where = (self.namespace, prefix, prefix)

        def work(connection: sqlite3.Connection) -> int:
            live = len(connection.execute(_KEYS, where).fetchall())
            connection.execute(_CLEAR, where)
            return live

        return self._database.write(work)

    def for_namespace(self, namespace: str) -> SqliteStore:
        """Return the same store bound to another namespace, sharing its connection."""
        other = object.__new__(SqliteStore)
        other.namespace = check_namespace(namespace)
        other._database = self._database
        return other

    def describe(self) -> str:
        """Return the path of the state file."""
        return str(self._database.path)

    def close(self) -> None:
        """Close the file, also for the stores of other namespaces that share it."""
        self._database.close()

    def _put(
        self,
        entries: Mapping[str, bytes],
        ttl: Mapping[str, float | None] | Mapping[str, float],
        tags: dict[str, int] | None = None,
    ) -> bool:
        """Store *entries* under *tags* if these still have the generations given."""
        remembered = None
        if tags:
            import json

            remembered = json.dumps(tags)

        def work(connection: sqlite3.Connection) -> bool:
            if tags and _generations(connection, self.namespace, tags) != tags:
                return False
            rows = (
                (self.namespace, key, value, usable_ttl(ttl.get(key)), remembered)
                for key, value in entries.items()
            )
            connection.executemany(_PUT, rows)
            connection.execute(PURGES["entries"])
            return True

        return self._database.write(work)

    def _if_held(self, lock: Lock, statement: str, values: tuple[float | None, ...]) -> bool:
        """Run *statement* on the lock's row if *lock* still holds it."""
        where = (self.namespace, check_key(lock.name))

        def work(connection: sqlite3.Connection) -> bool:
            if _holder(connection, where) != lock.token:
                return False
            connection.execute(statement, (*values, *where))
            return True

        return self._database.write(work)


def _now(connection: sqlite3.Connection) -> float:
    """Return SQLite's clock."""
    return float(connection.execute("SELECT now FROM clock").fetchone()[0])


def _value(connection: sqlite3.Connection, where: tuple[str, str]) -> bytes | None:
    """Return the live value of a key."""
    row = connection.execute(_GET, where).fetchone()
    return None if row is None else bytes(row[0])


def _holder(connection: sqlite3.Connection, where: tuple[str, str]) -> str | None:
    """Return the token of the live lock."""
    row = connection.execute("SELECT token FROM live_locks WHERE ns = ? AND name = ?", where).fetchone()
    return None if row is None else str(row[0])


def _generations(connection: sqlite3.Connection, namespace: str, tags: Iterable[str]) -> dict[str, int]:
    """Return the generation of each tag."""
    found = {}
    for tag in tags:
        row = connection.execute(
            "SELECT generation FROM generations WHERE ns = ? AND tag = ?", (namespace, tag)
        ).fetchone()
        found[tag] = 0 if row is None else int(row[0])
    return found


def _add(
    connection: sqlite3.Connection, namespace: str, amounts: Mapping[str, int], ttl: float | None
) -> None:
    """Add *amounts* to counters."""
    keys = check_keys(amounts)
    connection.executemany(_EXPIRED["counters"], [(namespace, key) for key in keys])
    connection.executemany(_INCREMENT, [(namespace, key, amounts[key], usable_ttl(ttl)) for key in keys])
    connection.execute(PURGES["counters"])


def _append(
    connection: sqlite3.Connection, where: tuple[str, str], value: bytes, limit: int, ttl: float | None
) -> None:
    """Add to the end of a list and drop what is older than its newest *limit* items."""
    connection.execute(_EXPIRED["lists"], where)
    number, newest = _next_position(connection, where, usable_ttl(ttl))
    connection.execute("INSERT INTO list_items VALUES (?, ?, ?)", (number, newest, value))
    connection.execute("DELETE FROM list_items WHERE list = ? AND position <= ?", (number, newest - limit))
    connection.execute(PURGES["lists"])


def _next_position(
    connection: sqlite3.Connection, where: tuple[str, str], ttl: float | None
) -> tuple[int, int]:
    """Return a list's number and the position of its next item; the list lives *ttl* seconds from now."""
    connection.execute(
        "INSERT INTO lists (ns, key, newest, expires) SELECT ?, ?, 1, now + ? FROM clock WHERE true"
        " ON CONFLICT (ns, key) DO UPDATE SET newest = newest + 1, expires = excluded.expires",
        (*where, ttl),
    )
    number, newest = connection.execute(
        "SELECT id, newest FROM lists WHERE ns = ? AND key = ?", where
    ).fetchone()
    return number, newest
