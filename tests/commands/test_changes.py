"""Move and cancel: once, again, and when the wire breaks."""

from __future__ import annotations

import re

import pytest
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon

NOON = "2026-11-24T12:00"
TEN = "2026-11-24T10:00:00+01:00"
AFTER_COMMIT = ["reset-after", "timeout-after", "500=after", "504=after", "truncated"]


def booked(salon: Salon) -> str:
    uid: str = salon.book().ok().data["booking"]["uid"]
    return uid


def move(uid: str, *more: str, start: str = NOON) -> list[str]:
    return ["reschedule", uid, "--start", start, "--json", *more]


def test_a_move_answers_with_the_new_uid_and_keeps_the_length(salon: Salon) -> None:
    uid = booked(salon)
    moved = salon(*move(uid, "--reason", "asked by phone")).ok().data
    assert moved["already"] is False
    assert moved["previous"] == {
        "uid": uid,
        "start": TEN,
        "end": "2026-11-24T10:30:00+01:00",
        "status": "accepted",
    }
    assert moved["booking"]["uid"] != uid
    assert moved["booking"]["rescheduled_from"] == uid
    assert moved["booking"]["end"] == "2026-11-24T12:30:00+01:00"
    assert salon.standing() == []
    assert salon.standing(NOON) == [moved["booking"]["uid"]]


@pytest.mark.parametrize("command", ["reschedule", "update"])
def test_a_move_repeated_after_success_is_a_success_that_sends_nothing(salon: Salon, command: str) -> None:
    uid = booked(salon)
    first = salon(command, uid, "--start", NOON, "--json").ok().data
    sent = salon.sent("POST")
    again = salon(command, uid, "--start", "2026-11-24T11:00Z", "--json").ok().data
    assert again["already"] is True
    assert again["booking"]["uid"] == first["booking"]["uid"]
    assert salon(*move(first["booking"]["uid"])).ok().data["already"] is True
    assert salon.sent("POST") == sent


@pytest.mark.parametrize("fault", AFTER_COMMIT)
def test_a_move_whose_answer_is_lost_happens_once(salon: Salon, fault: str) -> None:
    uid = booked(salon)
    salon.arm(fault, path="*/reschedule")
    moved = salon(*move(uid)).ok().data
    assert salon.standing(NOON) == [moved["booking"]["uid"]]
    assert salon.sent("POST", f"/v2/bookings/{uid}/reschedule") == 1


def test_a_move_whose_fate_stays_unknown_exits_5_and_may_be_run_again(salon: Salon) -> None:
    uid = booked(salon)
    salon.arm("reset-after", path="*/reschedule", times=None)
    salon.cli.env["ASKPRO_RESILIENCE_ATTEMPTS"] = "1"
    salon.arm("503", method="GET", path=f"/v2/bookings/{uid}", times=None)
    salon(*move(uid)).exits(5)
    salon.sandbox.plan.clear()
    moved = salon(*move(uid)).ok().data
    assert salon.standing(NOON) == [moved["booking"]["uid"]]


def test_a_booking_moved_elsewhere_is_not_moved_by_its_old_uid(salon: Salon) -> None:
    uid = booked(salon)
    new = salon(*move(uid)).ok().data["booking"]["uid"]
    refused = salon(*move(uid, start="2026-11-24T15:00")).exits(1)
    error = refused.json["errors"][0]
    assert error["code"] == "refused"
    assert error["details"]["successor"] == new
    assert new in error["hint"]
    assert salon.standing(NOON) == [new]


def test_a_move_to_a_taken_time_is_refused_with_alternatives_and_changes_nothing(salon: Salon) -> None:
    uid = booked(salon)
    salon.book(start=NOON, who=OTTO).ok()
    refused = salon(*move(uid)).exits(1)
    told = re.search(
        r"`askpro (availability [^`]*)` shows the free times$", refused.json["errors"][0]["hint"]
    )
    assert told is not None
    salon(*told[1].split()).ok()
    assert refused.data["alternatives"][0]["start"] == "2026-11-24T11:30:00+01:00"
    assert "stays where it was" in refused.stderr
    assert salon.standing() == [uid]


def test_a_cancelled_booking_is_not_moved(salon: Salon) -> None:
    uid = booked(salon)
    salon("cancel", uid, "--reason", "ill", "--yes").ok()
    assert "cancelled" in salon(*move(uid)).exits(1).stderr


def test_a_dry_run_of_a_move_shows_it_and_sends_nothing(salon: Salon) -> None:
    uid = booked(salon)
    sent = salon.sent("POST")
    plan = salon(*move(uid, "--dry-run")).ok().data["plan"]
    assert plan["action"] == "reschedule"
    assert (plan["from"], plan["start"], plan["end"]) == (
        TEN,
        f"{NOON}:00+01:00",
        "2026-11-24T12:30:00+01:00",
    )
    salon(*move(uid)).ok()
    assert salon(*move(uid, "--dry-run")).ok().data["plan"]["action"] == "none"
    assert salon.sent("POST") == sent + 1


def test_cancelling_frees_the_slot_and_again_is_a_success(salon: Salon) -> None:
    uid = booked(salon)
    first = salon("cancel", uid, "--reason", "ill", "--yes", "--json").ok().data
    assert (first["booking"]["status"], first["already"]) == ("cancelled", False)
    again = salon("cancel", uid, "--reason", "ill", "--yes", "--json").ok().data
    assert again["already"] is True
    assert salon.sent("POST", f"/v2/bookings/{uid}/cancel") == 1
    salon.book(who=OTTO).ok()


@pytest.mark.parametrize("fault", AFTER_COMMIT)
def test_a_cancellation_whose_answer_is_lost_is_a_success(salon: Salon, fault: str) -> None:
    uid = booked(salon)
    salon.arm(fault, path="*/cancel")
    salon("cancel", uid, "--reason", "ill", "--yes").ok()
    assert salon.sandbox.world.bookings[uid].status == "cancelled"


def test_the_old_uid_of_a_moved_booking_cancels_nothing(salon: Salon) -> None:
    uid = booked(salon)
    new = salon(*move(uid)).ok().data["booking"]["uid"]
    refused = salon("cancel", uid, "--reason", "ill", "--yes", "--json").exits(1)
    assert refused.json["errors"][0]["details"]["successor"] == new
    assert salon.standing(NOON) == [new]
    salon("cancel", new, "--reason", "ill", "--yes").ok()
    assert salon("cancel", uid, "--reason", "ill", "--yes", "--json").ok().data["already"] is True


def test_a_terminal_is_asked_before_a_cancellation(salon: Salon) -> None:
    uid = booked(salon)
    asked = salon("cancel", uid, "--reason", "ill", terminal=True, stdin="n\n").exits(1).stderr
    assert f"cancel {uid}: Tue 2026-11-24 10:00, herrenhaarschnitt, A*** S***? [y/N]" in asked
    assert "nothing was done" in asked
    assert salon.standing() == [uid]
    salon("cancel", uid, "--reason", "ill", terminal=True, stdin="y\n").ok()
    assert salon.standing() == []
    assert "[y/N]" not in salon("cancel", uid, "--reason", "ill", terminal=True).ok().stderr


def test_where_nobody_can_be_asked_nothing_is_sent(salon: Salon) -> None:
    salon("cancel", "any", "--reason", "ill").exits(2)
    salon("cancel", "any", "--reason", "ill", "--json", terminal=True, stdin="y\n").exits(2)
    assert salon.sent("GET") == 0


def test_a_moved_booking_is_refused_before_anybody_is_asked(salon: Salon) -> None:
    uid = booked(salon)
    new = salon(*move(uid)).ok().data["booking"]["uid"]
    told = salon("cancel", uid, "--reason", "ill", terminal=True, stdin="y\n").exits(1).stderr
    assert new in told
    assert "[y/N]" not in told


def test_a_dry_run_of_a_cancellation_needs_no_yes_and_sends_nothing(salon: Salon) -> None:
    uid = booked(salon)
    plan = salon("cancel", uid, "--reason", "ill", "--dry-run", "--json").ok().data["plan"]
    assert (plan["action"], plan["booking"]["uid"]) == ("cancel", uid)
    assert salon.standing() == [uid]


def test_a_dry_run_on_a_moved_booking_says_where_it_stands_as_the_real_run_does(salon: Salon) -> None:
    uid = booked(salon)
    new = salon(*move(uid)).ok().data["booking"]["uid"]
    refused = salon("cancel", uid, "--reason", "ill", "--dry-run", "--json").exits(1)
    assert refused.json["errors"][0]["details"]["successor"] == new
    salon("cancel", new, "--reason", "ill", "--yes").ok()
    gone = salon("cancel", uid, "--reason", "ill", "--dry-run", "--json").ok()
    assert gone.data["plan"]["action"] == "none"


@pytest.mark.parametrize(
    "argv", [("reschedule", "nosuchuid", "--start", NOON), ("cancel", "nosuchuid", "--reason", "x", "--yes")]
)
def test_an_unknown_booking_exits_3(salon: Salon, argv: tuple[str, ...]) -> None:
    salon(*argv).exits(3)


def test_a_move_and_a_cancellation_drop_the_cached_slots(salon: Salon) -> None:
    uid = booked(salon)
    window = ("availability", "1001", "--from", "2026-11-24", "--days", "1", "--json")

    def starts() -> set[str]:
        return {slot["start"][11:16] for slot in salon(*window).ok().data["slots"]}

    assert "10:00" not in starts()
    new = salon(*move(uid)).ok().data["booking"]["uid"]
    assert "10:00" in starts()
    assert "12:00" not in starts()
    salon("cancel", new, "--reason", "ill", "--yes").ok()
    assert "12:00" in starts()


def test_a_move_of_what_must_be_confirmed_says_so(salon: Salon) -> None:
    """Confirmed before, it waits for its host again."""
    uid = salon("book", "1005", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data["booking"]["uid"]
    salon("bookings", "confirm", uid).ok()
    moved = salon("reschedule", uid, "--start", "2026-11-24T14:00", "--json").ok()
    new = moved.data["booking"]
    assert new["status"] == "pending"
    assert f"must be confirmed: askpro bookings confirm {new['uid']}" in moved.stderr
