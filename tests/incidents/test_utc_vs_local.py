"""Incident utc-vs-local: on 2025-11-14 every free time was called "not available".

22:15 in Berlin was free, and stood as 21:15Z in the vendor's answer; the platform compared the texts "22:15"
and "21:15" without converting. In other weeks the agent read 06:00 out where 07:00 was meant, and day windows
were sent as 00:00Z to 23:59Z. A comparison of HH:MM texts fails the first test, a conversion at one of the
eight places only the second and third, windows of UTC days the last.
"""

from __future__ import annotations

import pytest
from support.explaining import MakeExplainer
from support.salon import HAIRCUT, Salon

EVENING = "2026-11-24T20:30"


def test_a_time_that_is_free_is_offered_though_the_answers_text_is_another(salon: Salon) -> None:
    free = salon("availability", HAIRCUT, "--from", "2026-11-24", "--days", "1", "--json").ok().data["slots"]
    assert len(free) == 18
    for slot in free:
        assert slot["start"][11:16] != slot["start_utc"][11:16]
        told = salon("availability", HAIRCUT, "--explain", slot["start"][:16], "--json").ok()
        assert (told.data["offered"], told.data["reason"]) == (True, "offered")
        assert told.data["asked"]["utc"] == slot["start_utc"]


def test_the_person_is_told_that_a_comparison_of_texts_would_miss_it(salon: Salon) -> None:
    told = salon("availability", "1008", "--explain", EVENING).ok()
    assert "in UTC it is 19:30Z" in told.stderr
    assert "20:30 (Europe/Berlin)" in told.stderr


@pytest.mark.parametrize(
    ("asked", "minutes", "direction"),
    [
        ("2026-11-24T08:00", 60, "utc_read_as_local"),
        ("2026-11-24T18:00", -60, "local_written_as_utc"),
        ("2027-06-15T07:30", 120, "utc_read_as_local"),
        ("2027-06-15T19:30", -120, "local_written_as_utc"),
    ],
)
def test_one_hour_off_in_winter_and_two_in_summer_is_called_by_its_name(
    salon: Salon, asked: str, minutes: int, direction: str
) -> None:
    told = salon("availability", HAIRCUT, "--explain", asked, "--json").ok().data
    assert (told["reason"], told["offered"]) == ("shifted", False)
    assert (told["shift"]["minutes"], told["shift"]["direction"]) == (minutes, direction)


def test_a_time_after_midnight_utc_belongs_to_its_local_day(explaining: MakeExplainer) -> None:
    explainer = explaining("shifted.yaml")
    told = explainer(3201, "2026-11-29T00:30")  # a Sunday in Berlin, still Saturday in UTC
    assert told["reason"] == "offered"
    assert told["asked"]["utc"] == "2026-11-28T23:30:00Z"
