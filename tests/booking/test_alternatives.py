from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.times import Interval, local_day, parse_instant
from askpro_cli.booking.alternatives import distance_minutes, proximity, rank_alternatives, search_days

BERLIN = ZoneInfo("Europe/Berlin")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
DAY_COST = 180.0


def at(text: str) -> datetime:
    return parse_instant(text, BERLIN, field="t")


def slot(text: str) -> Interval:
    start = at(text)
    return Interval(start, start + timedelta(minutes=30))


def ranked(asked: str, *slots: str, now: datetime = LONG_AGO, limit: int = 9) -> list[str]:
    found = rank_alternatives(
        map(slot, slots), at(asked), zone=BERLIN, now=now, day_cost=DAY_COST, limit=limit
    )
    return [f"{one.slot.start.astimezone(BERLIN):%m-%dT%H:%M}" for one in found]


def distance(asked: str, offered: str, day_cost: float = DAY_COST) -> float:
    return distance_minutes(at(offered), at(asked), zone=BERLIN, day_cost=day_cost)


def test_minutes_count_not_only_hours() -> None:
    assert ranked("2026-11-23T10:00", "2026-11-23T10:45", "2026-11-23T10:15") == [
        "11-23T10:15",
        "11-23T10:45",
    ]


def test_a_day_apart_costs_its_documented_minutes_in_both_directions() -> None:
    assert distance("2026-11-23T10:00", "2026-11-24T10:00") == 180
    assert distance("2026-11-23T10:00", "2026-11-22T10:30") == 210
    assert distance("2026-11-23T10:00", "2026-11-25T09:00") == 60 + 2 * 180


def test_the_same_day_is_left_when_another_day_comes_nearer() -> None:
    assert ranked("2026-11-23T09:00", "2026-11-23T13:00", "2026-11-24T09:00") == [
        "11-24T09:00",
        "11-23T13:00",
    ]


@pytest.mark.parametrize("day_cost", [0, 180, 1440, 10_000])
def test_a_day_costs_what_it_is_set_to_however_near_its_slots_are(day_cost: int) -> None:
    assert distance("2026-11-23T10:00", "2026-11-24T10:00", day_cost) == day_cost
    assert distance("2026-11-23T08:00", "2026-11-22T22:00", day_cost) == 14 * 60 + day_cost
    assert distance("2026-11-23T08:00", "2026-11-23T19:00", day_cost) == 11 * 60


def test_the_asked_slot_and_past_slots_are_never_offered() -> None:
    now = at("2026-11-23T10:30")
    offered = ranked(
        "2026-11-23T11:00",
        "2026-11-23T10:00",
        "2026-11-23T10:30",
        "2026-11-23T11:00",
        "2026-11-23T12:00",
        now=now,
    )
    assert offered == ["11-23T12:00"]


def test_a_tie_goes_to_the_earlier_slot() -> None:
    assert ranked("2026-11-23T10:00", "2026-11-23T10:30", "2026-11-23T09:30") == [
        "11-23T09:30",
        "11-23T10:30",
    ]


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("2026-03-28T10:00", "2026-03-29T10:00"),  # 23 real hours
        ("2026-10-24T10:00", "2026-10-25T10:00"),  # 25 real hours
    ],
)
def test_the_same_time_on_the_day_the_clocks_change_is_just_a_day_apart(asked: str, offered: str) -> None:
    assert distance(asked, offered) == DAY_COST


def test_the_repeated_hour_in_autumn_is_an_hour_apart_from_itself() -> None:
    assert distance("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00") == 60


def test_the_zone_of_the_company_measures_not_utc() -> None:
    asked, offered = at("2026-11-23T00:30"), at("2026-11-24T00:30")  # 23:30 UTC the evening before
    assert distance_minutes(offered, asked, zone=BERLIN, day_cost=DAY_COST) == DAY_COST


def test_scores_fall_from_100_over_50_at_three_hours() -> None:
    assert [proximity(d) for d in (0, 30, 180, 1000, 100_000)] == [100, 86, 50, 15, 0]


def test_the_search_reaches_both_ways_in_whole_days_but_never_behind_now() -> None:
    window = search_days(at("2026-10-26T10:00"), days=2, zone=BERLIN, now=at("2026-10-25T02:30+01:00"))
    assert window == Interval(at("2026-10-25T02:30+01:00"), at("2026-10-29T00:00"))
    earlier = search_days(at("2026-10-26T10:00"), days=2, zone=BERLIN, now=LONG_AGO)
    assert earlier.start == at("2026-10-24T00:00")


def test_a_search_that_lies_wholly_behind_now_is_empty() -> None:
    window = search_days(at("2026-10-01T10:00"), days=2, zone=BERLIN, now=at("2026-11-01T10:00"))
    assert window.start == window.end


MOMENTS = st.integers(0, 60 * 24 * 40).map(
    lambda minutes: at("2026-10-10T00:00") + timedelta(minutes=minutes)
)
SLOTS = st.lists(MOMENTS.map(lambda start: Interval(start, start + timedelta(minutes=15))), max_size=30)


@given(slots=SLOTS, asked=MOMENTS, now=MOMENTS, limit=st.integers(0, 10), day_cost=st.integers(0, 1000))
def test_a_ranking_is_ordered_bounded_ahead_of_now_and_without_the_asked_slot(
    slots: list[Interval], asked: datetime, now: datetime, limit: int, day_cost: int
) -> None:
    found = rank_alternatives(slots, asked, zone=BERLIN, now=now, day_cost=day_cost, limit=limit)
    assert len(found) <= limit
    assert [(one.distance, one.slot.start) for one in found] == sorted(
        (one.distance, one.slot.start) for one in found
    )
    for one in found:
        assert one.slot.start > now
        assert one.slot.start != asked
        assert 0 <= one.score <= 100
        assert one.slot.start == asked + timedelta(minutes=one.minutes_apart)
        assert one.days_apart == (local_day(one.slot.start, BERLIN) - local_day(asked, BERLIN)).days


@given(first=MOMENTS, second=MOMENTS, day_cost=st.integers(0, 1000))
def test_distance_is_symmetric_and_nought_only_for_the_same_clock_time(
    first: datetime, second: datetime, day_cost: int
) -> None:
    there = distance_minutes(first, second, zone=BERLIN, day_cost=day_cost)
    assert there == distance_minutes(second, first, zone=BERLIN, day_cost=day_cost)
    assert there >= 0
    assert first != second or there == 0
