"""At most so many events a second."""

from __future__ import annotations

import time
from collections.abc import Callable

_MADE_UP_SECONDS = 1.0
"""Of a pause, what is made up for afterwards: turns come in ticks."""


class Pace:
    """Spreads events evenly.

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
        first = max(self._next, now - _MADE_UP_SECONDS)
        number = min(most, int((now - first) / self._gap) + 1) if now >= first else 0
        self._next = first + number * self._gap
        return number
