"""Sliding windows of a minute, as the ``limits`` library counts them: in Redis, the state store or memory."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.storage.base import Storage
from limits.strategies import SlidingWindowCounterRateLimiter

from askpro_cli.base.errors import StateError
from askpro_cli.server.api.counted_limits import CountedLimits
from askpro_cli.state.store import StateStore

_ANSWER_SECONDS = 1.0


class Windows:
    """Counts requests in one storage.

    Args:
        storage: of the library.
    """

    def __init__(self, storage: Storage) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(storage)

    def wait_for(self, kind: str, key: str, limit: int) -> float:
        """Count one request; return 0 if it may be answered, else the seconds until one may be.

        Args:
            kind: of the key.
            key: whose.
            limit: requests a minute.

        Raises:
            StateError: the storage cannot be asked.
        """
        item = RateLimitItemPerMinute(limit)
        try:
            if self._limiter.hit(item, kind, key):
                return 0.0
            room_at = self._limiter.get_window_stats(item, kind, key).reset_time
        except StorageError as error:
            raise StateError(f"limits cannot be counted: {type(error).__name__}") from error
        return float(min(item.get_expiry(), max(1, math.ceil(room_at - time.time()))))


def in_memory() -> Windows:
    """Return windows of this process alone."""
    return Windows(MemoryStorage())


def in_store(state: StateStore) -> Windows:
    """Return windows in the counters of a state store, in any namespace."""
    return Windows(CountedLimits(state))


def in_redis(url: str, prefix: str) -> Windows:
    """Return windows in Redis.

    Args:
        url: of the shared state.
        prefix: of the keys.
    """
    # The library calls a socket's scheme otherwise than the driver.
    url = url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url
    storage = RedisStorage(
        url,
        key_prefix=prefix,
        wrap_exceptions=True,
        socket_timeout=_ANSWER_SECONDS,
        socket_connect_timeout=_ANSWER_SECONDS,
    )
    return Windows(storage)
