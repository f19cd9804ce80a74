"""Reschedule, cancel, confirm, decline."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.calling import Caller, refusal

ELEVEN = "2026-11-24T10:00:00Z"
RAW_REASON = {"statusCode": 400, "message": "Cancellation reason is required when you are the host"}


def move(caller: Caller, uid: str, start: str = ELEVEN, **more: Any) -> httpx.Response:
    key = {"key": more.pop("key")} if "key" in more else {}
    version = {"version": more.pop("version")} if "version" in more else {}
    return caller.post(f"/v2/bookings/{uid}/reschedule", {"start": start, **more}, **key, **version)


def cancel(caller: Caller, uid: str, reason: str | None = "krank", **more: Any) -> httpx.Response:
    body = {} if reason is None else {"cancellationReason": reason}
    return caller.post(f"/v2/bookings/{uid}/cancel", body, **more)


def test_a_moved_booking_has_a_new_uid_and_the_old_one_points_to_it(caller: Caller) -> None:
    old = caller.book(1003, lengthInMinutes=120, metadata={"call": "c1"})
    answer = move(
        caller, old["uid"], "2026-11-25T12:00:00Z", reschedulingReason="Zug", rescheduledBy="a@example.org"
    )
    assert answer.status_code == 201
    new = answer.json()["data"]
    assert new["uid"] != old["uid"]
    assert (new["status"], new["duration"], new["metadata"]) == ("accepted", 120, {"call": "c1"})
    assert (new["start"], new["rescheduledFromUid"]) == ("2026-11-25T12:00:00.000Z", old["uid"])
    assert (new["reschedulingReason"], new["rescheduledByEmail"]) == ("Zug", "a@example.org")
    gone = caller.data(f"/v2/bookings/{old['uid']}")
    assert (gone["status"], gone["rescheduledToUid"]) == ("cancelled", new["uid"])
    assert gone["rescheduledByEmail"] == "a@example.org"
    assert gone["start"] == old["start"]


def test_a_booking_may_move_into_its_own_time(caller: Caller) -> None:
    uid = caller.book(1003)["uid"]
    assert move(caller, uid, "2026-11-24T09:30:00Z").status_code == 201


def test_chains_are_followed_one_link_at_a_time(caller: Caller) -> None:
    first = caller.book()["uid"]
    second = move(caller, first).json()["data"]["uid"]
    third = move(caller, second, "2026-11-24T12:00:00Z").json()["data"]
    assert third["rescheduledFromUid"] == second
    assert refusal(move(caller, first)) == (
        400,
        (
            f"Can't reschedule booking with uid={first} because it has been cancelled and "
            "rescheduled already to "
            f"booking with uid={second}. You probably want to reschedule {second} instead by passing it "
            "within the "
            "request URL."
        ),
    )


def test_what_cannot_be_moved(caller: Caller) -> None:
    uid = caller.book()["uid"]
    caller.book(start=ELEVEN)
    busy = (400, "User either already has booking at this time or is not available")
    assert refusal(move(caller, uid)) == busy
    assert (
        refusal(move(caller, uid, "2026-11-23T07:00:00Z"))[1] == "Attempting to book a meeting in the past."
    )
    assert refusal(move(caller, "nothing"))[1] == "Booking with uid=nothing was not found in the database"
    cancel(caller, uid)
    assert refusal(move(caller, uid, "2026-11-24T14:00:00Z")) == (
        400,
        (
            f"Can't reschedule booking with uid={uid} because it has been cancelled. Please provide uid of a "
            "booking that is not cancelled."
        ),
    )


def test_an_ended_booking_is_not_moved(caller: Caller) -> None:
    uid = caller.book()["uid"]
    caller.clock.advance(2 * 86_400)
    assert refusal(move(caller, uid, "2026-11-26T10:00:00Z"))[0] == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"rescheduleReason": "x"},
            "rescheduleReason property is wrong,property rescheduleReason should not exist ",
        ),
        ({"rescheduledBy": "x"}, "rescheduledBy property is wrong,rescheduledBy must be an email "),
        ({"start": 5}, "start property is wrong,start must be a valid ISO 8601 date string "),
    ],
)
def test_a_malformed_reschedule_is_refused(caller: Caller, body: dict[str, Any], message: str) -> None:
    uid = caller.book()["uid"]
    assert refusal(move(caller, uid, **body)) == (400, message)


def test_a_booking_that_needs_confirmation_waits_again_unless_its_owner_moves_it(caller: Caller) -> None:
    uid = caller.book(1005)["uid"]
    confirmed = caller.post(f"/v2/bookings/{uid}/confirm")
    assert (confirmed.status_code, confirmed.json()["data"]["status"]) == (200, "accepted")
    moved = move(caller, uid).json()["data"]
    assert moved["status"] == "pending"
    by_owner = move(caller, moved["uid"], "2026-11-24T12:00:00Z", rescheduledBy="salon@example.org")
    assert by_owner.json()["data"]["status"] == "accepted"


def test_a_host_must_say_why_he_cancels(caller: Caller) -> None:
    uid = caller.book()["uid"]
    for reason in (None, "", "  "):
        answer = cancel(caller, uid, reason)
        assert (answer.status_code, answer.json()) == (400, RAW_REASON)
    cancelled = cancel(caller, uid, "krank").json()["data"]
    assert (cancelled["status"], cancelled["cancellationReason"]) == ("cancelled", "krank")
    assert cancelled["cancelledByEmail"] == "salon@example.org"


def test_an_attendee_need_not_say_why(caller: Caller) -> None:
    uid = caller.book()["uid"]
    assert cancel(caller, uid, None, key=None).status_code == 200


def test_what_cannot_be_cancelled(caller: Caller) -> None:
    uid = caller.book()["uid"]
    cancel(caller, uid)
    assert refusal(cancel(caller, uid)) == (
        400,
        (
            f"Can't cancel booking with uid={uid} because it has been cancelled already. Please "
            "provide uid of a "
            "booking that is not cancelled."
        ),
    )
    assert refusal(cancel(caller, "nothing")) == (404, "Booking with uid=nothing not found")
    ended = caller.book()["uid"]
    caller.clock.advance(2 * 86_400)
    assert cancel(caller, ended).json() == {
        "statusCode": 400,
        "message": "Cannot cancel a booking that has already ended",
    }
    wrong = caller.post(f"/v2/bookings/{ended}/cancel", {"reason": "x"})
    assert refusal(wrong) == (400, "reason property is wrong,property reason should not exist ")


def test_a_declined_booking_frees_its_slot_and_cannot_be_moved(caller: Caller) -> None:
    uid = caller.book(1005)["uid"]
    declined = caller.post(f"/v2/bookings/{uid}/decline", {"reason": "Urlaub"}).json()["data"]
    assert (declined["status"], declined["cancellationReason"]) == ("rejected", "Urlaub")
    assert caller.book(1005)["uid"] != uid
    assert refusal(move(caller, uid, "2026-11-24T14:00:00Z"))[0] == 400


def test_only_its_people_decide_and_only_once(caller: Caller) -> None:
    uid = caller.book(1005)["uid"]
    assert refusal(caller.post(f"/v2/bookings/{uid}/confirm", key="cal_test_lea"))[0] == 401
    assert refusal(caller.post("/v2/bookings/nothing/confirm"))[0] == 404
    caller.post(f"/v2/bookings/{uid}/confirm")
    assert refusal(caller.post(f"/v2/bookings/{uid}/confirm")) == (400, "Booking already confirmed")


def test_an_unknown_booking_is_not_found(caller: Caller) -> None:
    assert refusal(caller.get("/v2/bookings/nothing")) == (
        404,
        "Booking with uid=nothing was not found in the database",
    )
