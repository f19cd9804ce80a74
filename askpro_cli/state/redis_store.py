"""State in Redis or Valkey: the scale-out store, for any number of hosts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from askpro_cli.state import redis_scripts as scripts
from askpro_cli.state.limits import check_key, check_keys, check_limit, check_namespace, usable_ttl
from askpro_cli.state.redis_connection import RedisConnection
from askpro_cli.state.store import Entry, Lock

_BATCH = 500  # keys a SCAN step looks at


class RedisStore:
    """The :class:`~askpro_cli.state.store.StateStore` over one Redis or Valkey server.

    Every call but ``keys`` and ``clear`` (a SCAN of the server) is one script and one round trip. The
    clock is the server's. Safe for threads. Counters are exact up to 2^53, as Lua counts.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``; nothing is sent before the first call.
        namespace: a company's slug, part of every key.
        prefix: first part of every key, for a server shared with other programs.

    Raises:
        ConfigError: the URL is malformed.
    """

    def __init__(self, url: str, namespace: str, *, prefix: str = "askpro") -> None:
        self._bind(RedisConnection(url), namespace, prefix)

    def now(self) -> float:
        """Return the server's clock as a Unix time in seconds."""
        seconds, microseconds = self._connection.call(lambda client: _any(client.time()))
        return float(seconds) + float(microseconds) / 1_000_000

    def get(self, key: str) -> bytes | None:
        """Return the value, or None when absent, expired or invalidated."""
        found: bytes | None = self._connection.run(scripts.GET, [self._generations, self._value(key)])
        return found

    def get_entries(self, keys: Sequence[str]) -> dict[str, Entry]:
        """Return the live entries among *keys* in one round trip."""
        if not keys:
            return {}
        where = [self._generations, *map(self._value, keys)]
        answers = self._connection.run(scripts.GET_ENTRIES, where)
        return {key: _entry(answer) for key, answer in zip(keys, answers, strict=True) if answer is not None}

    def set(self, key: str, value: bytes, *, ttl: float | None = None) -> None:
        """Store *value*, for *ttl* seconds or until deleted."""
        self._connection.run(scripts.SET, [self._value(key)], value, _milliseconds(ttl))

    def add(self, key: str, value: bytes, *, ttl: float | None = None) -> bool:
        """Store *value* only if the key is not live; tell whether it was stored."""
        return self.compare_and_set(key, None, value, ttl=ttl)

    def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes | None, *, ttl: float | None = None
    ) -> bool:
        """Replace *expected* (None: not live) by *value* (None: delete) in one step."""
        given = (*_optional(expected), *_optional(value), _milliseconds(ttl))
        where = [self._generations, self._value(key)]
        return bool(self._connection.run(scripts.COMPARE_AND_SET, where, *given))

    def delete(self, *keys: str) -> int:
        """Remove values, counters and lists of these names; return how many of them were live."""
        where = [self._generations, self._counters]
        for key in check_keys(keys):
            where += [self._value(key), self._counter + key, self._list + key]
        return int(self._connection.run(scripts.DELETE, where, *keys))

    def increment(self, key: str, by: int = 1, *, ttl: float | None = None) -> int:
        """Add to a counter (0 when absent) and return it; *ttl* counts from its creation."""
        return self._increment({key: by}, ttl)[0]

    def increment_many(self, amounts: Mapping[str, int], *, ttl: float | None = None) -> None:
        """Add to several counters in one round trip."""
        if amounts:
            self._increment(amounts, ttl)

    def counters(self, prefix: str = "") -> dict[str, int]:
        """Return all live counters whose key starts with *prefix*."""
        flat = self._connection.run(scripts.COUNTERS, [self._counters], prefix, self._counter)
        return {name.decode(): int(amount) for name, amount in zip(flat[::2], flat[1::2], strict=True)}

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the live keys of values that start with *prefix*, each once."""
        for batch in self._scan(prefix):
            answers = self._connection.run(scripts.LIVE, [self._generations, *batch])
            for key, is_live in zip(batch, answers, strict=True):
                if is_live:
                    yield key.removeprefix(self._values)

    def append(self, key: str, value: bytes, *, limit: int, ttl: float | None = None) -> None:
        """Add to the end of a bounded list that keeps its newest *limit* items."""
        where = [self._list + check_key(key)]
        self._connection.run(scripts.APPEND, where, value, check_limit(limit), _milliseconds(ttl))

    def tail(self, key: str, count: int) -> list[bytes]:
        """Return the newest *count* items of a bounded list, oldest first."""
        name = self._list + check_key(key)
        if count < 1:
            return []
        found: list[bytes] = self._connection.call(lambda client: _any(client.lrange(name, -count, -1)))
        return found

    def record(self, amounts: Mapping[str, int], key: str, *values: bytes, limit: int) -> None:
        """Add to counters and to the end of a bounded list, in one script."""
        names = check_keys(amounts)
        where = [self._list + check_key(key), self._counters, *(self._counter + name for name in names)]
        self._connection.run(scripts.RECORD, where, check_limit(limit), *_flat(amounts), *values)

    def generations(self, tags: Iterable[str]) -> dict[str, int]:
        """Return each tag's generation (0 when never bumped)."""
        wanted = check_keys(tags)
        if not wanted:
            return {}
        found = self._connection.call(lambda client: _any(client.hmget(self._generations, wanted)))
        return {tag: int(generation or 0) for tag, generation in zip(wanted, found, strict=True)}

    def bump(self, *tags: str) -> None:
        """Invalidate everything filled under these tags, now and while in flight."""
        self._connection.run(scripts.BUMP, [self._generations], *check_keys(tags))

    def set_tagged(
        self, entries: Mapping[str, bytes], *, ttl: Mapping[str, float], tags: Mapping[str, int]
    ) -> bool:
        """Store *entries* only if every tag still has the generation given; tell whether they were."""
        given: list[bytes | str] = [str(len(tags)), json.dumps(dict(tags)) if tags else ""]
        for tag in check_keys(tags):
            given += [tag, str(tags[tag])]
        for key, value in entries.items():
            given += [value, _milliseconds(ttl.get(key))]
        where = [self._generations, *map(self._value, entries)]
        return bool(self._connection.run(scripts.SET_TAGGED, where, *given))

    def acquire(self, name: str, *, ttl: float) -> Lock | None:
        """Take a lock for *ttl* seconds without waiting; None when somebody holds it."""
        lock, where = Lock(name, os.urandom(16).hex(), ttl), self._lock(name)
        taken = self._connection.call(
            lambda client: _any(client.set(where, lock.token, nx=True, px=int(_milliseconds(ttl))))
        )
        return lock if taken else None

    def renew(self, lock: Lock, *, ttl: float) -> bool:
        """Extend a lock that is still ours; False when it was lost."""
        where = [self._lock(lock.name)]
        return bool(self._connection.run(scripts.RENEW, where, lock.token, _milliseconds(ttl)))

    def release(self, lock: Lock) -> bool:
        """Give a lock back; False when it was no longer ours."""
        return bool(self._connection.run(scripts.RELEASE, [self._lock(lock.name)], lock.token))

    def locked(self, name: str) -> str | None:
        """Return the token of the present holder, or None."""
        where = self._lock(name)
        found = self._connection.call(lambda client: _any(client.get(where)))
        return None if found is None else str(found.decode())

    def clear(self, prefix: str = "") -> int:
        """Remove all values whose key starts with *prefix*; return how many of them were live."""
        batches = self._scan(prefix)
        return sum(int(self._connection.run(scripts.CLEAR, [self._generations, *b])) for b in batches)

    def for_namespace(self, namespace: str) -> RedisStore:
        """Return the same store bound to another namespace, sharing its connections."""
        other = object.__new__(RedisStore)
        other._bind(self._connection, namespace, self._prefix)
        return other

    def describe(self) -> str:
        """Return the server's address without user and password."""
        return self._connection.address

    def close(self) -> None:
        """Close the connections, also for the stores of other namespaces that share them."""
        self._connection.close()

    def _bind(self, connection: RedisConnection, namespace: str, prefix: str) -> None:
        """Set the connection and the first parts of all keys."""
        self.namespace = check_namespace(namespace)
        self._connection = connection
        self._prefix = prefix
        root = f"{prefix}:{{{namespace}}}:"
        self._values, self._counter, self._list = f"{root}value:", f"{root}counter:", f"{root}list:"
        self._locks, self._generations, self._counters = (
            f"{root}lock:",
            f"{root}generations",
            f"{root}counters",
        )

    def _value(self, key: str) -> str:
        """Return the server's key of a value."""
        return self._values + check_key(key)

    def _lock(self, name: str) -> str:
        """Return the server's key of a lock."""
        return self._locks + check_key(name)

    def _increment(self, amounts: Mapping[str, int], ttl: float | None) -> list[int]:
        """Add *amounts* in one step and return the new counts in their order."""
        names = check_keys(amounts)
        where = [self._counters, *(self._counter + name for name in names)]
        found: list[int] = self._connection.run(scripts.INCREMENT, where, _milliseconds(ttl), *_flat(amounts))
        return found

    def _scan(self, prefix: str) -> Iterator[list[str]]:
        """Yield the server's keys of values under *prefix* in batches, each key once."""
        pattern = _escaped(self._values + prefix) + "*"
        seen: set[str] = set()
        cursor: int | None = None
        while cursor != 0:
            cursor, found = self._step(cursor or 0, pattern)
            batch = {key.decode() for key in found} - seen
            seen |= batch
            if batch:
                yield sorted(batch)

    def _step(self, cursor: int, pattern: str) -> tuple[int, list[bytes]]:
        """Return the next cursor (0: done) and the keys one step of a SCAN found."""
        found: tuple[int, list[bytes]] = self._connection.call(
            lambda client: _any(client.scan(cursor, pattern, _BATCH))
        )
        return found


def _any(answer: Any) -> Any:
    """Return *answer*: redis-py types every answer as possibly awaitable, the sync client's is not."""
    return answer


def _entry(answer: Sequence[Any]) -> Entry:
    """Return the entry from value, age and the server's PTTL (-1: for ever)."""
    value, age, ttl, now = answer
    return Entry(value, max(0.0, float(age)), None if ttl < 0 else ttl / 1000, float(now))


def _flat(amounts: Mapping[str, int]) -> list[str | int]:
    """Return name, amount, name, amount, … as the scripts take them."""
    return [part for pair in amounts.items() for part in pair]


def _milliseconds(ttl: float | None) -> str:
    """Return a time to live as the scripts take it; empty means for ever."""
    usable = usable_ttl(ttl)
    return "" if usable is None else str(max(1, round(usable * 1000)))


def _optional(value: bytes | None) -> tuple[bytes, bytes]:
    """Return whether there is a value, and the value."""
    return (b"0", b"") if value is None else (b"1", value)


def _escaped(text: str) -> str:
    """Return *text* as a glob pattern that matches only itself."""
    return "".join(f"\\{char}" if char in "*?[]^\\" else char for char in text)
