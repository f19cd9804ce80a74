"""At most so many events a second."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Spreads events evenly; a pause is not made up for afterwards.

    Args:
        rate: events a second; None: no limit.
        monotonic: seconds of a clock that never jumps.
    """

    def __init__(self, rate: float | None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._gap = 0.0 if rate is None else 1.0 / rate
        self._monotonic = monotonic
        self._next = monotonic()

    def wait(self) -> float:
        """Return how many seconds the next event must wait, and take its turn."""
        now = self._monotonic()
        turn = max(now, self._next)
        self._next = turn + self._gap
        return turn - now

    def allowed(self, most: int) -> int:
        """Return how many of *most* events may go now, and take their turns."""
        if not self._gap:
            return most
        now = self._monotonic()
        number = min(most, max(0, int((now - self._next) / self._gap) + 1)) if now >= self._next else 0
        self._next = max(self._next, now - 1.0) + number * self._gap  # at most a second is made up for
        return number
