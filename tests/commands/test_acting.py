"""What a host does to a booking: told before, verified after, and the same command again sends nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.forging import Forging
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon


def pending(salon: Salon) -> str:
    booked = salon("book", "1005", "--start", TOMORROW_TEN, *ANNA, "--json").ok()
    assert "must be confirmed: askpro bookings confirm" in booked.stderr
    uid: str = booked.data["booking"]["uid"]
    return uid


def act(salon: Salon, *words: str) -> Any:
    return salon("bookings", *words, "--json")


def test_a_pending_booking_is_confirmed_once(salon: Salon) -> None:
    uid = pending(salon)
    done = act(salon, "confirm", uid).ok().data
    assert (done["booking"]["status"], done["already"], done["action"]) == ("accepted", False, "confirm")
    again = act(salon, "confirm", uid).ok()
    assert again.data["already"] is True
    assert "nothing was sent" in again.stderr
    assert salon.sent("POST", f"/v2/bookings/{uid}/confirm") == 1


def test_a_pending_booking_is_declined_and_its_time_is_free_again(salon: Salon) -> None:
    uid = pending(salon)
    window = ("availability", "1005", "--from", "2026-11-24", "--days", "1", "--json")
    assert "2026-11-24T10:00:00+01:00" not in [one["start"] for one in salon(*window).ok().data["slots"]]
    done = act(salon, "decline", uid, "--reason", "full", "--yes").ok().data
    assert done["booking"]["status"] == "rejected"
    assert act(salon, "decline", uid, "--yes").ok().data["already"] is True
    assert "2026-11-24T10:00:00+01:00" in [one["start"] for one in salon(*window).ok().data["slots"]]


def test_what_was_declined_is_not_confirmed_although_the_vendor_would(salon: Salon) -> None:
    uid = pending(salon)
    act(salon, "decline", uid, "--yes").ok()
    refused = act(salon, "confirm", uid).exits(1)
    assert refused.json["errors"][0]["code"] == "refused"
    assert salon.sent("POST", f"/v2/bookings/{uid}/confirm") == 0


def test_what_is_accepted_is_cancelled_and_not_declined(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    refused = act(salon, "decline", uid, "--yes").exits(1)
    assert f"askpro cancel {uid}" in refused.json["errors"][0]["hint"]


def test_a_person_is_asked_before_a_booking_is_declined(salon: Salon) -> None:
    uid = pending(salon)
    asked = salon("bookings", "decline", uid, terminal=True, stdin="n\n").exits(1)
    assert f"decline {uid}: Tue 2026-11-24 10:00" in asked.stderr
    salon("bookings", "decline", uid, terminal=True, stdin="y\n").ok()
    salon("bookings", "decline", uid, terminal=True).ok()  # declined before: nothing is asked


@pytest.mark.parametrize("command", ["confirm", "decline"])
def test_a_dry_run_sends_nothing(salon: Salon, command: str) -> None:
    uid = pending(salon)
    plan = act(salon, command, uid, "--dry-run").ok().data["plan"]
    assert (plan["action"], plan["booking"]["uid"]) == (command, uid)
    assert salon.sent("POST", f"/v2/bookings/{uid}") == 0
    act(salon, "confirm", uid).ok()
    assert act(salon, "confirm", uid, "--dry-run").ok().data["plan"]["action"] == "none"


@pytest.mark.parametrize("fault", ["reset-after", "500=after", "not-json"])
def test_an_answer_lost_on_the_way_is_found_in_the_booking(salon: Salon, fault: str) -> None:
    uid = pending(salon)
    salon.arm(fault, path=f"/v2/bookings/{uid}/confirm")
    assert act(salon, "confirm", uid).ok().data["booking"]["status"] == "accepted"
    assert salon.sent("POST", f"/v2/bookings/{uid}/confirm") == 1


def test_an_answer_that_shows_another_state_is_looked_up(salon: Salon) -> None:
    uid = pending(salon)
    salon.cli.http_transport = Forging(salon.sandbox, {"status": "pending"})
    assert act(salon, "confirm", uid).ok().data["booking"]["status"] == "accepted"


def test_a_yes_that_changed_nothing_is_no_success(salon: Salon) -> None:
    uid = pending(salon)
    salon.cli.http_transport = Forging(salon.sandbox, {"status": "pending"}, every=True)
    wrong = act(salon, "confirm", uid).exits(5)
    assert "does not show it" in wrong.json["errors"][0]["message"]


def test_who_did_not_come_is_noted_after_the_start_and_taken_back(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    early = act(salon, "mark-absent", uid, "--attendee", "anna@example.org").exits(1)
    assert "has not begun" in early.json["errors"][0]["message"]
    salon.clock.advance(timedelta(days=2).total_seconds())
    noted = act(salon, "mark-absent", uid, "--attendee", "Anna@example.org", "--host").ok().data["booking"]
    assert noted["attendees"][0]["absent"] is True
    assert noted["absent_host"] is True
    again = act(salon, "mark-absent", uid, "--host").ok()
    assert again.data["already"] is True
    assert "was marked absent before" in again.stderr
    back = act(salon, "mark-absent", uid, "--attendee", "anna@example.org", "--present").ok()
    assert "absent" not in back.data["booking"]["attendees"][0]
    assert "no longer counts as absent" in back.stderr


def test_somebody_who_does_not_attend_is_a_slip(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    salon.clock.advance(timedelta(days=2).total_seconds())
    wrong = act(salon, "mark-absent", uid, "--attendee", OTTO[3]).exits(2)
    assert "otto" not in wrong.stderr
    assert salon.sent("POST", f"/v2/bookings/{uid}/mark-absent") == 0


def test_a_round_robin_booking_goes_to_another_host(salon: Salon) -> None:
    uid = salon("book", "2001", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data["booking"]["uid"]
    before = act(salon, "show", uid).ok().data["booking"]["hosts"][0]["id"]
    other = ({102, 103} - {before}).pop()
    done = act(salon, "reassign", uid, "--to", str(other), "--reason", "ill").ok().data
    assert [host["id"] for host in done["booking"]["hosts"]] == [other]
    assert act(salon, "reassign", uid, "--to", str(other)).ok().data["already"] is True
    chosen = act(salon, "reassign", uid).ok().data["booking"]["hosts"]
    assert [host["id"] for host in chosen] == [before]


def test_a_booking_moves_to_another_place_once(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    room = "link:https://example.org/room"
    assert act(salon, "location", uid, room).ok().data["already"] is False
    shown = act(salon, "show", uid, "--reveal").ok().data["booking"]
    assert shown["location"] == "https://example.org/room"
    assert act(salon, "location", uid, room).ok().data["already"] is True


@pytest.mark.parametrize("place", ["address", "attendeePhone", "attendeePhone:12", "moon"])
def test_a_place_that_is_none_is_told_before_anything_is_sent(salon: Salon, place: str) -> None:
    told = act(salon, "location", "anyuid", place).exits(2).json["errors"][0]
    assert told["message"].startswith("place: ")
    assert "--location" not in told["message"] + (told.get("hint") or "")
    assert salon.sent("GET") == 0


def test_a_street_without_its_kind_is_told_how_to_write_it(salon: Salon) -> None:
    told = act(salon, "location", "anyuid", "Musterhaus").exits(2).json["errors"][0]
    assert told["message"] == "place: unknown kind 'Musterhaus'"
    assert told["hint"].startswith("one of address:STREET, link:URL, phone:+49…, ")


def test_guests_are_invited_once(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    done = act(salon, "guests", uid, "--add", "otto@example.org", "--add", "ida@example.org").ok()
    assert done.data["already"] is False
    assert "otto@" not in done.stdout
    again = act(salon, "guests", uid, "--add", "Otto@example.org").ok()
    assert again.data["already"] is True
    assert salon.sent("POST", f"/v2/bookings/{uid}/guests") == 1


def test_a_booking_that_is_gone_names_its_successor(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    new = salon("reschedule", uid, "--start", "2026-11-24T12:00", "--json").ok().data["booking"]["uid"]
    refused = act(salon, "guests", uid, "--add", "otto@example.org").exits(1)
    assert new in refused.json["errors"][0]["hint"]
    salon("cancel", new, "--reason", "ill", "--yes").ok()
    assert "is cancelled" in act(salon, "guests", new, "--add", "otto@example.org").exits(1).stderr


def test_an_unknown_booking_exits_3(salon: Salon) -> None:
    act(salon, "confirm", "nosuchuid").exits(3)
