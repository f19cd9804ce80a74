"""What the workers of a process count; see :class:`~askpro_cli.webhooks.worker.options.WorkerStats`."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

from askpro_cli.base.clock import Clock
from askpro_cli.webhooks.worker.claims import Settled
from askpro_cli.webhooks.worker.options import WorkerStats
from askpro_cli.webhooks.worker.settling import LOST

BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0, float("inf"))
"""Upper bounds in seconds of the histogram of how long events took from received to settled."""


class Tally:
    """Counts, for all threads of a pool.

    Args:
        clock: tells since when something is wrong, and how long an event took.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._outcomes: Counter[str] = Counter()
        self._effects: Counter[str] = Counter()
        self._buckets: Counter[float] = Counter()
        self._seconds = 0.0
        self._claims = 0
        self._error: str | None = None
        self._error_since: int | None = None

    def claimed(self) -> None:
        """Count a claim that found something; the database can be used."""
        with self._lock:
            self._claims += 1

    def settled(self, settled: Sequence[Settled]) -> None:
        """Count what became of events."""
        now = self._clock.now().timestamp()
        with self._lock:
            for one in settled:
                self._outcomes[one.state] += 1
                seconds = max(0.0, now - one.claim.received_ms / 1000)
                self._seconds += seconds
                self._buckets[next(bound for bound in BOUNDS if seconds <= bound)] += 1

    def lost(self) -> None:
        """Count a lease that ran out."""
        with self._lock:
            self._outcomes[LOST] += 1

    def effect(self, outcome: str, number: int = 1) -> None:
        """Count after-commit effects."""
        with self._lock:
            self._effects[outcome] += number

    def failing(self, error: str) -> bool:
        """Note that the database cannot be used; True when that is news."""
        with self._lock:
            news = self._error is None
            self._error = error
            if news:
                self._error_since = round(self._clock.now().timestamp() * 1000)
            return news

    def recovered(self) -> bool:
        """Note that the database can be used; True when that is news."""
        with self._lock:
            news = self._error is not None
            self._error = self._error_since = None
            return news

    def stats(self, *, running: bool, in_flight: int, overdue: int) -> WorkerStats:
        """Return what was counted so far."""
        with self._lock:
            total, buckets = 0, {}
            for bound in BOUNDS:
                total += self._buckets[bound]
                buckets[bound] = total
            return WorkerStats(
                running=running,
                in_flight=in_flight,
                outcomes=dict(self._outcomes),
                effects=dict(self._effects),
                claims=self._claims,
                seconds_to_settle=self._seconds,
                buckets=buckets,
                error=self._error,
                error_since_ms=self._error_since,
                overdue=overdue,
            )
