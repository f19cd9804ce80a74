from __future__ import annotations

import pytest

from askpro_cli.resilience.metrics import (
    BUCKETS_MS,
    LOG_LIMIT,
    NAMESPACE,
    TryRecord,
    breaker_names,
    bucket_of,
    operation_stats,
    recent_requests,
    record_tries,
    snapshot,
)
from askpro_cli.state.store import StateStore


def tried(number: int = 1, *, ms: float | None = 12.0, outcome: str = "ok") -> TryRecord:
    return TryRecord(
        ts=1_795_424_400.0 + number,
        run="feedc0ffee00",
        vendor="calcom",
        company="salon",
        operation="slots.list",
        number=number,
        outcome=outcome,
        ms=ms,
    )


@pytest.mark.parametrize(
    ("ms", "bucket"),
    [(0.0, 5), (5.0, 5), (5.1, 10), (19_999.9, 20_000), (20_000.0, 20_000), (20_000.1, None)],
)
def test_a_duration_falls_into_the_bucket_that_just_holds_it(ms: float, bucket: int | None) -> None:
    assert bucket_of(ms) == bucket
    assert list(BUCKETS_MS) == sorted(BUCKETS_MS)


def test_counters_and_latencies_add_up(state_store: StateStore) -> None:
    vendors = state_store.for_namespace(NAMESPACE)
    for ms, outcome in [(3.0, "ok"), (180.4, "ok"), (25_000.0, "vendor_timeout"), (None, "breaker_open")]:
        record_tries(vendors, [tried(ms=ms, outcome=outcome)])
    (stats,) = operation_stats(state_store)
    assert (stats.vendor, stats.operation) == ("calcom", "slots.list")
    assert stats.outcomes == {"ok": 2, "vendor_timeout": 1, "breaker_open": 1}
    assert stats.latency == {5: 1, 250: 1, None: 1}
    assert stats.total_ms == 25_183


def test_the_request_log_keeps_the_newest(state_store: StateStore) -> None:
    vendors = state_store.for_namespace(NAMESPACE)
    for number in range(LOG_LIMIT + 3):
        record_tries(vendors, [tried(number)])
    lines = recent_requests(state_store)
    assert (len(lines), lines[0].number, lines[-1].number) == (LOG_LIMIT, 3, LOG_LIMIT + 2)
    assert [line.number for line in recent_requests(state_store, 2)] == [LOG_LIMIT + 1, LOG_LIMIT + 2]


def test_a_line_of_another_release_does_not_hide_the_others(state_store: StateStore) -> None:
    vendors = state_store.for_namespace(NAMESPACE)
    record_tries(vendors, [tried(1)])
    vendors.append("requests", b'{"ts": "yesterday"}', limit=LOG_LIMIT)
    record_tries(vendors, [tried(2)])
    assert [line.number for line in recent_requests(state_store)] == [1, 2]


def test_a_fresh_state_has_nothing_to_show(state_store: StateStore) -> None:
    found = snapshot(state_store)
    assert (found.operations, found.breakers, found.budgets, found.requests) == ([], [], [], [])
    assert breaker_names(state_store) == []
