"""State in one SQLite file: the embedded default, for any number of processes and threads of one host."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from askpro_cli.state import sqlite_rows as rows
from askpro_cli.state.limits import check_key, check_keys, check_limit, check_namespace, ignore_notice
from askpro_cli.state.sqlite_database import StateDatabase
from askpro_cli.state.store import Entry, Lock


class SqliteStore:
    """The :class:`~askpro_cli.state.store.StateStore` over a SQLite file in WAL mode.

    Safe for many processes (SQLite's locks, waiting up to 15 s) and for threads (one connection, one
    lock); not to be carried into a forked child. ``synchronous=NORMAL``: a power cut may cost the last
    writes, never the file. The clock is the machine's, as SQLite reads it. A damaged or foreign file is
    moved aside and rebuilt.

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
        return self._database.read(rows.now)

    def get(self, key: str) -> bytes | None:
        """Return the value, or None when absent, expired or invalidated."""
        where = self._where(key)
        return self._database.read(lambda connection: rows.value(connection, where))

    def get_entries(self, keys: Sequence[str]) -> dict[str, Entry]:
        """Return the live entries among *keys*, all from one snapshot."""
        wanted = {key: self._where(key) for key in keys}

        def work(connection: sqlite3.Connection) -> dict[str, Entry]:
            found = ((key, rows.entry(connection, where)) for key, where in wanted.items())
            return {key: entry for key, entry in found if entry is not None}

        return self._database.read(work)

    def set(self, key: str, value: bytes, *, ttl: float | None = None) -> None:
        """Store *value*, for *ttl* seconds or until deleted."""
        entries, times = {check_key(key): value}, {key: ttl}
        self._database.write(lambda connection: rows.put(connection, self.namespace, entries, times))

    def add(self, key: str, value: bytes, *, ttl: float | None = None) -> bool:
        """Store *value* only if the key is not live; tell whether it was stored."""
        return self.compare_and_set(key, None, value, ttl=ttl)

    def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes | None, *, ttl: float | None = None
    ) -> bool:
        """Replace *expected* (None: not live) by *value* (None: delete) in one step."""
        where = self._where(key)

        def work(connection: sqlite3.Connection) -> bool:
            if rows.value(connection, where) != expected:
                return False
            if value is None:
                rows.delete_value(connection, where)
            else:
                rows.put(connection, self.namespace, {key: value}, {key: ttl})
            return True

        return self._database.write(work)

    def delete(self, *keys: str) -> int:
        """Remove values, counters and lists of these names; return how many of them were live."""
        wanted = [self._where(key) for key in keys]
        return self._database.write(
            lambda connection: sum(rows.delete(connection, where) for where in wanted)
        )

    def increment(self, key: str, by: int = 1, *, ttl: float | None = None) -> int:
        """Add to a counter (0 when absent) and return it; *ttl* counts from its creation."""
        where = self._where(key)

        def work(connection: sqlite3.Connection) -> int:
            rows.add(connection, self.namespace, {key: by}, ttl)
            return rows.counter(connection, where)

        return self._database.write(work)

    def increment_many(self, amounts: Mapping[str, int], *, ttl: float | None = None) -> None:
        """Add to several counters in one transaction."""
        check_keys(amounts)
        if amounts:
            self._database.write(lambda connection: rows.add(connection, self.namespace, amounts, ttl))

    def counters(self, prefix: str = "") -> dict[str, int]:
        """Return all live counters whose key starts with *prefix*."""
        return self._database.read(lambda connection: rows.counters(connection, self.namespace, prefix))

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the live keys of values that start with *prefix*."""
        found = self._database.read(lambda connection: rows.live_keys(connection, self.namespace, prefix))
        return iter(found)

    def append(self, key: str, value: bytes, *, limit: int, ttl: float | None = None) -> None:
        """Add to the end of a bounded list that keeps its newest *limit* items."""
        where = self._where(key)
        check_limit(limit)
        self._database.write(lambda connection: rows.append(connection, where, [value], limit, ttl))

    def tail(self, key: str, count: int) -> list[bytes]:
        """Return the newest *count* items of a bounded list, oldest first."""
        where = self._where(key)
        return self._database.read(lambda connection: rows.tail(connection, where, count))

    def record(self, amounts: Mapping[str, int], key: str, *values: bytes, limit: int) -> None:
        """Add to counters and to the end of a bounded list, in one transaction."""
        where = self._where(key)
        check_keys(amounts)
        check_limit(limit)

        def work(connection: sqlite3.Connection) -> None:
            rows.add(connection, self.namespace, amounts, None)
            rows.append(connection, where, values, limit, None)

        self._database.write(work)

    def generations(self, tags: Iterable[str]) -> dict[str, int]:
        """Return each tag's generation (0 when never bumped)."""
        wanted = check_keys(tags)
        return self._database.read(lambda connection: rows.generations(connection, self.namespace, wanted))

    def bump(self, *tags: str) -> None:
        """Invalidate everything filled under these tags, now and while in flight."""
        wanted = check_keys(tags)
        self._database.write(lambda connection: rows.bump(connection, self.namespace, wanted))

    def set_tagged(
        self, entries: Mapping[str, bytes], *, ttl: Mapping[str, float], tags: Mapping[str, int]
    ) -> bool:
        """Store *entries* only if every tag still has the generation given; tell whether they were."""
        import json

        check_keys(entries)
        expected = {check_key(tag): generation for tag, generation in tags.items()}
        remembered = json.dumps(expected) if expected else None

        def work(connection: sqlite3.Connection) -> bool:
            if rows.generations(connection, self.namespace, expected) != expected:
                return False
            rows.put(connection, self.namespace, entries, ttl, remembered)
            return True

        return self._database.write(work)

    def acquire(self, name: str, *, ttl: float) -> Lock | None:
        """Take a lock for *ttl* seconds without waiting; None when somebody holds it."""
        where, taken = self._where(name), Lock(name, os.urandom(16).hex(), ttl)

        def work(connection: sqlite3.Connection) -> Lock | None:
            if rows.holder(connection, where) is not None:
                return None
            rows.lock(connection, where, taken.token, ttl)
            return taken

        return self._database.write(work)

    def renew(self, lock: Lock, *, ttl: float) -> bool:
        """Extend a lock that is still ours; False when it was lost."""
        return self._if_held(lock, lambda connection, where: rows.lock(connection, where, lock.token, ttl))

    def release(self, lock: Lock) -> bool:
        """Give a lock back; False when it was no longer ours."""
        return self._if_held(lock, rows.unlock)

    def locked(self, name: str) -> str | None:
        """Return the token of the present holder, or None."""
        where = self._where(name)
        return self._database.read(lambda connection: rows.holder(connection, where))

    def clear(self, prefix: str = "") -> int:
        """Remove all values whose key starts with *prefix*; return how many of them were live."""
        return self._database.write(lambda connection: rows.clear(connection, self.namespace, prefix))

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

    def _where(self, key: str) -> rows.Where:
        """Return namespace and key."""
        return self.namespace, check_key(key)

    def _if_held(self, lock: Lock, change: Callable[[sqlite3.Connection, rows.Where], None]) -> bool:
        """Change the lock's row if *lock* still holds it."""
        where = self._where(lock.name)

        def work(connection: sqlite3.Connection) -> bool:
            if rows.holder(connection, where) != lock.token:
                return False
            change(connection, where)
            return True

        return self._database.write(work)
