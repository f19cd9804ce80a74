"""A cell: one small document in the state store that many processes change by compare-and-set.

The change itself is a pure function of the document and the store's time; a cell only repeats it until
nobody else changed the document meanwhile. Breaker and governor are two such functions each.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from askpro_cli.base.errors import StateError
from askpro_cli.state.store import Entry

T = TypeVar("T", bound=msgspec.Struct)
R = TypeVar("R")

_GIVE_UP_AFTER = 500
"""Lost rounds before a cell counts as unusable; each lost round means that another process won one."""
_POLITE_ROUNDS = 3
_LONGEST_PAUSE = 0.004


class CellStore(Protocol):
    """The part of a state store that cells need."""

    def now(self) -> float:
        """Return the store's clock in seconds."""
        ...

    def get_entries(self, keys: Sequence[str]) -> dict[str, Entry]:
        """Return the live entries among *keys* in one round trip."""
        ...

    def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes | None, *, ttl: float | None = None
    ) -> bool:
        """Replace *expected* (None: absent) by *value* (None: delete); tell whether it did."""
        ...


class Snapshot:
    """Several keys and the store's time, read in one round trip (two when none of them is there)."""

    def __init__(self, store: CellStore, keys: Sequence[str]) -> None:
        self._entries = store.get_entries(keys)
        any_entry = next(iter(self._entries.values()), None)
        self.now = store.now() if any_entry is None else any_entry.read_at

    def raw(self, key: str) -> bytes | None:
        """Return the bytes under *key*, None when absent."""
        entry = self._entries.get(key)
        return None if entry is None else entry.value


class Cell(Generic[T]):
    """One typed document under one key.

    Args:
        store: where it lives.
        key: its key.
        kind: the frozen msgspec Struct it holds; all its fields have defaults.
        ttl: seconds it survives after its last change.
    """

    def __init__(self, store: CellStore, key: str, kind: type[T], *, ttl: float) -> None:
        self.key = key
        self._store = store
        self._kind = kind
        self._ttl = ttl

    def decode(self, raw: bytes | None) -> T:
        """Read the document; one that is absent, damaged or of another release is a fresh one."""
        if raw is None:
            return self._kind()
        try:
            return msgspec.msgpack.decode(raw, type=self._kind)
        except msgspec.DecodeError:
            return self._kind()

    def read(self) -> tuple[T, float]:
        """Return the document and the store's time."""
        seen = Snapshot(self._store, [self.key])
        return self.decode(seen.raw(self.key)), seen.now

    def change(self, step: Callable[[T, float], tuple[T, R]], seen: Snapshot | None = None) -> R:
        """Apply *step* (document, store's time) → (new document, result) and return its result.

        Args:
            step: pure; it is called again whenever somebody else was faster.
            seen: a snapshot that holds this key, to save the first read.

        Raises:
            StateError: the store is gone, or 500 rounds were lost in a row.
        """
        for lost in range(_GIVE_UP_AFTER):
            found = seen or Snapshot(self._store, [self.key])
            raw = found.raw(self.key)
            before = self.decode(raw)
            after, result = step(before, found.now)
            if after == before:
                return result
            if self._store.compare_and_set(self.key, raw, msgspec.msgpack.encode(after), ttl=self._ttl):
                return result
            seen = None
            _pause(lost)
        raise StateError(f"The shared entry {self.key} is changed too often by others", subject=self.key)


def _pause(lost: int) -> None:
    """Step aside for a moment, longer and at random, so that many writers do not keep colliding."""
    if lost >= _POLITE_ROUNDS:
        time.sleep(random.uniform(0.0, min(_LONGEST_PAUSE, 0.0005 * lost)))  # noqa: S311  # spreads load, keeps no secret
