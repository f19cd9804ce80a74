"""Appointments with seats: each person booked once, moved and cancelled alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon
from support.sandbox import SandboxTransport

SEATED = "1010"


def seat(salon: Salon, *more: str, who: tuple[str, ...] = ANNA) -> Any:
    return salon("book", SEATED, "--start", TOMORROW_TEN, *who, "--json", *more)


def test_two_people_share_an_appointment_with_seats(salon: Salon) -> None:
    anna, otto = seat(salon).ok(), seat(salon, who=OTTO).ok()
    assert anna.data["booking"]["uid"] == otto.data["booking"]["uid"]
    assert anna.data["booking"]["seat_uid"] != otto.data["booking"]["seat_uid"]
    assert f"seat {anna.data['booking']['seat_uid']}" in anna.stderr
    shown = salon("bookings", "show", anna.data["booking"]["uid"], "--json").ok().data["booking"]
    assert {person["seat_uid"] for person in shown["attendees"]} == {
        anna.data["booking"]["seat_uid"],
        otto.data["booking"]["seat_uid"],
    }
    again = seat(salon).ok()
    assert again.data["replayed"] is True
    assert again.data["booking"]["seat_uid"] == anna.data["booking"]["seat_uid"]
    assert f"seat {anna.data['booking']['seat_uid']}" in again.stderr
    assert salon.sent("POST") == 2


@pytest.mark.parametrize("fault", ["reset-after", "500=after"])
def test_a_seat_whose_answer_was_lost_is_found(salon: Salon, fault: str) -> None:
    seat(salon, who=OTTO).ok()
    salon.arm(fault)
    booked = seat(salon).ok().data
    assert booked["recovered"] is True
    told = salon("bookings", "show", booked["booking"]["uid"], "--json").ok().data["booking"]["attendees"]
    assert booked["booking"]["seat_uid"] == told[1]["seat_uid"]
    assert salon.sent("POST") == 2


def test_a_seat_that_an_unanswered_run_took_is_found_when_the_vendor_calls_it_taken(salon: Salon) -> None:
    """The doubtful run's booking shows up after our look and before our request."""
    salon.arm("reset-after")
    salon.arm("503", method="GET", times=None)
    seat(salon).exits(5)
    salon.sandbox.plan.clear()
    salon("breaker", "reset", "--yes").ok()
    salon.cli.http_transport = LateList(salon.sandbox)
    again = seat(salon).ok().data
    assert again["recovered"] is True
    assert salon.sent("POST") == 2


class LateList(SandboxTransport):
    """A vendor whose list of bookings lags behind by one question."""

    asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path == "/v2/bookings":
            self.asked += 1
            if self.asked == 1:
                return httpx.Response(200, json={"status": "success", "data": [], "pagination": {}})
        return await super().handle_async_request(request)


def people(salon: Salon, uid: str) -> list[str]:
    shown = salon("bookings", "show", uid, "--reveal", "--json").ok().data["booking"]
    return [person["email"] for person in shown["attendees"]]


def test_one_seat_is_given_up_and_the_other_stays(salon: Salon) -> None:
    anna, otto = (seat(salon, who=who).ok().data["booking"] for who in (ANNA, OTTO))
    words = ("cancel", anna["uid"], "--reason", "ill", "--yes", "--json")
    whole = salon(*words).exits(1).json["errors"][0]
    assert "--seat UID" in whole["hint"]
    plan = salon(*words, "--seat", anna["seat_uid"], "--dry-run").ok().data["plan"]
    assert (plan["action"], plan["seat"]) == ("cancel", anna["seat_uid"])
    done = salon(*words, "--seat", anna["seat_uid"]).ok()
    assert (done.data["already"], done.data["booking"]["status"]) == (False, "accepted")
    assert people(salon, otto["uid"]) == ["otto@example.org"]
    again = salon(*words, "--seat", anna["seat_uid"]).ok()
    assert again.data["already"] is True
    assert "given up before" in again.stderr
    assert "given up before" in salon(*words, "--seat", anna["seat_uid"], "--dry-run").ok().stderr
    booked = seat(salon).ok().data
    assert booked["replayed"] is False, "the seat was given up: the same person may come again"


@pytest.mark.parametrize("fault", ["reset-after", "500=after", "not-json"])
def test_a_seat_whose_cancellation_was_never_answered_is_given_up_once(salon: Salon, fault: str) -> None:
    anna, otto = (seat(salon, who=who).ok().data["booking"] for who in (ANNA, OTTO))
    salon.arm(fault, path=f"/v2/bookings/{anna['uid']}/cancel")
    salon("cancel", anna["uid"], "--seat", anna["seat_uid"], "--reason", "ill", "--yes").ok()
    assert people(salon, otto["uid"]) == ["otto@example.org"]


def test_a_seat_that_never_was_is_an_error_and_no_success(salon: Salon) -> None:
    booked = seat(salon).ok().data["booking"]
    words = (booked["uid"], "--seat", "00000000-0000-4000-8000-000000000000", "--json")
    salon("cancel", *words, "--reason", "ill", "--yes").exits(3)
    salon("reschedule", *words, "--start", "2026-11-25T10:00").exits(3)


def test_an_appointment_with_seats_is_cancelled_for_all(salon: Salon) -> None:
    anna, _ = (seat(salon, who=who).ok().data["booking"] for who in (ANNA, OTTO))
    salon("cancel", anna["uid"], "--all-seats", "--reason", "closed", "--yes").ok()
    gone = salon("cancel", anna["uid"], "--seat", anna["seat_uid"], "--reason", "ill", "--yes", "--json").ok()
    assert gone.data["already"] is True
    both = ("--seat", "x", "--all-seats", "--reason", "ill", "--yes")
    salon("cancel", anna["uid"], *both).exits(2)


def test_one_seat_is_moved_and_the_other_stays(salon: Salon) -> None:
    anna, otto = (seat(salon, who=who).ok().data["booking"] for who in (ANNA, OTTO))
    words = ("reschedule", anna["uid"], "--seat", anna["seat_uid"], "--start", "2026-11-25T12:00", "--json")
    plan = salon(*words, "--dry-run").ok().data["plan"]
    assert (plan["action"], plan["seat"]) == ("reschedule", anna["seat_uid"])
    moved = salon(*words).ok().data["booking"]
    assert moved["start"] == "2026-11-25T12:00:00+01:00"
    assert people(salon, moved["uid"]) == ["anna@example.org"]
    assert people(salon, otto["uid"]) == ["otto@example.org"]
    again = salon(*words).ok().data
    assert (again["already"], again["booking"]["uid"]) == (True, moved["uid"])
    other = salon(*words[:-2], "2026-11-25T13:00", "--json").exits(1).json["errors"][0]
    assert moved["uid"] in other["message"]
    salon(*words, "--reason", "ill").exits(2)


@pytest.fixture
def lost_move(salon: Salon) -> tuple[str, ...]:
    """Return the command that moved Anna's seat beside Otto's and could not see it happen."""
    anna, _ = (seat(salon, who=who).ok().data["booking"] for who in (ANNA, OTTO))
    words = ("reschedule", anna["uid"], "--seat", anna["seat_uid"], "--start", "2026-11-25T12:00", "--json")
    salon.arm("reset-after", path=f"/v2/bookings/{anna['uid']}/reschedule")
    salon.arm("503", method="GET", path="/v2/bookings", times=None)
    salon(*words).exits(5)
    salon.sandbox.plan.clear()
    salon("breaker", "reset", "--yes").ok()
    return words


def test_a_seat_whose_move_nobody_saw_end_is_found_where_it_went(
    salon: Salon, lost_move: tuple[str, ...]
) -> None:
    moves = salon.sent("POST")
    again = salon(*lost_move).ok().data
    assert (again["already"], again["booking"]["start"]) == (True, "2026-11-25T12:00:00+01:00")
    assert people(salon, again["booking"]["uid"]) == ["anna@example.org"]
    elsewhere = salon(*lost_move[:-2], "2026-11-25T13:00").exits(1)
    assert again["booking"]["uid"] in elsewhere.stderr
    assert salon.sent("POST") == moves


def test_a_seat_that_was_moved_is_not_taken_for_one_given_up(salon: Salon) -> None:
    """Who leaves last ends the old appointment, and sits in the new one all the same."""
    anna = seat(salon).ok().data["booking"]
    words = (anna["uid"], "--seat", anna["seat_uid"], "--json")
    moved = salon("reschedule", *words, "--start", "2026-11-25T12:00").ok().data["booking"]
    told = salon("cancel", *words, "--reason", "ill", "--yes").exits(1).json["errors"][0]
    assert moved["uid"] in told["hint"]
    assert people(salon, moved["uid"]) == ["anna@example.org"]


def test_a_seat_that_left_and_did_not_arrive_is_unknown_and_not_taken_for_a_slip(
    salon: Salon, lost_move: tuple[str, ...]
) -> None:
    (uid,) = salon.standing("2026-11-25T12:00")
    salon("cancel", uid, "--reason", "closed", "--yes").ok()
    told = salon(*lost_move).exits(5).json["errors"][0]
    assert told["code"] == "fate_unknown"
    assert "askpro bookings list --from 2026-11-25T11:00:00Z" in told["hint"]


def test_a_refused_change_of_a_seat_is_not_taken_for_a_done_one(salon: Salon) -> None:
    """Its seat leaves the booking by other hands: that is no success of ours."""
    anna, _ = (seat(salon, who=who).ok().data["booking"] for who in (ANNA, OTTO))
    words = ("cancel", anna["uid"], "--seat", anna["seat_uid"], "--reason", "ill", "--yes")
    salon.clock.advance(3 * 86400)
    assert "over" in salon(*words).exits(1).stderr
    salon.sandbox.world.bookings[anna["uid"]].remove_seat(anna["seat_uid"])
    salon(*words).exits(3)


def test_an_appointment_with_seats_moves_by_the_seat_which_is_said_before_anything_is_sent(
    salon: Salon,
) -> None:
    anna = seat(salon).ok().data["booking"]
    words = ("reschedule", anna["uid"], "--start", "2026-11-25T12:00", "--json")
    for more in ((), ("--dry-run",)):
        told = salon(*words, *more).exits(1).json["errors"][0]
        assert told["hint"] == f"--seat {anna['seat_uid']}"
    assert salon.sent("POST", "/v2/bookings/") == 0


COURSE = ("book", "1012", "--start", "2026-11-26T18:00", "--occurrences", "3", "--json")


@pytest.mark.parametrize("times", [1, 2], ids=["at once", "asked again"])
def test_who_booked_a_course_is_told_the_seat_of_each_date_and_leaves_by_them(
    salon: Salon, times: int
) -> None:
    salon(*COURSE, *ANNA).ok()
    booked = [salon(*COURSE, *OTTO).ok() for _ in range(times)][-1]
    assert booked.data["replayed"] is (times > 1)
    seats = [(one["uid"], one["seat_uid"], one["start"][:10]) for one in booked.data["series"]]
    assert len({uid for uid, _, _ in seats}) == len({one for _, one, _ in seats}) == 3
    for uid, own, day in seats:
        [line] = [line for line in booked.stderr.splitlines() if own in line]
        assert uid in line
        assert day in line
        salon("cancel", uid, "--seat", own, "--reason", "moved away", "--yes").ok()
        assert people(salon, uid) == ["anna@example.org"]


def test_a_seat_and_the_rest_of_a_course_exclude_each_other_and_the_way_is_told(salon: Salon) -> None:
    words = ("cancel", "anyuid", "--seat", "x", "--subsequent", "--reason", "ill", "--yes", "--json")
    told = salon(*words).exits(2).json["errors"][0]
    assert told["message"] == "--seat and --subsequent exclude each other"
    assert "each date of a series has a seat of its own" in told["hint"]
