"""An event type at its limit: Cal.com answers 401, and that is about the time and not about the key."""

from __future__ import annotations

import pytest
from support.cli import Outcome
from support.salon import Salon

COLOUR_TEST = "1020"  # of mia: two a day
DAY = "2026-11-25"


@pytest.fixture
def full_day(salon: Salon) -> Salon:
    """The salon, with a day of the colour test booked up to its limit."""
    salon.cli.env["ASKPRO_CALCOM_API_KEY"] = "cal_test_mia"
    for hour in (15, 16):
        assert book(salon, f"{DAY}T{hour}:00").exit_code == 0
    return salon


def book(salon: Salon, start: str) -> Outcome:
    who = ("--name", "Erika Muster", "--email", f"gast{start[11:13]}@example.org")
    return salon("book", COLOUR_TEST, "--start", start, *who, "--json")


def test_a_full_day_is_a_refused_time_and_not_a_wrong_key(full_day: Salon) -> None:
    refused = book(full_day, f"{DAY}T17:00")
    assert refused.exit_code == 1
    (error,) = refused.json["errors"]
    assert error["code"] == "refused"
    assert error["details"]["why"] == "limit"
    assert all(DAY not in slot["start"] for slot in refused.json["data"]["alternatives"])


def test_a_full_day_offers_nothing(full_day: Salon) -> None:
    shown = full_day("availability", COLOUR_TEST, "--from", DAY, "--days", "2", "--json").json
    assert {slot["start"][:10] for slot in shown["data"]["slots"]} == {"2026-11-26"}
