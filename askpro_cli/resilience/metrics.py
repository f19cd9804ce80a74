"""What the calls to vendors did: counters, a latency histogram and a bounded request log.

All of it lies in the vendors' namespace of the state store and may vanish with it. Names of vendors and
operations are ours (``calcom``, ``bookings.create``), so their number is bounded; nobody's data is in them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from askpro_cli.resilience.breaker import PREFIX as BREAKERS
from askpro_cli.resilience.breaker import BreakerSettings, BreakerStatus, CircuitBreaker
from askpro_cli.resilience.governor import PREFIX as GOVERNORS
from askpro_cli.resilience.governor import BudgetStatus, Governor, GovernorSettings
from askpro_cli.state.store import StateStore

NAMESPACE = "_vendor"
"""Breaker, governor and metrics belong to a vendor and a key, not to a company."""

BUCKETS_MS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 20_000)
"""Upper bounds, inclusive; slower tries go into one last bucket without bound."""
LOG_LIMIT = 500
_LOG = "requests"
_OUTCOMES = "tries:"
_LATENCY = "ms:"
_TOTAL = "ms_total:"


class TryRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One try, as the request log keeps it.

    Args:
        ts: Unix time by the store's clock when the try was over.
        run: the run's correlation id, the same as in its log file.
        vendor: for example ``calcom``.
        company: the company's slug.
        operation: for example ``bookings.create``.
        number: which try of its call, from 1 (``try`` in JSON).
        outcome: ``ok``, or the code of the error (``vendor_server``, ``rate_limited``, ``breaker_open``).
        sent: whether the request may have left the machine.
        status: HTTP status, None without an answer.
        ms: duration on the wire in milliseconds, None when nothing was sent.
        request_id: the vendor's.
        breaker: state of the breaker after it.
        budget: requests left after it.
    """

    ts: float
    run: str
    vendor: str
    company: str
    operation: str
    number: int = msgspec.field(name="try")
    outcome: str
    sent: bool = True
    status: int | None = None
    ms: float | None = None
    request_id: str | None = None
    breaker: str | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class OperationStats:
    """What one operation did since the state store was created.

    ``outcomes`` counts tries by outcome; ``latency`` counts tries by the upper bound of their bucket in
    milliseconds (None: slower than the last), not cumulated; ``total_ms`` is the sum of all durations.
    """

    vendor: str
    operation: str
    outcomes: dict[str, int] = field(default_factory=dict)
    latency: dict[int | None, int] = field(default_factory=dict)
    total_ms: int = 0


@dataclass(frozen=True, slots=True)
class VendorSnapshot:
    """Everything the state store knows about the calls to vendors; requests oldest first."""

    operations: list[OperationStats]
    breakers: list[BreakerStatus]
    budgets: list[BudgetStatus]
    requests: list[TryRecord]


def bucket_of(ms: float) -> int | None:
    """Return the upper bound of the bucket for a duration in milliseconds, None beyond the last."""
    index = bisect_left(BUCKETS_MS, ms)
    return BUCKETS_MS[index] if index < len(BUCKETS_MS) else None


def record_tries(store: StateStore, records: Sequence[TryRecord]) -> None:
    """Count tries and write them down in their order, in one step; *store* is in the vendors' namespace."""
    amounts: Counter[str] = Counter()
    for record in records:
        name = f"{record.vendor}:{record.operation}"
        amounts[f"{_OUTCOMES}{name}:{record.outcome}"] += 1
        if record.ms is not None:
            amounts[f"{_LATENCY}{name}:{bucket_of(record.ms) or 'inf'}"] += 1
            amounts[f"{_TOTAL}{name}"] += round(record.ms)
    lines = (msgspec.json.encode(record) for record in records[-LOG_LIMIT:])
    store.record(amounts, _LOG, *lines, limit=LOG_LIMIT)


def recent_requests(store: StateStore, count: int = LOG_LIMIT) -> list[TryRecord]:
    """Return the newest *count* tries, oldest first; lines of another release are left out."""
    found = []
    for line in store.for_namespace(NAMESPACE).tail(_LOG, count):
        try:
            found.append(msgspec.json.decode(line, type=TryRecord))
        except msgspec.DecodeError:
            continue
    return found


def operation_stats(store: StateStore) -> list[OperationStats]:
    """Return counters and latencies by operation, in order of their names."""
    vendors = store.for_namespace(NAMESPACE)
    found: dict[tuple[str, str], OperationStats] = {}
    for key, count in vendors.counters(_OUTCOMES).items():
        vendor, operation, outcome = key.removeprefix(_OUTCOMES).split(":", 2)
        _stats(found, vendor, operation).outcomes[outcome] = count
    for key, count in vendors.counters(_LATENCY).items():
        vendor, operation, bound = key.removeprefix(_LATENCY).split(":", 2)
        _stats(found, vendor, operation).latency[None if bound == "inf" else int(bound)] = count
    totals = vendors.counters(_TOTAL)
    return [_with_total(found[name], totals) for name in sorted(found)]


def breaker_names(store: StateStore) -> list[str]:
    """Return every ``vendor:key fingerprint`` the state store remembers, in order."""
    vendors = store.for_namespace(NAMESPACE)
    names = {key.removeprefix(BREAKERS) for key in vendors.keys(BREAKERS)}
    return sorted(names | {key.removeprefix(GOVERNORS) for key in vendors.keys(GOVERNORS)})


def snapshot(
    store: StateStore,
    *,
    breaker: BreakerSettings | None = None,
    governor: GovernorSettings | None = None,
    requests: int = LOG_LIMIT,
) -> VendorSnapshot:
    """Return everything known about the calls to vendors.

    Args:
        store: the state store, in any namespace.
        breaker: the breaker's settings, which decide when a trial is allowed.
        governor: the governor's settings, which decide what is left.
        requests: how many of the newest tries to return.

    Raises:
        StateError: the store is gone.
    """
    vendors = store.for_namespace(NAMESPACE)
    names = breaker_names(store)
    breakers = breaker or BreakerSettings()
    budgets = governor or GovernorSettings()
    return VendorSnapshot(
        operations=operation_stats(store),
        breakers=[CircuitBreaker(vendors, name, breakers).status() for name in names],
        budgets=[Governor(vendors, name, budgets).status() for name in names],
        requests=recent_requests(store, requests),
    )


def _stats(found: dict[tuple[str, str], OperationStats], vendor: str, operation: str) -> OperationStats:
    return found.setdefault((vendor, operation), OperationStats(vendor, operation))


def _with_total(stats: OperationStats, totals: Mapping[str, int]) -> OperationStats:
    total = totals.get(f"{_TOTAL}{stats.vendor}:{stats.operation}", 0)
    return OperationStats(stats.vendor, stats.operation, stats.outcomes, stats.latency, total)
