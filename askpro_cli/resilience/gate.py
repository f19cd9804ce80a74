"""Breaker, governor and metrics at once: what happens just before and just after each try.

Synchronous on purpose: a caller makes one hop into a thread before a try, and one after it unless nothing
is decided by what became of it. Such a plain success is put off and written a moment later, together with
others and before anything that came after it: nobody on the phone waits for counters. Reading both
documents is one round trip, and a healthy try writes the governor's only.

When the shared state is gone, calls go on with documents of this process: somebody is on the phone. The
store is tried again every few seconds, because a store that hangs costs its time limit each time.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import BreakerOpenError, BudgetError, StateError
from askpro_cli.base.times import human_span, iso_utc
from askpro_cli.resilience.breaker import Admission, CircuitBreaker, Rejection, Verdict
from askpro_cli.resilience.cells import CellStore, Snapshot
from askpro_cli.resilience.governor import Governor, Grant, Priority, RateWindow, Wait
from askpro_cli.resilience.local import LocalCells
from askpro_cli.resilience.meta import EventLog, PolicySettings
from askpro_cli.resilience.metrics import NAMESPACE, TryRecord, record_tries
from askpro_cli.resilience.tickets import Caller, Refusal, Settlement, Standing, Ticket
from askpro_cli.state.store import StateStore

R = TypeVar("R")

STORE_PAUSE = 5.0
"""Seconds before a state store that failed is tried again."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """One set of documents: the shared one, or this process's own (which keeps no metrics)."""

    cells: CellStore
    breaker: CircuitBreaker
    governor: Governor
    metrics: StateStore | None

    def look(self) -> Snapshot:
        return Snapshot(self.cells, [self.breaker.key, self.governor.key])


class Gate:
    """Lets tries through and learns from them; safe between threads.

    Args:
        store: the state store, in any namespace.
        caller: who calls.
        settings: the policy's numbers.
        clock: measures this process's own documents.
        log: told when the shared state is lost and found.
    """

    def __init__(
        self, store: StateStore, caller: Caller, settings: PolicySettings, clock: Clock, log: EventLog | None
    ) -> None:
        self.caller = caller
        self._settings = settings
        self._clock = clock
        self._log = log
        self._lost_until = 0.0
        self._lost = False
        self._put_off: deque[Settlement] = deque()
        self._in_order = threading.Lock()
        vendors = store.for_namespace(NAMESPACE)
        self._shared = self._lane(vendors, vendors)
        self._local = self._lane(LocalCells(clock.monotonic), None)

    def enter(
        self, operation: str, number: int, priority: Priority, patience: float
    ) -> Ticket | Wait | Refusal:
        """Ask the breaker, then take a token.

        Args:
            operation: for the request log when the try is refused.
            number: which try of its call.
            priority: background work leaves a reserve.
            patience: seconds the caller would still wait for a token.
        """

        def ask(lane: _Lane) -> Ticket | Wait | Refusal:
            seen = lane.look()
            answer = self._ask(lane, seen, priority, patience)
            if isinstance(answer, Refusal) and lane.metrics is not None:
                record_tries(lane.metrics, [self._refused(seen.now, operation, number, answer)])
            return answer

        return self._either(ask)

    def settle(self, settlement: Settlement) -> Standing:
        """Tell what became of a try: frees its trial, counts for the breaker, teaches the governor."""
        with self._in_order:
            self._write_put_off()
            return self._either(lambda lane: self._tell(lane, [settlement]))

    def put_off(self, settlement: Settlement) -> Standing:
        """Keep what can wait for the next :meth:`catch_up` or :meth:`settle`; touches no store."""
        self._put_off.append(settlement)
        return settlement.foreseen()

    def catch_up(self) -> None:
        """Write what was put off; when another thread is at it, return when that one is through."""
        with self._in_order:
            self._write_put_off()

    def give_back(self, ticket: Ticket) -> None:
        """Free an admission whose try was never sent; its token stays spent, on the careful side."""
        if ticket.admission.trial is not None:
            self._either(lambda lane: lane.breaker.settle(_for(lane, ticket), Verdict.NEUTRAL))

    def _lane(self, cells: CellStore, metrics: StateStore | None) -> _Lane:
        name = self.caller.name
        breaker = CircuitBreaker(cells, name, self._settings.breaker)
        return _Lane(cells, breaker, Governor(cells, name, self._settings.governor), metrics)

    def _ask(
        self, lane: _Lane, seen: Snapshot, priority: Priority, patience: float
    ) -> Ticket | Wait | Refusal:
        admission = lane.breaker.admit(seen)
        if isinstance(admission, Rejection):
            return Refusal(self._breaker_open(admission))
        taken = lane.governor.take(priority, seen)
        if isinstance(taken, Grant):
            return Ticket(admission, lane is self._shared, taken.left)
        if admission.trial is not None:
            lane.breaker.settle(admission, Verdict.NEUTRAL)
        return taken if taken.seconds <= patience else Refusal(self._over_budget(taken))

    def _write_put_off(self) -> None:
        waiting = [self._put_off.popleft() for _ in range(len(self._put_off))]
        if waiting:
            self._either(lambda lane: self._tell(lane, waiting))

    def _tell(self, lane: _Lane, settled: Sequence[Settlement]) -> Standing:
        """Settle one try, or several that could wait, in their order; return how things stand then."""
        seen, last = lane.look(), settled[-1].result
        state = lane.breaker.settle_all(
            [(_for(lane, one.ticket), one.result.verdict) for one in settled], seen
        )
        left = lane.governor.learn(
            [window for one in settled for window in self._said(one)],
            limited=last.limited,
            retry_after=last.retry_after,
            seen=seen,
        )
        standing = Standing(state, left, lane is self._shared)
        if lane.metrics is not None:
            record_tries(lane.metrics, [self._done(seen.now, one, standing) for one in settled])
        return standing

    def _said(self, settlement: Settlement) -> list[RateWindow]:
        """Return the rate limit headers of a try, their seconds to go counted from now on."""
        lag = max(0.0, self._clock.monotonic() - settlement.over_at)
        return [
            replace(window, reset_seconds=window.reset_seconds - lag)
            for window in settlement.result.attempt.rate
        ]

    def _either(self, work: Callable[[_Lane], R]) -> R:
        """Do *work* with the shared state, or with this process's own while that is gone."""
        if self._clock.monotonic() >= self._lost_until or not self._lost:
            try:
                found = work(self._shared)
            except StateError as error:
                self._lose(error)
            else:
                self._find()
                return found
        return work(self._local)

    def _lose(self, error: StateError) -> None:
        self._lost_until = self._clock.monotonic() + STORE_PAUSE
        if not self._lost and self._log is not None:
            self._log.event("state_lost", level="warning", vendor=self.caller.vendor, reason=error.message)
        self._lost = True

    def _find(self) -> None:
        if self._lost and self._log is not None:
            self._log.event("state_found", vendor=self.caller.vendor)
        self._lost = False

    def _breaker_open(self, rejection: Rejection) -> BreakerOpenError:
        seconds = max(0.0, rejection.retry_after)
        return BreakerOpenError(
            f"{self.caller.vendor} failed too often, nothing is sent to it for another {_span(seconds)}",
            retry_after=seconds,
            subject=self.caller.name,
            details=self._until(seconds),
            hint="see `askpro breaker status`; `askpro breaker reset` tries at once",
        )

    def _over_budget(self, wait: Wait) -> BudgetError:
        return BudgetError(
            f"{self.caller.vendor} takes no further request with this key for {_span(wait.seconds)}",
            retry_after=wait.seconds,
            subject=self.caller.name,
            details=self._until(wait.seconds),
            hint="wait, or send fewer requests with this key; `askpro health` shows the budget",
        )

    def _until(self, seconds: float) -> dict[str, Any]:
        """Return for scripts how long to wait, and the instant it is over, in UTC."""
        whole = math.ceil(seconds)
        return {"retry_after": whole, "free_at": iso_utc(self._clock.now() + timedelta(seconds=whole))}

    def _refused(self, now: float, operation: str, number: int, refusal: Refusal) -> TryRecord:
        return TryRecord(
            ts=now,
            run=self.caller.run_id,
            vendor=self.caller.vendor,
            company=self.caller.company,
            operation=operation,
            number=number,
            outcome=refusal.error.code,
            sent=False,
        )

    def _done(self, now: float, settlement: Settlement, standing: Standing) -> TryRecord:
        result = settlement.result
        if settlement.can_wait:
            standing = settlement.foreseen()
        return TryRecord(
            ts=now - (self._clock.monotonic() - settlement.over_at),
            run=self.caller.run_id,
            vendor=self.caller.vendor,
            company=self.caller.company,
            operation=settlement.operation,
            number=result.attempt.number,
            outcome=result.outcome,
            sent=result.sent,
            status=result.attempt.status,
            ms=round(result.ms, 1) if result.sent else None,
            request_id=result.attempt.request_id,
            breaker=standing.breaker.value,
            budget=standing.budget_left,
        )


def _span(seconds: float) -> str:
    """Return a wait for a person, rounded up so that it is over when it has passed."""
    return human_span(math.ceil(seconds))


def _for(lane: _Lane, ticket: Ticket) -> Admission:
    """Return the admission as this lane knows it; the other lane's epochs and trials mean nothing here."""
    return ticket.admission if ticket.shared == (lane.metrics is not None) else Admission(epoch=None)
