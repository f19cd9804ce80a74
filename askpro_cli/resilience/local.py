"""Cells inside this process: what the policy remembers with while the shared state is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from askpro_cli.state.store import Entry


class LocalCells:
    """A dictionary with compare-and-set; safe between threads, lost with the process.

    Args:
        now: tells the time in seconds; any origin will do, it must never run backwards.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._values: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the time in seconds."""
        return self._now()

    def get_entries(self, keys: Sequence[str]) -> dict[str, Entry]:
        """Return what is there; nothing expires here, the process is short or the outage is."""
        with self._lock:
            now = self._now()
            return {key: Entry(self._values[key], 0.0, None, now) for key in keys if key in self._values}

    def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes | None, *, ttl: float | None = None
    ) -> bool:
        """Replace *expected* (None: absent) by *value* (None: delete); *ttl* is not needed here."""
        del ttl
        with self._lock:
            if self._values.get(key) != expected:
                return False
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value
            return True
