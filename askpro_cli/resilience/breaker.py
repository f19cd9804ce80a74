"""The circuit breaker in the state store: one per vendor and key, shared by all processes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from askpro_cli.resilience.breaker_rules import (
    Admission,
    BreakerRecord,
    BreakerSettings,
    BreakerState,
    Rejection,
    Verdict,
    admit,
    advance,
    closed_again,
    settle,
)
from askpro_cli.resilience.cells import Cell, CellStore, Snapshot

__all__ = [
    "Admission",
    "BreakerSettings",
    "BreakerState",
    "BreakerStatus",
    "CircuitBreaker",
    "Rejection",
    "Verdict",
]

PREFIX = "breaker:"
_KEPT_FOR = 86_400.0
"""A day without any change: whatever the breaker remembered no longer says anything."""


@dataclass(frozen=True, slots=True)
class BreakerStatus:
    """A breaker as operators see it; times are the store's, in seconds.

    ``opened_at`` is the Unix time of the last opening (None while closed), ``next_trial_in`` the seconds
    until a trial is allowed (None while closed, 0 when one is allowed now).
    """

    name: str
    state: BreakerState
    failures: int
    successes: int
    trials: int
    opened_at: float | None
    next_trial_in: float | None


class CircuitBreaker:
    """Refuses requests to a vendor that is ill.

    Args:
        store: the state store in the vendors' namespace.
        name: ``vendor:key fingerprint``.
        settings: its numbers.

    Every method may raise :class:`~askpro_cli.base.errors.StateError`.
    """

    def __init__(self, store: CellStore, name: str, settings: BreakerSettings) -> None:
        self.name = name
        self.key = PREFIX + name
        self._settings = settings
        self._cell = Cell(store, self.key, BreakerRecord, ttl=_KEPT_FOR)

    def admit(self, seen: Snapshot | None = None) -> Admission | Rejection:
        """Ask whether a request may be sent; whoever is admitted must :meth:`settle`."""
        token = secrets.token_hex(6)
        return self._cell.change(lambda record, now: admit(record, now, self._settings, token), seen)

    def settle(self, admission: Admission, verdict: Verdict, seen: Snapshot | None = None) -> BreakerState:
        """Tell what became of an admitted request; return the state the breaker is in then."""
        return self.settle_all([(admission, verdict)], seen)

    def settle_all(
        self, settled: Sequence[tuple[Admission, Verdict]], seen: Snapshot | None = None
    ) -> BreakerState:
        """Tell what became of several admitted requests, in their order and in one step."""

        def step(record: BreakerRecord, now: float) -> tuple[BreakerRecord, BreakerState]:
            for admission, verdict in settled:
                record, _ = settle(record, now, self._settings, admission, verdict)
            return record, record.state

        return self._cell.change(step, seen)

    def reset(self) -> BreakerStatus:
        """Close the breaker and forget its failures; requests still under way no longer count."""
        self._cell.change(lambda record, _now: (closed_again(record), None))
        return self.status()

    def status(self) -> BreakerStatus:
        """Return how it stands now."""
        record, now = self._cell.read()
        record = advance(record, now, self._settings)
        closed = record.state is BreakerState.CLOSED
        return BreakerStatus(
            name=self.name,
            state=record.state,
            failures=record.failures,
            successes=record.successes,
            trials=len(record.trials),
            opened_at=None if closed else record.opened_at,
            next_trial_in=None if closed else self._next_trial_in(record, now),
        )

    def _next_trial_in(self, record: BreakerRecord, now: float) -> float:
        _, answer = admit(record, now, self._settings, "")
        return max(0.0, answer.retry_after) if isinstance(answer, Rejection) else 0.0
