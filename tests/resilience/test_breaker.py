"""The breaker in a real store: shared, and honest when many processes ask at once."""

from __future__ import annotations

from typing import Any

import pytest
from support.processes import race
from support.stores import StorePlace

from askpro_cli.base.errors import StateError
from askpro_cli.resilience.breaker import Admission, BreakerSettings, BreakerState, CircuitBreaker, Verdict
from askpro_cli.resilience.breaker_rules import BreakerRecord
from askpro_cli.resilience.cells import Cell, Snapshot
from askpro_cli.resilience.governor import Governor, GovernorSettings, Priority
from askpro_cli.resilience.local import LocalCells
from askpro_cli.state.sqlite_store import SqliteStore
from askpro_cli.state.store import StateStore

HALF_OPEN_AT_ONCE = BreakerSettings(open_for=0.0)


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        admission = breaker.admit()
        assert isinstance(admission, Admission)
        breaker.settle(admission, Verdict.FAILURE)


def test_all_processes_see_the_same_breaker(store_place: StorePlace) -> None:
    here = CircuitBreaker(store_place.open("_vendor"), "calcom:aaaa", BreakerSettings())
    there = CircuitBreaker(store_place.open("_vendor"), "calcom:aaaa", BreakerSettings())
    other_key = CircuitBreaker(store_place.open("_vendor"), "calcom:bbbb", BreakerSettings())
    fail(here, 3)
    fail(there, 2)
    status = there.status()
    assert (status.state, status.failures) == (BreakerState.OPEN, 5)
    assert status.next_trial_in is not None
    assert 0 < status.next_trial_in <= 60
    assert not isinstance(here.admit(), Admission)
    assert isinstance(other_key.admit(), Admission)


def test_reset_closes_it_at_once(state_store: StateStore) -> None:
    breaker = CircuitBreaker(state_store, "calcom:aaaa", BreakerSettings())
    fail(breaker, 5)
    status = breaker.reset()
    assert (status.state, status.failures, status.opened_at, status.next_trial_in) == (
        BreakerState.CLOSED,
        0,
        None,
        None,
    )
    assert isinstance(breaker.admit(), Admission)


def test_half_open_status_tells_when_the_next_place_is_free(sqlite_store: SqliteStore) -> None:
    breaker = CircuitBreaker(sqlite_store, "calcom:aaaa", HALF_OPEN_AT_ONCE)
    fail(breaker, 5)
    assert breaker.status().next_trial_in == 0.0
    for _ in range(3):
        assert isinstance(breaker.admit(), Admission)
    status = breaker.status()
    assert (status.state, status.trials) == (BreakerState.HALF_OPEN, 3)
    assert status.next_trial_in is not None
    assert 20 < status.next_trial_in <= 30


def test_damaged_memory_is_a_fresh_start(state_store: StateStore) -> None:
    breaker = CircuitBreaker(state_store, "calcom:aaaa", BreakerSettings())
    state_store.set(breaker.key, b"\xc1 not ours")
    fail(breaker, 1)
    assert breaker.status().failures == 1


HAMMER = """
from askpro_cli.resilience.breaker import Admission, BreakerSettings, CircuitBreaker, Verdict
breaker = CircuitBreaker(store, "calcom:aaaa", BreakerSettings(open_for=0.0, trials=3))
most = let_in = 0
for _ in range(60):
    admission = breaker.admit()
    if isinstance(admission, Admission):
        let_in += 1
        most = max(most, store.increment("in-flight"))
        store.increment("in-flight", -1)
        breaker.settle(admission, Verdict.NEUTRAL)
print(most, let_in)
"""


def test_never_more_than_three_trials_are_in_flight_in_all_processes(store_place: StorePlace) -> None:
    fail(CircuitBreaker(store_place.open("_vendor"), "calcom:aaaa", HALF_OPEN_AT_ONCE), 5)
    found = [line.split() for line in race(store_place.source("_vendor") + HAMMER, 6)]
    assert max(int(most) for most, _ in found) <= 3
    assert sum(int(let_in) for _, let_in in found) > 0


def test_processes_that_fail_at_once_lose_no_failure(store_place: StorePlace) -> None:
    source = store_place.source("_vendor") + (
        "from askpro_cli.resilience.breaker import *\n"
        "breaker = CircuitBreaker(store, 'calcom:aaaa', BreakerSettings(failures=10_000))\n"
        "for _ in range(25): breaker.settle(breaker.admit(), Verdict.FAILURE)\n"
    )
    race(source, 4)
    assert (
        CircuitBreaker(store_place.open("_vendor"), "calcom:aaaa", BreakerSettings()).status().failures == 100
    )


def test_what_nobody_used_for_a_day_is_forgotten(state_store: StateStore) -> None:
    vendors = state_store.for_namespace("_vendor")
    fail(CircuitBreaker(vendors, "calcom:aaaa", BreakerSettings()), 5)
    Governor(vendors, "calcom:aaaa", GovernorSettings()).take(Priority.INTERACTIVE)
    entries = vendors.get_entries(["breaker:calcom:aaaa", "governor:calcom:aaaa"])
    assert len(entries) == 2
    for entry in entries.values():
        assert entry.ttl is not None
        assert entry.ttl <= 24 * 3600


class Contended(LocalCells):
    """Somebody else is always faster."""

    def compare_and_set(self, *_args: Any, **_more: Any) -> bool:
        return False


def test_an_entry_that_never_holds_still_is_a_state_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askpro_cli.resilience.cells._LONGEST_PAUSE", 0.0)
    cell = Cell(Contended(lambda: 1.0), "breaker:x", BreakerRecord, ttl=1.0)
    with pytest.raises(StateError, match="breaker:x"):
        cell.change(lambda record, _now: (BreakerRecord(epoch=record.epoch + 1), None))


def test_local_cells_compare_before_they_set() -> None:
    cells = LocalCells(lambda: 5.0)
    assert cells.compare_and_set("a", None, b"1")
    assert not cells.compare_and_set("a", None, b"2")
    assert Snapshot(cells, ["a", "b"]).raw("a") == b"1"
    assert cells.compare_and_set("a", b"1", None)
    assert Snapshot(cells, ["a"]).raw("a") is None
