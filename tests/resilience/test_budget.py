"""The governor's arithmetic: no window of time ever holds more requests than allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.resilience.budget import (
    Budget,
    GovernorSettings,
    Grant,
    Priority,
    RateWindow,
    Wait,
    learn,
    left,
    take,
)

SETTINGS = GovernorSettings()
NOW = 1_795_424_400.0


def spend(
    budget: Budget,
    count: int,
    now: float = NOW,
    settings: GovernorSettings = SETTINGS,
    priority: Priority = Priority.INTERACTIVE,
) -> Budget:
    for _ in range(count):
        budget, answer = take(budget, now, settings, priority)
        assert isinstance(answer, Grant)
    return budget


def wait_for(budget: Budget, now: float = NOW, priority: Priority = Priority.INTERACTIVE) -> float:
    _, answer = take(budget, now, SETTINGS, priority)
    return answer.seconds if isinstance(answer, Wait) else 0.0


@given(
    limit=st.integers(1, 12),
    window=st.sampled_from([1.0, 7.0, 60.0]),
    steps=st.lists(
        st.tuples(st.floats(0, 0.5), st.sampled_from(Priority), st.booleans()), min_size=1, max_size=80
    ),
)
def test_no_sliding_window_holds_more_than_the_limit(
    limit: int, window: float, steps: list[tuple[float, Priority, bool]]
) -> None:
    settings = GovernorSettings(limit=limit, window=window)
    budget, now, granted = Budget(), NOW, list[float]()
    for share, priority, patient in steps:
        now += share * window
        budget, answer = take(budget, now, settings, priority)
        if isinstance(answer, Wait) and patient:
            now += answer.seconds
            budget, answer = take(budget, now, settings, priority)
        if isinstance(answer, Grant):
            granted.append(now)
    for start in granted:
        assert sum(start <= at < start + window for at in granted) <= limit


@given(limit=st.integers(1, 500), taken=st.integers(0, 500), elapsed=st.floats(0, 200))
def test_whoever_waits_as_long_as_told_gets_a_token(limit: int, taken: int, elapsed: float) -> None:
    settings = GovernorSettings(limit=limit)
    budget = spend(Budget(), min(taken, limit), settings=settings)
    now = NOW + elapsed
    for _ in range(3):
        budget, answer = take(budget, now, settings, Priority.BACKGROUND)
        if isinstance(answer, Grant):
            return
        assert 0 < answer.seconds <= 62
        now += answer.seconds
    pytest.fail("still no token")


def test_the_document_stays_small_whatever_the_limit() -> None:
    settings = GovernorSettings(limit=50_000)
    budget = Budget()
    for second in range(300):
        budget = spend(budget, 20, NOW + second / 2, settings)
    assert len(budget.slots) <= 242


def test_background_work_leaves_a_fifth_to_people_on_the_phone() -> None:
    budget = spend(Budget(), 96, priority=Priority.BACKGROUND)
    assert wait_for(budget, priority=Priority.BACKGROUND) > 0
    budget = spend(budget, 24, priority=Priority.INTERACTIVE)
    assert left(budget, NOW, SETTINGS) == 0
    assert wait_for(budget, priority=Priority.INTERACTIVE) > 0


def test_the_reserve_holds_for_the_vendors_count_too() -> None:
    budget = learn(Budget(), NOW, SETTINGS, [RateWindow("default", 120, 24, 30)])
    assert 29 <= wait_for(budget, priority=Priority.BACKGROUND) <= 30
    assert wait_for(budget) == 0
    assert left(budget, NOW, SETTINGS) == 24


def test_what_others_used_of_the_key_counts() -> None:
    budget = learn(Budget(), NOW, SETTINGS, [RateWindow("default", 120, 2, 40)])
    budget = spend(budget, 2)
    assert wait_for(budget) == pytest.approx(40)
    assert left(budget, NOW + 40, SETTINGS) == 118


def test_an_answer_that_was_overtaken_does_not_give_requests_back() -> None:
    budget = learn(Budget(), NOW, SETTINGS, [RateWindow("default", 120, 10, 30)])
    budget = learn(budget, NOW + 1, SETTINGS, [RateWindow("default", 120, 90, 29)])
    assert left(budget, NOW + 1, SETTINGS) == 10


def test_a_new_window_of_the_vendor_is_believed_at_once() -> None:
    budget = learn(Budget(), NOW, SETTINGS, [RateWindow("default", 120, 0, 5)])
    budget = learn(budget, NOW + 4, SETTINGS, [RateWindow("default", 120, 119, 60)])
    assert left(budget, NOW + 4, SETTINGS) == 119


def test_a_lower_limit_of_the_vendor_holds_for_our_own_count() -> None:
    budget = learn(Budget(), NOW, SETTINGS, [RateWindow("default", 30, 29, 1)])
    assert left(budget, NOW + 2, SETTINGS) == 30
    budget = learn(Budget(), NOW, SETTINGS, [RateWindow("default", 500, 499, 1)])
    assert left(budget, NOW + 2, SETTINGS) == 120


def test_the_tightest_of_several_named_windows_decides() -> None:
    said = [
        RateWindow("default", 120, 100, 60),
        RateWindow("burst", 10, 0, 1),
        RateWindow("day", 5000, 7, 900),
    ]
    budget = learn(Budget(), NOW, SETTINGS, said)
    assert wait_for(budget) == pytest.approx(1)
    assert left(budget, NOW + 1.5, SETTINGS) == 7


@pytest.mark.parametrize(
    ("windows", "retry_after", "seconds"),
    [
        ([], None, 60),
        ([], 7.0, 7),
        ([RateWindow("default", 120, 0, 43)], None, 43),
        ([RateWindow("default", 120, 0, 43)], 7.0, 43),
        ([RateWindow("default", 120, 0, 1.7e9)], None, 3600),
        ([], -5.0, 0),
    ],
)
def test_after_a_429_nobody_sends_until_the_block_is_over(
    windows: list[RateWindow], retry_after: float | None, seconds: float
) -> None:
    budget = learn(Budget(), NOW, SETTINGS, windows, limited=True, retry_after=retry_after)
    for priority in Priority:
        assert wait_for(budget, priority=priority) == pytest.approx(seconds)
        assert wait_for(budget, NOW + seconds, priority) == 0


def test_a_blocked_budget_has_nothing_left() -> None:
    budget = learn(Budget(), NOW, SETTINGS, limited=True)
    assert left(budget, NOW + 59, SETTINGS) == 0
    assert left(budget, NOW + 60, SETTINGS) == 120


def test_a_clock_that_was_set_back_does_not_block_for_ever() -> None:
    budget = learn(spend(Budget(), 120), NOW, SETTINGS, [RateWindow("default", 120, 0, 60)], limited=True)
    assert wait_for(budget, NOW - 86_400) == 0


def test_a_vendor_that_invents_window_names_does_not_fill_the_document() -> None:
    budget = Budget()
    for number in range(50):
        budget = learn(budget, NOW, SETTINGS, [RateWindow(f"w{number}", 10, 5, 60)])
    assert len(budget.windows) == 8


def test_a_limit_of_nothing_still_lets_a_trickle_through() -> None:
    settings = GovernorSettings(limit=1)
    _, answer = take(Budget(), NOW, settings, Priority.BACKGROUND)
    assert isinstance(answer, Grant)
