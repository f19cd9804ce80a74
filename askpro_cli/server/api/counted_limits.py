"""Where the limits are counted when there is no Redis: in the counters of the state store.

The ``limits`` library knows no SQLite. Its sliding window (two fixed ones, the older weighted by how much of
it still lies inside) needs two counters only, so it runs over any state store, by the rule it has over Redis.
"""

from __future__ import annotations

from limits.storage.base import SlidingWindowCounterSupport, Storage

from askpro_cli.base.errors import StateError
from askpro_cli.state.store import StateStore

NAMESPACE = "_api"
"""Of the state store: limits belong to the daemon, not to a company."""


class CountedLimits(Storage, SlidingWindowCounterSupport):
    """A storage of ``limits`` over a state store; windows begin at whole multiples of their length.

    Args:
        state: shared state, in any namespace.
    """

    STORAGE_SCHEME = None

    def __init__(self, state: StateStore) -> None:
        super().__init__()
        self._store = state.for_namespace(NAMESPACE)

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what a store that cannot be used raises."""
        return StateError

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count *amount* if that keeps within *limit* in *expiry* seconds; tell whether it did.

        It is added before it is judged and taken back if it was too much: two at once may then both be
        refused at the very limit, but never both let through.
        """
        window, past = divmod(self._store.now(), expiry)
        current = _name(key, window)
        count = self._store.increment(current, amount, ttl=2 * expiry)
        if int(self._count(_name(key, window - 1)) * (expiry - past) / expiry) + count <= limit:
            return True
        self._store.increment(current, -amount, ttl=2 * expiry)
        return False

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Return count and seconds left of the window before this one, then of this one."""
        window, past = divmod(self._store.now(), expiry)
        previous, current = self._count(_name(key, window - 1)), self._count(_name(key, window))
        return previous, expiry - past, current, 2 * expiry - past

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget what was counted."""
        window = self._store.now() // expiry
        self._store.delete(_name(key, window - 1), _name(key, window))

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter and return it (fixed windows; not used here)."""
        return self._store.increment(key, amount, ttl=expiry)

    def get(self, key: str) -> int:
        """Return a counter."""
        return self._count(key)

    def get_expiry(self, key: str) -> float:
        """Return now: how long a counter lives is not told by the state store."""
        del key
        return self._store.now()

    def check(self) -> bool:
        """Tell whether the store can be used."""
        try:
            self._store.now()
        except StateError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget nothing: counters lapse by themselves."""
        return None

    def clear(self, key: str) -> None:
        """Forget a counter."""
        self._store.delete(key)

    def _count(self, name: str) -> int:
        return self._store.counters(name).get(name, 0)


def _name(key: str, window: float) -> str:
    return f"limit:{key}/{int(window)}"
