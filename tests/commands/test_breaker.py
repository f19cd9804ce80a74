"""``askpro breaker``: what the breakers say, and closing them by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import Cli

from askpro_cli.resilience.breaker import Admission, BreakerSettings, CircuitBreaker, Verdict
from askpro_cli.resilience.metrics import NAMESPACE
from askpro_cli.state.opening import open_state
from askpro_cli.state.store import StateStore


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[StateStore]:
    """The state the program uses, in the vendors' namespace."""
    notices: list[str] = []
    store = open_state(
        redis_url=None, state_dir=tmp_path / "state", namespace=NAMESPACE, on_notice=notices.append
    )
    yield store
    store.close()
    assert notices == []


def open_breaker(vendors: StateStore, name: str) -> CircuitBreaker:
    breaker = CircuitBreaker(vendors, name, BreakerSettings())
    for _ in range(5):
        admission = breaker.admit()
        assert isinstance(admission, Admission)
        breaker.settle(admission, Verdict.FAILURE)
    return breaker


def test_status_shows_an_open_breaker_and_when_it_tries_again(cli: Cli, vendors: StateStore) -> None:
    open_breaker(vendors, "calcom:aaaaaaaaaaaa")
    (found,) = cli("breaker", "status", "--json").ok().data["breakers"]
    assert (found["name"], found["state"], found["failures"]) == ("calcom:aaaaaaaaaaaa", "open", 5)
    assert 0 < found["next_trial_in"] <= 60
    assert found["opened_at"] is not None
    assert cli("breaker", "status").ok().stdout.split("\t")[:3] == ["calcom:aaaaaaaaaaaa", "open", "5"]


def test_status_of_a_fresh_machine_says_that_there_is_none(cli: Cli) -> None:
    shown = cli("breaker", "status").ok()
    assert shown.stdout == ""
    assert "no breaker yet" in shown.stderr


def test_reset_closes_the_named_one_only(cli: Cli, vendors: StateStore) -> None:
    closed = open_breaker(vendors, "calcom:aaaaaaaaaaaa")
    kept = open_breaker(vendors, "calcom:bbbbbbbbbbbb")
    cli("breaker", "reset", "calcom:aaaaaaaaaaaa", "--dry-run").ok()
    assert closed.status().state == "open"
    cli("breaker", "reset", "calcom:aaaaaaaaaaaa").ok()
    assert (closed.status().state, kept.status().state) == ("closed", "open")
    cli("breaker", "reset").ok()
    assert kept.status().state == "closed"


def test_reset_of_an_unknown_one_names_the_nearest(cli: Cli, vendors: StateStore) -> None:
    open_breaker(vendors, "calcom:aaaaaaaaaaaa")
    refused = cli("breaker", "reset", "calcom:aaaaaaaaaaab").exits(3)
    assert "calcom:aaaaaaaaaaaa" in refused.stderr
