"""An attempt that fails leaves nothing behind, is tried again later, and is given up with a reason."""

from __future__ import annotations

import pytest
from support.waiting import eventually
from support.working import Desk

from askpro_cli.base.errors import ConfigError
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.retrying import retry_delay


def test_a_failed_event_is_tried_again_and_then_given_up(desk: Desk) -> None:
    event = desk.receive("refuse")
    with desk.pool(attempts=3):
        (row,) = desk.settled(event, state="dead")
    outcomes = [(one.number, one.outcome) for one in desk.attempts(event)]
    assert outcomes == [(1, "failed"), (2, "failed"), (3, "dead")]
    assert row.reason is not None
    assert row.reason.startswith("given up after 3 attempts, last: ")
    assert "otto@example.org" not in row.reason
    assert desk.handled() == []


def test_a_bug_of_a_handler_fails_its_event_and_tells_no_text(desk: Desk) -> None:
    good = [desk.receive() for _ in range(5)]
    bad = desk.receive("break")
    with desk.pool(base_delay=600, max_delay=600):
        desk.settled(*good)
        (row,) = desk.settled(bad, state="failed")
    assert row.reason is not None
    assert row.reason.startswith("a bug: ZeroDivisionError in handle, line ")
    assert "body" not in row.reason
    assert row.due_at_ms is not None
    assert sorted(desk.handled()) == good


def test_a_duplicate_wakes_a_dead_event_with_all_its_attempts(desk: Desk) -> None:
    event = desk.receive("refuse")
    with desk.pool(attempts=1):
        desk.settled(event, state="dead")
        desk.receive_again(event)
        eventually(lambda: len(desk.attempts(event)) == 2)
        (row,) = desk.settled(event, state="dead")
    assert (row.hits, row.attempts) == (2, 1)


def test_a_duplicate_during_handling_is_counted_and_handles_nothing_twice(desk: Desk) -> None:
    if desk.one_writer:
        pytest.skip("nobody can keep an event while a handler writes")
    event = desk.receive("hang", seconds=0.4)
    with desk.pool():
        eventually(lambda: desk.event(event).state == "claimed")
        desk.receive_again(event)
        (row,) = desk.settled(event)
    assert row.hits == 2
    assert desk.handled() == [event]
    assert len(desk.attempts(event)) == 1


def test_a_handler_that_takes_too_long_is_rolled_back(desk: Desk) -> None:
    event = desk.receive("linger")
    other = desk.receive()
    with desk.pool(handler_timeout=0.5, attempts=1):
        desk.settled(other)
        (row,) = desk.settled(event, state="dead")
    assert row.reason is not None
    assert "the handler took longer than 0.5 s" in row.reason
    assert desk.handled() == [other]


def test_a_handler_that_does_not_return_loses_its_connection_and_keeps_nobody(desk: Desk) -> None:
    event = desk.receive("hang", seconds=4)
    with desk.pool(handler_timeout=0.2, lease=1, attempts=1) as pool:
        eventually(lambda: desk.event(event).state == "claimed")
        other = desk.receive()
        desk.settled(other, within=20)
        eventually(lambda: pool.stats().overdue >= 1)
        desk.settled(event, state="dead", within=30)
    assert desk.handled() == [other]


def test_delays_double_up_to_the_longest_and_are_spread() -> None:
    options = WorkerOptions(base_delay=5, max_delay=7200)
    delays = [retry_delay(attempt, options, lambda low, high: (low + high) / 2) for attempt in range(1, 13)]
    assert delays[:4] == [5, 10, 20, 40]
    assert delays[-1] == 7200
    assert 4 <= retry_delay(1, options) <= 6
    assert retry_delay(2000, options) <= 7200 * 1.2


def test_a_time_limit_beyond_the_lease_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"must be less than worker\.lease"):
        WorkerOptions(handler_timeout=60, lease=60)
