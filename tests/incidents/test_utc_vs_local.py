"""Incident utc-vs-local: on 2025-11-14 every free time was called "not available".

22:15 in Berlin was free, and stood as 21:15Z in the vendor's answer; the platform compared the texts "22:15"
and "21:15" without converting. In other weeks the agent read 06:00 out where 07:00 was meant, and day windows
were sent as 00:00Z to 23:59Z. A comparison of HH:MM texts fails the first test, a conversion at one of the
eight places only the second and third, windows of UTC days the last.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session
from support.explaining import MakeExplainer
from support.records import opened
from support.salon import ANNA, HAIRCUT, Salon

from askpro_cli.platform.schema import Appointment

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


@pytest.mark.parametrize(
    ("local", "utc"),
    [("2026-11-24T10:00", "2026-11-24T09:00:00Z"), ("2027-06-15T10:00", "2027-06-15T08:00:00Z")],
)
def test_an_appointment_is_one_instant_on_both_sides_and_of_its_local_day(
    shop: Salon, local: str, utc: str
) -> None:
    booked = shop("book", "--service", "Herrenhaarschnitt", "--start", local, *ANNA, "--json").ok().data
    assert booked["appointment"]["start_utc"] == booked["booking"]["start_utc"] == utc
    assert booked["appointment"]["start"] == booked["booking"]["start"]
    again = shop("book", "--service", "Herrenhaarschnitt", "--start", utc, *ANNA, "--json").ok().data
    assert again["replayed"]  # the same instant, written otherwise, is the same appointment
    day = shop("appointments", "list", "--day", local[:10], "--json").ok().data["appointments"]
    assert [one["start"][:16] for one in day] == [local]


def test_an_appointment_after_midnight_is_listed_on_its_local_day(shop: Salon) -> None:
    def late(session: Session) -> None:
        start = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # 00:30 on the 25th in Berlin
        ends = start + timedelta(minutes=30)
        session.add(Appointment(starts_at=start, ends_at=ends, status="scheduled", correlation_id="run-1"))

    with opened(shop.cli.env["ASKPRO_DATABASE_URL"], shop.clock) as records:
        records.for_company("salon").run_in_transaction(late)
    for day, count in (("2026-11-24", 0), ("2026-11-25", 1)):
        listed = shop("appointments", "list", "--day", day, "--json").ok().data["appointments"]
        assert len(listed) == count
