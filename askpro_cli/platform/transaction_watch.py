"""What the transactions of a run did: starts and ends in the run's log, counts and durations for monitoring.

Counts are kept in memory and handed to the shared state once, at the end of the run: a write to the state
beside every transaction would cost more than the transaction.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from askpro_cli.resilience.metrics import bucket_of
from askpro_cli.state.store import StateStore

NAMESPACE = "_records"
"""Of the state store: transactions belong to the database, not to a company."""

_OUTCOMES = "transactions:"
_LATENCY = "transaction_ms:"
_TOTAL = "transaction_ms_total"


class EventLog(Protocol):
    """Where events of a run are written."""

    def event(self, name: str, *, level: str = "info", **fields: Any) -> None:
        """Write one event."""
        ...


@dataclass(frozen=True, slots=True)
class TransactionStats:
    """What the transactions of every run did since the state store was created.

    Args:
        outcomes: how many were ``started``, ``committed``, ``rolled_back``, ``retried``, ``gave_up``,
            ``unknown`` (the answer to the COMMIT was lost).
        latency: attempts by the upper bound of their bucket in milliseconds (None: slower than the last).
        total_ms: the sum of all durations.
    """

    outcomes: dict[str, int] = field(default_factory=dict)
    latency: dict[int | None, int] = field(default_factory=dict)
    total_ms: int = 0


class TransactionWatch:
    """Follows the transactions of one engine.

    Args:
        log: the run's log.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._counts: Counter[str] = Counter()

    def started(self, context: str, attempt: int) -> None:
        """Note that an attempt begins."""
        self._counts[f"{_OUTCOMES}started"] += 1
        self._log.event("transaction.started", context=context, attempt=attempt)

    def ended(self, context: str, attempt: int, outcome: str, seconds: float, reason: str = "") -> None:
        """Note how an attempt ended; *outcome* is one of :class:`TransactionStats`."""
        ms = seconds * 1000
        self._counts[f"{_OUTCOMES}{outcome}"] += 1
        self._counts[f"{_LATENCY}{bucket_of(ms) or 'inf'}"] += 1
        self._counts[_TOTAL] += round(ms)
        level = "info" if outcome == "committed" else "warning"
        told = {"reason": reason} if reason else {}
        self._log.event(
            f"transaction.{outcome}", level=level, context=context, attempt=attempt, ms=round(ms, 1), **told
        )

    def flush(self, store: StateStore) -> None:
        """Add what was counted so far to the shared state.

        Raises:
            StateError: the store cannot be used; the counts are kept.
        """
        if self._counts:
            store.for_namespace(NAMESPACE).increment_many(dict(self._counts))
            self._counts.clear()


_watches: WeakKeyDictionary[Engine, TransactionWatch] = WeakKeyDictionary()


def watch(engine: Engine, log: EventLog) -> TransactionWatch:
    """Follow every transaction of *engine* from now on."""
    _watches[engine] = TransactionWatch(log)
    return _watches[engine]


def watch_of(engine: Engine) -> TransactionWatch | None:
    """Return who follows the transactions of *engine*."""
    return _watches.get(engine)


def transaction_stats(store: StateStore) -> TransactionStats:
    """Return what is known of the transactions of all runs.

    Raises:
        StateError: the store cannot be used.
    """
    records = store.for_namespace(NAMESPACE)
    outcomes = {name.removeprefix(_OUTCOMES): count for name, count in records.counters(_OUTCOMES).items()}
    latency: dict[int | None, int] = {}
    for name, count in records.counters(_LATENCY).items():
        bound = name.removeprefix(_LATENCY)
        latency[None if bound == "inf" else int(bound)] = count
    return TransactionStats(outcomes, latency, records.counters(_TOTAL).get(_TOTAL, 0))
