"""Series of appointments and appointments with seats: booked once, told whole, replayed for what stands."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon
from support.sandbox import SandboxTransport

SERIES, SEATED = "1011", "1010"


def series(salon: Salon, *more: str, who: tuple[str, ...] = ANNA, count: int = 3) -> Any:
    words = ("book", SERIES, "--start", TOMORROW_TEN, *who, "--occurrences", str(count), "--json", *more)
    return salon(*words)


def seat(salon: Salon, *more: str, who: tuple[str, ...] = ANNA) -> Any:
    return salon("book", SEATED, "--start", TOMORROW_TEN, *who, "--json", *more)


def standing(salon: Salon) -> list[str]:
    """Return the starts of all bookings of the series' event type that stand."""
    listed = salon("bookings", "list", "--event-type", SERIES, "--status", "upcoming", "--json").ok()
    return [booking["start"] for booking in listed.data["bookings"]]


WEEKS = ["2026-11-24T10:00:00+01:00", "2026-12-01T10:00:00+01:00", "2026-12-08T10:00:00+01:00"]


def test_a_series_is_booked_and_all_of_it_is_told(salon: Salon) -> None:
    booked = series(salon).ok().data
    assert [one["start"] for one in booked["series"]] == WEEKS
    assert booked["occurrences"] == {"asked": 3, "standing": 3}
    assert booked["booking"]["uid"] == booked["series"][0]["uid"]
    assert len({one["series_uid"] for one in booked["series"]}) == 1
    assert standing(salon) == WEEKS


def test_how_many_must_be_said(salon: Salon) -> None:
    told = salon("book", SERIES, "--start", TOMORROW_TEN, *ANNA, "--json").exits(2).json["errors"][0]
    assert told["hint"] == "add --occurrences N (1 to 4)"
    series(salon, count=5).exits(2)
    assert salon.sent("POST") == 0


def test_the_same_command_again_is_the_same_series(salon: Salon) -> None:
    first = series(salon).ok().data
    again = series(salon).ok().data
    assert again["replayed"] is True
    assert [one["uid"] for one in again["series"]] == [one["uid"] for one in first["series"]]
    assert salon.sent("POST") == 1


@pytest.mark.parametrize("fault", ["reset-after", "timeout-after", "500=after", "truncated", "not-json"])
def test_a_series_whose_answer_was_lost_is_found_whole(salon: Salon, fault: str) -> None:
    salon.arm(fault)
    booked = series(salon).ok().data
    assert booked["recovered"] is True
    assert [one["start"] for one in booked["series"]] == WEEKS
    assert standing(salon) == WEEKS
    assert salon.sent("POST") == 1


def test_a_series_of_unknown_fate_is_settled_by_the_same_command(salon: Salon) -> None:
    salon.arm("reset-after")
    salon.arm("503", method="GET", times=None)
    series(salon).exits(5)
    salon.sandbox.plan.clear()
    salon("breaker", "reset", "--yes").ok()
    again = series(salon).ok().data
    assert again["recovered"] is True
    assert len(again["series"]) == 3
    assert salon.sent("POST") == 1


def test_of_a_series_that_lost_one_the_rest_still_stands(salon: Salon) -> None:
    uids = [one["uid"] for one in series(salon).ok().data["series"]]
    salon("cancel", uids[0], "--reason", "ill", "--yes").ok()
    again = series(salon).ok().data
    assert (again["replayed"], again["next"]) == (True, False)
    assert [one["uid"] for one in again["series"]] == uids[1:]
    assert again["not_applied"] == ["--occurrences"]
    assert salon.sent("POST", "/v2/bookings/") == 1, "the cancellation alone"


def test_a_series_that_is_gone_as_a_whole_is_booked_again(salon: Salon) -> None:
    for one in series(salon).ok().data["series"]:
        salon("cancel", one["uid"], "--reason", "ill", "--yes").ok()
    assert series(salon).ok().data["replayed"] is False
    assert standing(salon) == WEEKS


def test_another_number_under_a_given_key_is_refused_and_under_a_derived_one_told(salon: Salon) -> None:
    series(salon, "--idempotency-key", "call-1").ok()
    series(salon, "--idempotency-key", "call-1", count=2).exits(2)
    other = ("--start", "2026-11-24T12:00", *OTTO, "--json")
    salon("book", SERIES, *other, "--occurrences", "2").ok()
    again = salon("book", SERIES, *other, "--occurrences", "3").ok().data
    assert again["not_applied"] == ["--occurrences"]


class BreaksOff(SandboxTransport):
    """Makes the first appointments of a series and refuses the request at the next one."""

    made = 2

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "POST" or request.url.path != "/v2/bookings":
            return await super().handle_async_request(request)
        body = json.loads(request.content) | {"recurrenceCount": self.made}
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        await super().handle_async_request(httpx.Request("POST", request.url, headers=headers, json=body))
        message = "User either already has booking at this time or is not available"
        return httpx.Response(400, json={"statusCode": 400, "message": message})


def test_a_series_that_breaks_off_is_partial_and_says_what_stands(salon: Salon) -> None:
    salon.cli.http_transport = BreaksOff(salon.sandbox)
    partial = series(salon).exits(6)
    assert partial.json["status"] == "partial"
    assert partial.data["occurrences"] == {"asked": 3, "standing": 2}
    assert [one["start"] for one in partial.data["series"]] == WEEKS[:2]
    assert "2 of 3 appointments" in partial.json["errors"][0]["message"]
    assert standing(salon) == WEEKS[:2]
    again = series(salon).ok().data
    assert again["replayed"] is True
    assert again["not_applied"] == ["--occurrences"]


def test_a_refused_series_makes_nothing_and_offers_other_times(salon: Salon) -> None:
    salon.book().ok()
    refused = series(salon).exits(1)
    assert refused.data["alternatives"]
    assert standing(salon) == []


def test_a_series_may_be_held_too(salon: Salon) -> None:
    assert len(series(salon, "--reserve").ok().data["series"]) == 3


def test_the_series_of_a_booking_is_shown(salon: Salon) -> None:
    uids = [one["uid"] for one in series(salon).ok().data["series"]]
    salon("cancel", uids[2], "--reason", "ill", "--yes").ok()
    shown = salon("bookings", "show", uids[1], "--series", "--json").ok()
    assert [one["uid"] for one in shown.data["series"]] == uids
    assert "2 of 3 stand" in shown.stderr
    assert "--series shows all" in salon("bookings", "show", uids[1]).ok().stderr
    alone = salon.book(start="2026-11-25T15:00").ok().data["booking"]["uid"]
    assert "belongs to no series" in salon("bookings", "show", alone, "--series").ok().stderr


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
    again = seat(salon).ok().data
    assert again["replayed"] is True
    assert salon.sent("POST") == 2


@pytest.mark.parametrize("fault", ["reset-after", "500=after"])
def test_a_seat_whose_answer_was_lost_is_found(salon: Salon, fault: str) -> None:
    seat(salon, who=OTTO).ok()
    salon.arm(fault)
    booked = seat(salon).ok().data
    assert booked["recovered"] is True
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
    assert salon(*words, "--dry-run").ok().data["plan"]["action"] == "reschedule"
    moved = salon(*words).ok().data["booking"]
    assert moved["start"] == "2026-11-25T12:00:00+01:00"
    assert people(salon, moved["uid"]) == ["anna@example.org"]
    assert people(salon, otto["uid"]) == ["otto@example.org"]
    again = salon(*words).ok().data
    assert (again["already"], again["booking"]["uid"]) == (True, moved["uid"])
    other = salon(*words[:-2], "2026-11-25T13:00", "--json").exits(1).json["errors"][0]
    assert moved["uid"] in other["message"]
    salon(*words, "--reason", "ill").exits(2)


def test_a_seat_whose_move_nobody_saw_end_is_unknown_and_not_taken_for_a_slip(salon: Salon) -> None:
    anna, _ = (seat(salon, who=who).ok().data["booking"] for who in (ANNA, OTTO))
    words = ("reschedule", anna["uid"], "--seat", anna["seat_uid"], "--start", "2026-11-25T12:00", "--json")
    salon.arm("reset-after", path=f"/v2/bookings/{anna['uid']}/reschedule")
    salon.arm("503", method="GET", path="/v2/bookings", times=None)
    salon(*words).exits(5)
    salon.sandbox.plan.clear()
    salon("breaker", "reset", "--yes").ok()
    told = salon(*words).exits(5).json["errors"][0]
    assert told["code"] == "fate_unknown"
    assert "askpro bookings list --from 2026-11-25T11:00:00Z" in told["hint"]


def test_the_rest_of_a_series_is_cancelled(salon: Salon) -> None:
    uids = [one["uid"] for one in series(salon).ok().data["series"]]
    words = ("cancel", uids[1], "--subsequent", "--reason", "moved away", "--yes", "--json")
    assert salon(*words, "--dry-run").ok().data["plan"]["subsequent"] is True
    assert salon(*words).ok().data["already"] is False
    assert standing(salon) == WEEKS[:1]
    assert salon(*words).ok().data["already"] is True
