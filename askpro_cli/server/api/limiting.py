"""How often somebody may ask: per token and per address, counted by all processes together."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from functools import cached_property
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from askpro_cli.base.errors import StateError
from askpro_cli.state.store import StateStore

if TYPE_CHECKING:
    from askpro_cli.server.api.windows import Windows

TOKEN = "token"  # noqa: S105 (the word, not one)
ADDRESS = "address"

_ALONE_SECONDS = 5.0
"""How long a process counts for itself before it asks a store again that was gone."""

_MOST_REMEMBERED = 10_000
_IPV6_NETWORK = 64


class RateLimiter:
    """Counts requests in sliding windows of a minute; safe for threads, and it blocks, so call it in one.

    Whoever was refused is remembered in memory until there is room again, so that a flood costs no store.
    While the store is gone the process counts for itself.

    Args:
        open_shared: opens where all processes count; called when the first request is counted, for a daemon
            that only takes webhooks never needs the library.
        monotonic: seconds that never run backwards.
    """

    def __init__(
        self, open_shared: Callable[[], Windows], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._open_shared = open_shared
        self._monotonic = monotonic
        self._alone_until = -math.inf
        self._refused_until: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()
        self.refused = 0

    def is_alone(self) -> bool:
        """Tell whether this process counts for itself, because the store could not be asked lately."""
        return self._monotonic() < self._alone_until

    def blocked_for(self, kind: str, key: str) -> float:
        """Return the seconds until somebody who was refused may ask again, 0 for others; asks no store."""
        return max(0.0, self._refused_until.get((kind, key), -math.inf) - self._monotonic())

    def wait_for(self, kind: str, key: str, limit: int) -> float:
        """Count one request; return 0 if it may be answered, else the seconds until one may be.

        Args:
            kind: ``token`` or ``address``.
            key: whose; see :func:`address_key`.
            limit: requests a minute.
        """
        wait = self.blocked_for(kind, key)
        if not wait:
            wait = self._counted(kind, key, limit)
            self._remember((kind, key), wait)
        if wait:
            self.refused += 1
        return wait

    def _counted(self, kind: str, key: str, limit: int) -> float:
        shared, own = self._windows
        if not self.is_alone():
            try:
                return shared.wait_for(kind, key, limit)
            except StateError:
                self._alone_until = self._monotonic() + _ALONE_SECONDS
        return own.wait_for(kind, key, limit)

    @cached_property
    def _windows(self) -> tuple[Windows, Windows]:
        """Where all count, and where this process does for itself."""
        from askpro_cli.server.api.windows import in_memory

        return self._open_shared(), in_memory()

    def _remember(self, who: tuple[str, str], wait: float) -> None:
        if not wait:
            return
        with self._lock:
            if len(self._refused_until) >= _MOST_REMEMBERED:
                now = self._monotonic()
                self._refused_until = {key: end for key, end in self._refused_until.items() if end > now}
            if len(self._refused_until) < _MOST_REMEMBERED:
                self._refused_until[who] = self._monotonic() + wait


def open_limiter(state: StateStore, redis_url: str | None, *, prefix: str = "askpro:limits") -> RateLimiter:
    """Return a limiter that counts in Redis, or in the state store where there is none.

    Args:
        state: shared state, in any namespace.
        redis_url: of the shared state; None or empty: embedded.
        prefix: of the keys in Redis.
    """

    def open_shared() -> Windows:
        from askpro_cli.server.api.windows import in_redis, in_store

        return in_redis(redis_url, prefix) if redis_url else in_store(state)

    return RateLimiter(open_shared)


def address_key(client: str | None) -> str:
    """Return as whom an address is counted: itself, its network of 64 bits (IPv6), or ``local``.

    Args:
        client: as the server tells it; None over a Unix socket.
    """
    if client is None:
        return "local"
    try:
        address = ip_address(client)
    except ValueError:  # a proxy's header said something else
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> (128 - _IPV6_NETWORK) << (128 - _IPV6_NETWORK)))
    return str(address)


def shown_address(client: str | None) -> str | None:
    """Return an address as it is logged: itself, None over a Unix socket, ``unknown`` for anything else."""
    if client is None:
        return None
    try:
        return str(ip_address(client))
    except ValueError:
        return "unknown"
