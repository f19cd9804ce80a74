"""Every kind of event type the salon has: with confirmation, by phone, in a team, as a series."""

from __future__ import annotations

import pytest
from support.salon import ANNA, TOMORROW_TEN, Salon

PHONE = ("--phone", "030 23125 001")


def test_an_appointment_that_needs_confirmation_is_pending_and_replayed_as_such(salon: Salon) -> None:
    booked = salon("book", "1005", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data
    assert booked["booking"]["status"] == "pending"
    again = salon("book", "1005", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data
    assert (again["replayed"], again["booking"]["uid"]) == (True, booked["booking"]["uid"])


def test_a_team_is_booked_by_its_name(salon: Salon) -> None:
    booked = salon("book", "salon-team/haarschnitt", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data
    assert booked["booking"]["event_type"]["id"] == 2001
    assert salon("book", "2001", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data["replayed"] is True


def test_a_call_back_needs_the_answer_it_asks_for_and_the_attendees_number(salon: Salon) -> None:
    wish = ("book", "1006", "--start", TOMORROW_TEN, *ANNA, *PHONE, "--location", "attendeePhone", "--json")
    missing = salon(*wish).exits(2).json["errors"][0]
    assert missing["hint"] == "add --field haarlaenge=… (one of kurz, mittel, lang)"
    assert "kurz, mittel, lang" in salon(*wish, "--field", "haarlaenge=blau").exits(2).stderr
    booked = salon(*wish, "--field", "haarlaenge=kurz").ok().data["booking"]
    shown = salon("bookings", "show", booked["uid"], "--reveal", "--json").ok().data["booking"]
    assert shown["fields"]["haarlaenge"] == "kurz"


def test_a_call_back_takes_the_number_that_was_given_as_its_place(salon: Salon) -> None:
    call = ("book", "1006", "--start", TOMORROW_TEN, *ANNA, "--field", "haarlaenge=kurz", "--json")
    nowhere = salon(*call).exits(2).json["errors"][0]
    assert nowhere["hint"] == "give --location attendeePhone:+49…, or --phone alone"
    assert salon.sent("POST") == 0
    booked = salon(*call, *PHONE).ok().data["booking"]
    shown = salon("bookings", "show", booked["uid"], "--reveal", "--json").ok().data["booking"]
    assert shown["location"] == "+493023125001"


def test_too_soon_is_a_refusal_with_later_times(salon: Salon) -> None:
    refused = salon("book", "1007", "--start", "2026-11-23T15:00", *ANNA, "--json").exits(1)
    assert refused.json["errors"][0]["details"]["why"] == "outside_window"
    assert refused.data["alternatives"]
    booked = salon("book", "1007", "--start", "2026-11-23T15:00", *ANNA, "--next", "--json").ok().data
    assert booked["booking"]["start"] >= "2026-11-24T09:00"


@pytest.mark.parametrize("length", ["60", "120"])
def test_the_chosen_length_is_booked(salon: Salon, length: str) -> None:
    booked = salon("book", "1003", "--start", TOMORROW_TEN, *ANNA, "--duration", length, "--json").ok().data
    start, end = booked["booking"]["start"], booked["booking"]["end"]
    assert int(end[11:13]) * 60 - int(start[11:13]) * 60 == int(length)
