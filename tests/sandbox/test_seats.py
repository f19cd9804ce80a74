"""Seated event types: several attendees in one booking, seat by seat."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.calling import ATTENDEE, TUESDAY_TEN, Caller, refusal

from askpro_cli.sandbox.webhooks.bodies import event_document
from askpro_cli.sandbox.world.register import Booking

COURSE = 1010  # four seats, who sits where is for the salon to know
SHARED = 1012  # three seats, everybody sees everybody; a series of three
ELEVEN = "2026-11-24T10:00:00Z"


def person(number: int) -> dict[str, Any]:
    return {**ATTENDEE, "name": f"Gast {number}", "email": f"gast{number}@example.org"}


def seat(caller: Caller, number: int, start: str = TUESDAY_TEN, **more: Any) -> dict[str, Any]:
    return caller.book(COURSE, start, attendee=person(number), **more)


def slot(caller: Caller, start: str = "2026-11-24T09:00:00.000Z", event_type: int = COURSE) -> dict[str, Any]:
    days = caller.data(f"/v2/slots?eventTypeId={event_type}&start=2026-11-24&end=2026-11-24")
    return next((found for found in days.get("2026-11-24", []) if found["start"] == start), {})


def move(caller: Caller, uid: str, seat_uid: str, start: str = ELEVEN, **more: Any) -> httpx.Response:
    return caller.post(f"/v2/bookings/{uid}/reschedule", {"start": start, "seatUid": seat_uid}, **more)


def leave(caller: Caller, uid: str, seat_uid: str, **more: Any) -> httpx.Response:
    body = {"seatUid": seat_uid, "cancellationReason": "krank"}
    return caller.post(f"/v2/bookings/{uid}/cancel", body, **more)


def emails(booking: dict[str, Any]) -> list[str]:
    return [found["email"].split("@")[0] for found in booking["attendees"]]


def test_attendees_share_a_booking_and_have_a_seat_each(caller: Caller) -> None:
    first = seat(caller, 1, metadata={"call": "c1"}, bookingFieldsResponses={"notes": "neu hier"})
    second = seat(caller, 2)
    assert first["uid"] == second["uid"]
    assert first["seatUid"] != second["seatUid"]
    shown = caller.data(f"/v2/bookings/{first['uid']}")
    assert emails(shown) == ["gast1", "gast2"]
    assert "seatUid" not in shown
    assert not {"guests", "bookingFieldsResponses"} & set(shown)
    one = shown["attendees"][0]
    assert (one["seatUid"], one["metadata"]) == (first["seatUid"], {"call": "c1"})
    assert one["bookingFieldsResponses"] == {"notes": "neu hier", "name": "Gast 1"}


def test_a_slot_stays_while_seats_remain_and_counts_them(caller: Caller) -> None:
    empty = {"start": "2026-11-24T09:00:00.000Z", "seatsBooked": 0, "seatsRemaining": 4, "seatsTotal": 4}
    assert slot(caller) == empty
    uid = seat(caller, 1)["uid"]
    assert slot(caller) == empty | {"seatsBooked": 1, "seatsRemaining": 3, "bookingUid": uid}
    for number in (2, 3, 4):
        seat(caller, number)
    assert slot(caller) == {}
    full = caller.try_book(COURSE, attendee=person(5))
    assert refusal(full) == (409, "No more seats left at this seated booking.")
    assert full.json()["error"]["code"] == "ConflictException"


def test_a_full_time_is_not_offered_for_another_hosts_sake(caller: Caller) -> None:
    caller.control("POST", "world", {"do": "changeEventType", "id": 2001, "set": {"seatsPerTimeSlot": 2}})
    noon = "2026-11-24T11:00:00Z"
    uids = {caller.book(2001, noon, attendee=person(number))["uid"] for number in (1, 2)}
    assert len(uids) == 1
    assert slot(caller, "2026-11-24T11:00:00.000Z", 2001) == {}
    assert caller.try_book(2001, noon, attendee=person(3)).status_code == 409


def test_a_range_of_seats_ends_where_the_booking_does(caller: Caller) -> None:
    days = caller.data(f"/v2/slots?eventTypeId={COURSE}&start=2026-11-24&end=2026-11-24&format=range")
    assert days["2026-11-24"][0] == {
        "start": "2026-11-24T08:00:00.000Z",
        "end": "2026-11-24T09:00:00.000Z",
        "seatsBooked": 0,
        "seatsRemaining": 4,
        "seatsTotal": 4,
    }


def test_a_shared_time_is_taken_for_everything_else(caller: Caller) -> None:
    seat(caller, 1)
    assert refusal(caller.try_book(1001))[0] == 400
    assert slot(caller, "2026-11-24T09:30:00.000Z", 1001) == {}
    assert refusal(caller.try_book(COURSE, "2026-11-24T09:30:00Z", attendee=person(2)))[0] == 400


def test_nobody_sits_twice(caller: Caller) -> None:
    seat(caller, 1)
    again = caller.try_book(COURSE, attendee=person(1))
    assert (again.status_code, again.json()) == (
        409,
        {"statusCode": 409, "message": "already_signed_up_for_this_booking_error"},
    )


def test_a_seat_is_not_to_be_had_in_the_past(caller: Caller) -> None:
    seat(caller, 1)
    caller.clock.advance(2 * 86_400)
    late = caller.try_book(COURSE, attendee=person(2))
    assert refusal(late) == (400, "Attempting to book a meeting in the past.")


def test_who_may_not_see_the_others_sees_only_that_there_is_a_booking(caller: Caller) -> None:
    first, second = seat(caller, 1), seat(caller, 2, key=None)
    assert second["attendees"] == []
    assert caller.data(f"/v2/bookings/{first['uid']}", key=None)["attendees"] == []
    assert emails(caller.data("/v2/bookings?bookingUid=" + first["uid"])[0]) == ["gast1", "gast2"]


def test_a_booking_is_found_by_its_seat(caller: Caller) -> None:
    first, second = seat(caller, 1), seat(caller, 2)
    path = f"/v2/bookings/by-seat/{second['seatUid']}"
    assert emails(caller.data(path)) == ["gast1", "gast2"]
    assert emails(caller.data(path, key=None)) == ["gast2"]
    leave(caller, first["uid"], second["seatUid"])
    assert refusal(caller.get(path)) == (
        404,
        f"Booking with seatUid={second['seatUid']} was not found in the database",
    )


def test_one_seat_is_cancelled_and_the_last_one_ends_the_booking(caller: Caller) -> None:
    first, second = seat(caller, 1), seat(caller, 2)
    left = leave(caller, first["uid"], first["seatUid"], key=None)
    assert (left.status_code, left.json()["data"]["status"]) == (200, "accepted")
    assert emails(caller.data(f"/v2/bookings/{first['uid']}")) == ["gast2"]
    assert slot(caller)["seatsRemaining"] == 3
    last = leave(caller, first["uid"], second["seatUid"]).json()["data"]
    assert (last["status"], last["cancellationReason"]) == ("cancelled", "krank")
    assert "bookingUid" not in slot(caller)


def test_a_cancelled_seated_booking_keeps_its_people_in_the_newer_version(caller: Caller) -> None:
    one = seat(caller, 1)
    leave(caller, one["uid"], one["seatUid"])
    assert caller.data(f"/v2/bookings/{one['uid']}")["attendees"] == []
    assert emails(caller.data(f"/v2/bookings/{one['uid']}", version="2026-02-25")) == ["gast1"]


def test_seats_that_cannot_be_cancelled(caller: Caller) -> None:
    first, other = seat(caller, 1), seat(caller, 2, ELEVEN)
    uid = first["uid"]
    gone = (400, "Invalid seatUid: this seat does not exist or has already been cancelled.")
    assert refusal(leave(caller, uid, "nothing")) == gone
    assert refusal(leave(caller, uid, other["seatUid"])) == (
        400,
        "Invalid seatUid: this seat does not belong to this booking.",
    )
    silent = caller.post(f"/v2/bookings/{uid}/cancel", {"seatUid": first["seatUid"]})
    assert silent.json() == {
        "statusCode": 400,
        "message": "Cancellation reason is required when you are the host",
    }
    leave(caller, uid, first["seatUid"])
    assert refusal(leave(caller, uid, first["seatUid"]))[1].startswith(f"Can't cancel booking with uid={uid}")
    subsequent = {"seatUid": other["seatUid"], "cancelSubsequentBookings": True}
    assert refusal(caller.post(f"/v2/bookings/{other['uid']}/cancel", subsequent))[1] == (
        "cancelSubsequentBookings property is wrong,property cancelSubsequentBookings should not exist "
    )


def test_only_a_host_cancels_all_seats_at_once(caller: Caller) -> None:
    uid = seat(caller, 1)["uid"]
    seat(caller, 2)
    stranger = caller.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "krank"}, key=None)
    assert (stranger.status_code, stranger.json()["message"]) == (
        401,
        "User not a host of this event or an admin of the booking user",
    )
    answer = caller.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "krank"})
    assert answer.json()["data"]["status"] == "cancelled"


def test_a_seat_moves_alone_and_the_others_stay(caller: Caller) -> None:
    first, second = seat(caller, 1), seat(caller, 2)
    moved = move(caller, first["uid"], second["seatUid"]).json()["data"]
    assert (moved["start"], emails(moved)) == ("2026-11-24T10:00:00.000Z", ["gast2"])
    assert moved["uid"] != first["uid"]
    assert moved["seatUid"] == moved["attendees"][0]["seatUid"] != second["seatUid"]
    assert moved["rescheduledFromUid"] == first["uid"]
    stays = caller.data(f"/v2/bookings/{first['uid']}")
    assert (stays["status"], emails(stays)) == ("accepted", ["gast1"])


def test_a_seat_that_joins_others_keeps_its_uid(caller: Caller) -> None:
    first, there = seat(caller, 1), seat(caller, 2, ELEVEN)
    moved = move(caller, first["uid"], first["seatUid"]).json()["data"]
    assert (moved["uid"], moved["seatUid"]) == (there["uid"], first["seatUid"])
    assert emails(moved) == ["gast2", "gast1"]
    assert caller.data(f"/v2/bookings/{first['uid']}")["status"] == "cancelled"
    assert emails(caller.data(f"/v2/bookings/by-seat/{first['seatUid']}")) == ["gast2", "gast1"]


def test_the_world_is_told_which_seat_moved_and_from_where(caller: Caller) -> None:
    first, there = seat(caller, 1), seat(caller, 2, ELEVEN)
    told: list[dict[str, Any]] = []
    world, now = caller.app.world, caller.clock.now()

    def listen(trigger: str, booking: Booking, extra: dict[str, Any]) -> None:
        told.append(event_document(world, trigger, booking, extra, now))

    world.listener = listen
    move(caller, first["uid"], first["seatUid"])
    ((trigger, payload),) = [(document["triggerEvent"], document["payload"]) for document in told]
    assert (trigger, payload["uid"]) == ("BOOKING_RESCHEDULED", there["uid"])
    assert (payload["rescheduleUid"], payload["attendeeSeatId"]) == (first["uid"], first["seatUid"])
    assert payload["rescheduleStartTime"].startswith("2026-11-24T09:00:00")


def test_a_seat_too_may_lose_the_race(caller: Caller) -> None:
    one = seat(caller, 1)
    lost = move(caller, one["uid"], one["seatUid"], headers={"X-Sandbox-Fault": "race409"})
    assert lost.json() == {"statusCode": 409, "message": "booking_conflict_error"}
    assert emails(caller.data(f"/v2/bookings/{one['uid']}")) == ["gast1"]


def test_a_lone_seat_moves_into_its_own_time(caller: Caller) -> None:
    one = seat(caller, 1)
    assert move(caller, one["uid"], one["seatUid"], "2026-11-24T09:30:00Z").status_code == 201


def test_seats_that_cannot_be_moved(caller: Caller) -> None:
    first = seat(caller, 1)
    uid, seat_uid = first["uid"], first["seatUid"]
    other = seat(caller, 2, ELEVEN)
    for number in (3, 4, 5):
        seat(caller, number, ELEVEN)
    assert move(caller, uid, seat_uid).json() == {"statusCode": 409, "message": "booking_seats_full_error"}
    assert move(caller, uid, seat_uid, TUESDAY_TEN).json()["message"] == (
        "already_signed_up_for_this_booking_error"
    )
    assert refusal(move(caller, uid, "nothing")) == (404, "Seat with uid=nothing does not exist.")
    assert refusal(move(caller, uid, other["seatUid"])) == (
        404,
        (
            f"Attendee with e-mail gast2@example.org for booking with uid={uid} and "
            f"seatUid={other['seatUid']} not found"
        ),
    )
    assert refusal(move(caller, "nothing", seat_uid))[0] == 404
    whole = caller.post(f"/v2/bookings/{uid}/reschedule", {"start": ELEVEN})
    assert refusal(whole)[1].startswith(f"Booking with uid={uid} is a seated booking which means")
    reason = caller.post(
        f"/v2/bookings/{uid}/reschedule",
        {"start": ELEVEN, "seatUid": seat_uid, "reschedulingReason": "Zug"},
    )
    assert refusal(reason)[1] == (
        "reschedulingReason property is wrong,property reschedulingReason should not exist "
    )


@pytest.mark.parametrize("path", ["reschedule", "cancel"])
def test_a_seat_is_named_by_a_text(caller: Caller, path: str) -> None:
    uid = seat(caller, 1)["uid"]
    answer = caller.post(f"/v2/bookings/{uid}/{path}", {"start": ELEVEN, "seatUid": 5})
    assert "seatUid property is wrong,seatUid must be a string " in refusal(answer)[1]


def test_a_series_of_seats_is_joined_occurrence_by_occurrence(caller: Caller) -> None:
    evening = "2026-11-24T17:00:00Z"
    made = caller.try_book(SHARED, evening, attendee=person(1), recurrenceCount=2).json()["data"]
    later = caller.try_book(SHARED, evening, attendee=person(2), key=None).json()["data"]
    assert [one["start"][:10] for one in later] == ["2026-11-24", "2026-12-08", "2026-12-22"]
    assert [one["uid"] for one in made] == [one["uid"] for one in later[:2]]
    assert len({one["seatUid"] for one in made + later}) == 5
    assert [emails(one) for one in later] == [["gast1", "gast2"], ["gast1", "gast2"], ["gast2"]]
    assert later[0]["recurringBookingUid"] == made[0]["recurringBookingUid"]


def test_a_series_of_seats_that_is_refused_keeps_the_seats_before(caller: Caller) -> None:
    evening = "2026-11-24T17:00:00Z"
    caller.try_book(SHARED, evening, attendee=person(1), recurrenceCount=1)
    for number in (2, 3, 4):
        caller.try_book(SHARED, "2026-12-08T17:00:00Z", attendee=person(number), recurrenceCount=1)
    refused = caller.try_book(SHARED, evening, attendee=person(5), recurrenceCount=2)
    assert refusal(refused)[0] == 409
    listed = caller.data("/v2/bookings?eventTypeId=1012&sortStart=asc")
    assert [emails(one) for one in listed] == [["gast1", "gast5"], ["gast2", "gast3", "gast4"]]


def test_seats_of_the_data_file_are_shared_too(caller: Caller) -> None:
    order = {"do": "addBookings", "eventTypeId": COURSE, "start": "+1d 10:00", "count": 2, "everyMinutes": 0}
    caller.control("POST", "world", order)
    assert slot(caller)["seatsBooked"] == 2
    (shared,) = caller.data(f"/v2/bookings?eventTypeId={COURSE}")
    assert emails(shared) == ["gast1", "gast2"]
