"""The one interface of shared state; SQLite and Redis keep the same contract, shown by one suite.

State may vanish at any moment and is rebuilt. All calls are synchronous; async callers make one hop
into a thread. Every store is bound to a namespace (a company's slug), which is part of every key, so
two companies never see each other's entries. Expiry, locks and ``now()`` follow the store's own clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that was obtained: only its token renews or releases it."""

    name: str
    token: str
    ttl: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A value with its age and time to live in seconds by the store's clock (``ttl`` None: for ever).

    ``read_at`` is that clock when the entry was read, so that a reader who needs the time saves a trip.
    """

    value: bytes
    age: float
    ttl: float | None
    read_at: float


class StateStore(Protocol):
    """Shared state: cache, locks, counters, compare-and-set.

    Keys, tags and lock names are printable text of 1 to 512 bytes without the namespace (else
    :class:`~askpro_cli.base.errors.InvalidValueError`); values are bytes; times are seconds, and a time
    to live below a millisecond counts as one. Values, counters, lists and locks are apart: one name may
    be used for each. A value is *live* when it has not expired and no tag it was filled under has been
    bumped since; what is not live is absent for every method.
    Every method may raise :class:`~askpro_cli.base.errors.StateError`.
    """

    namespace: str

    def now(self) -> float:
        """Return the store's clock as a Unix time in seconds."""
        ...

    def get(self, key: str) -> bytes | None:
        """Return the value, or None when absent or expired."""
        ...

    def get_entries(self, keys: Sequence[str]) -> dict[str, Entry]:
        """Return the live entries among *keys* in one round trip, with age and time to live.

        An entry whose tags were bumped since its fill (see :meth:`set_tagged`) is not live.
        """
        ...

    def set(self, key: str, value: bytes, *, ttl: float | None = None) -> None:
        """Store *value*, for *ttl* seconds or until deleted."""
        ...

    def add(self, key: str, value: bytes, *, ttl: float | None = None) -> bool:
        """Store *value* only if the key is not live; tell whether it was stored."""
        ...

    def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes | None, *, ttl: float | None = None
    ) -> bool:
        """Replace *expected* (None: not live) by *value* (None: delete) in one step; tell whether it did."""
        ...

    def delete(self, *keys: str) -> int:
        """Remove values, counters and lists of these names; return how many of them were live."""
        ...

    def increment(self, key: str, by: int = 1, *, ttl: float | None = None) -> int:
        """Add to a counter (0 when absent) and return it; *ttl* counts from its creation."""
        ...

    def increment_many(self, amounts: Mapping[str, int], *, ttl: float | None = None) -> None:
        """Add to several counters in one round trip."""
        ...

    def counters(self, prefix: str = "") -> dict[str, int]:
        """Return all live counters whose key starts with *prefix*."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the live keys (values, not counters or locks) that start with *prefix*, in no order."""
        ...

    def append(self, key: str, value: bytes, *, limit: int, ttl: float | None = None) -> None:
        """Add to the end of a bounded list that keeps its newest *limit* items.

        The list lives *ttl* seconds from its newest item (None: for ever).
        """
        ...

    def tail(self, key: str, count: int) -> list[bytes]:
        """Return the newest *count* items of a bounded list, oldest first."""
        ...

    def record(self, amounts: Mapping[str, int], key: str, *values: bytes, limit: int) -> None:
        """Do :meth:`increment_many` and :meth:`append` each value, without expiry, in one round trip."""
        ...

    def generations(self, tags: Iterable[str]) -> dict[str, int]:
        """Return each tag's generation (0 when never bumped), read before a request is sent."""
        ...

    def bump(self, *tags: str) -> None:
        """Invalidate everything filled under these tags, now and while in flight."""
        ...

    def set_tagged(
        self, entries: Mapping[str, bytes], *, ttl: Mapping[str, float], tags: Mapping[str, int]
    ) -> bool:
        """Store *entries* (with a time to live by key) only if every tag still has the generation given.

        Each entry remembers its tags: a later :meth:`bump` makes it absent. A key missing in *ttl* is
        kept for ever.
        Return whether they were stored; False means a write happened meanwhile and nothing was stored.
        """
        ...

    def acquire(self, name: str, *, ttl: float) -> Lock | None:
        """Take a lock for *ttl* seconds without waiting; None when somebody holds it."""
        ...

    def renew(self, lock: Lock, *, ttl: float) -> bool:
        """Extend a lock that is still ours; False when it was lost."""
        ...

    def release(self, lock: Lock) -> bool:
        """Give a lock back; False when it was no longer ours."""
        ...

    def locked(self, name: str) -> str | None:
        """Return the token of the present holder, or None."""
        ...

    def clear(self, prefix: str = "") -> int:
        """Remove all values whose key starts with *prefix* in this namespace; return how many were live."""
        ...

    def for_namespace(self, namespace: str) -> StateStore:
        """Return the same store bound to another namespace, sharing its connection."""
        ...

    def describe(self) -> str:
        """Return where this state lives, without secrets (a path, ``redis://host:port/0``)."""
        ...

    def close(self) -> None:
        """Give back connections, also those of stores made by for_namespace; further use is an error."""
        ...
