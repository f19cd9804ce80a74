"""The one clock: decisions of ours (past or future, ages shown, signatures) ask it, tests move it.

Leases, locks and expiries are judged by the clock of the store that holds them, not by this one.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for measuring durations."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is moved; shipped for tests and simulations."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            message = "ManualClock needs an aware start"
            raise ValueError(message)
        self._now = start.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        """Return the instant the clock was set to."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds it was advanced by; a jump does not count."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back without time passing (NTP, a wrong operator)."""
        self._now += timedelta(seconds=seconds)
