"""One budget for all processes that share a key."""

from __future__ import annotations

import pytest
from support.processes import race
from support.stores import StorePlace

from askpro_cli.resilience.governor import Governor, GovernorSettings, Grant, Priority, RateWindow, Wait
from askpro_cli.state.store import StateStore

TAKE = """
from askpro_cli.resilience.governor import Governor, GovernorSettings, Grant, Priority
governor = Governor(store, "calcom:aaaa", GovernorSettings(limit=40, window=3600))
print(sum(isinstance(governor.take(Priority.INTERACTIVE), Grant) for _ in range(15)))
"""


def test_many_processes_never_take_more_than_the_limit_and_waste_nothing(store_place: StorePlace) -> None:
    taken = [int(line) for line in race(store_place.source("_vendor") + TAKE, 5)]
    assert sum(taken) == 40


def test_what_one_process_learns_holds_for_all(store_place: StorePlace) -> None:
    here = Governor(store_place.open("_vendor"), "calcom:aaaa", GovernorSettings())
    there = Governor(store_place.open("_vendor"), "calcom:aaaa", GovernorSettings())
    assert here.learn([RateWindow("default", 120, 0, 42)], limited=True) == 0
    wait = there.take(Priority.INTERACTIVE)
    assert isinstance(wait, Wait)
    assert wait.seconds == pytest.approx(42, abs=2)


def test_status_shows_the_budget_as_it_stands(state_store: StateStore) -> None:
    governor = Governor(state_store, "calcom:aaaa", GovernorSettings(limit=10))
    assert isinstance(governor.take(Priority.INTERACTIVE), Grant)
    assert governor.learn([RateWindow("default", 8, 5, 30), RateWindow("over", 9, 9, 0)]) == 5
    status = governor.status()
    assert (status.name, status.limit, status.left, status.blocked_for) == ("calcom:aaaa", 8, 5, 0.0)
    (window,) = status.windows
    assert (window.name, window.limit, window.remaining) == ("default", 8, 5)
    assert window.reset_seconds == pytest.approx(30, abs=2)


def test_an_answer_that_says_nothing_new_is_not_written_again(state_store: StateStore) -> None:
    governor = Governor(state_store, "calcom:aaaa", GovernorSettings())
    governor.learn([RateWindow("default", 120, 50, 30)])
    before = state_store.get(governor.key)
    governor.learn([RateWindow("default", 120, 50, 29)])
    assert state_store.get(governor.key) == before
