"""The vendor's throttler: a fixed window per key, and a block for whoever oversteps it.

Reset is *seconds to go*, rounded up, of the window or of the block; there is no Retry-After (source:
throttler guard and its tests).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import InvalidValueError
from askpro_cli.sandbox.options import RateLimit
from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError

_WRITTEN = re.compile(r"^([1-9]\d*)/([1-9]\d*)(?:/([1-9]\d*))?$")


def parse_rate_limit(text: str) -> RateLimit:
    """Return the limit of `120/60` or `120/60/30`: requests, seconds, seconds of block (60 by default).

    Raises:
        InvalidValueError: *text* is neither.
    """
    found = _WRITTEN.match(text)
    if found is None:
        hint = "write requests/seconds, e.g. 120/60, or requests/seconds/block, e.g. 120/60/30"
        raise InvalidValueError(f"{text!r} is no rate limit", hint=hint, subject=text)
    limit, window, block = (int(part) if part else 60 for part in found.groups())
    return RateLimit(limit, window, block)


@dataclass(slots=True)
class _Window:
    ends: float
    hits: int = 0
    blocked_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left after a request."""

    limit: RateLimit
    remaining: int
    reset: int
    exceeded: bool

    def headers(self) -> dict[str, str]:
        """Return the three headers of every answer."""
        return {
            f"X-RateLimit-Limit-{self.limit.name}": str(self.limit.limit),
            f"X-RateLimit-Remaining-{self.limit.name}": str(self.remaining),
            f"X-RateLimit-Reset-{self.limit.name}": str(self.reset),
        }


class RateLimiter:
    """Counts requests by name (a key or an address); judged by the sandbox's clock."""

    def __init__(self, limit: RateLimit, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def hit(self, name: str) -> Budget:
        """Count one request."""
        now = self._clock.monotonic()
        window = self._windows.get(name)
        if window is None or now >= max(window.ends, window.blocked_until):
            window = self._windows[name] = _Window(ends=now + self.limit.window)
        if now >= window.blocked_until:
            window.hits += 1
            if window.hits > self.limit.limit:
                window.blocked_until = now + self.limit.block
        blocked = now < window.blocked_until
        until = window.blocked_until if blocked else window.ends
        remaining = 0 if blocked else self.limit.limit - window.hits
        return Budget(self.limit, remaining, math.ceil(until - now), exceeded=blocked)

    def reset(self) -> None:
        """Forget every count and block."""
        self._windows.clear()

    def snapshot(self) -> dict[str, int]:
        """Return how many budgets are counted and how many are blocked; no keys."""
        now = self._clock.monotonic()
        blocked = sum(now < window.blocked_until for window in self._windows.values())
        return {"counted": len(self._windows), "blocked": blocked}


def too_many() -> ApiError:
    """Return the 429."""
    return ApiError(429, messages.TOO_MANY, code="ThrottlerException", details=messages.TOO_MANY)
