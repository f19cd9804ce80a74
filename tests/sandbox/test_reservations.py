"""Slot reservations as a caller sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from support.calling import ATTENDEE, TUESDAY_TEN, Caller, refusal
from support.worlds import caller_of

DAY = "start=2026-11-24&end=2026-11-24"
TEN = "2026-11-24T09:00:00.000Z"
PATH = "/v2/slots/reservations"
TAKEN = "This time slot is already reserved by another user. Please choose a different time."


def try_reserve(
    caller: Caller, event_type: int = 1001, start: str = TUESDAY_TEN, **more: Any
) -> httpx.Response:
    asked = {"key": more.pop("key")} if "key" in more else {}
    return caller.post(PATH, {"eventTypeId": event_type, "slotStart": start, **more}, **asked)


def reserve(caller: Caller, event_type: int = 1001, start: str = TUESDAY_TEN, **more: Any) -> dict[str, Any]:
    answer = try_reserve(caller, event_type, start, **more)
    assert answer.status_code == 201, answer.text
    reservation: dict[str, Any] = answer.json()["data"]
    return reservation


def test_a_reservation_says_what_it_holds_and_until_when(caller: Caller) -> None:
    made = reserve(caller, key=None)
    uid = made.pop("reservationUid")
    assert len(uid) == 36
    assert made == {
        "eventTypeId": 1001,
        "slotStart": TEN,
        "slotEnd": "2026-11-24T09:30:00.000Z",
        "slotDuration": 30,
        "reservationDuration": 5,
        "reservationUntil": "2026-11-23T08:05:00.000Z",
    }
    shown = caller.data(f"{PATH}/{uid}", key=None)
    assert shown["reservationUid"] == uid
    assert "reservationDuration" not in shown


def test_a_live_reservation_hides_the_slot_from_everyone_until_it_ends(caller: Caller) -> None:
    reserve(caller)
    assert TEN not in caller.slots(f"eventTypeId=1001&{DAY}")
    assert "2026-11-24T09:30:00.000Z" in caller.slots(f"eventTypeId=1001&{DAY}")
    caller.clock.advance(timedelta(minutes=5).total_seconds())
    assert TEN in caller.slots(f"eventTypeId=1001&{DAY}")


def test_a_reservation_takes_the_slot_from_the_hosts_other_event_types_too(caller: Caller) -> None:
    reserve(caller)
    beard = caller.slots(f"eventTypeId=1004&{DAY}")
    assert not {TEN, "2026-11-24T09:15:00.000Z"} & set(beard)
    assert "2026-11-24T09:30:00.000Z" in beard
    assert TEN not in caller.slots(f"eventTypeId=1002&{DAY}")  # 45 minutes would run into it


def test_nobody_who_books_asks_for_reservations(caller: Caller) -> None:
    uid = reserve(caller)["reservationUid"]
    caller.book(1001, TUESDAY_TEN)
    assert caller.data(f"{PATH}/{uid}")["slotStart"] == TEN  # the booking does not consume it


def test_the_reserver_gives_it_back_and_the_slot_is_there_again(caller: Caller) -> None:
    uid = reserve(caller)["reservationUid"]
    released = caller.send("DELETE", f"{PATH}/{uid}", key=None)
    assert (released.status_code, released.json()) == (200, {"status": "success"})
    assert TEN in caller.slots(f"eventTypeId=1001&{DAY}")
    assert caller.data(f"{PATH}/{uid}") is None
    assert caller.send("DELETE", f"{PATH}/{uid}", key=None).status_code == 200


def test_an_expired_reservation_is_shown_until_somebody_asks_for_slots(caller: Caller) -> None:
    uid = reserve(caller)["reservationUid"]
    caller.clock.advance(301)
    assert caller.data(f"{PATH}/{uid}")["reservationUid"] == uid
    caller.slots(f"eventTypeId=1002&{DAY}")
    assert caller.data(f"{PATH}/{uid}") is not None
    caller.slots(f"eventTypeId=1001&{DAY}")
    assert caller.data(f"{PATH}/{uid}") is None


def test_a_second_reservation_of_the_time_is_refused_until_the_first_ends(caller: Caller) -> None:
    reserve(caller)
    assert refusal(try_reserve(caller)) == (422, TAKEN)
    assert refusal(try_reserve(caller, start="2026-11-24T09:15:00Z")) == (422, TAKEN)
    assert try_reserve(caller, start="2026-11-24T09:30:00Z").status_code == 201
    assert try_reserve(caller, 1002).status_code == 201  # only its own event type is asked
    caller.clock.advance(300)
    assert try_reserve(caller).status_code == 201


def test_a_booked_time_cannot_be_reserved_for_its_event_type(caller: Caller) -> None:
    uid = caller.book(1001, TUESDAY_TEN)["uid"]
    assert refusal(try_reserve(caller)) == (422, "Can't reserve a slot if the event is already booked.")
    assert try_reserve(caller, 1002).status_code == 201
    caller.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "verhindert"})
    assert try_reserve(caller).status_code == 201


def test_closed_hours_can_be_reserved(caller: Caller) -> None:
    assert try_reserve(caller, start="2026-11-24T02:00:00Z").status_code == 201


def test_only_known_people_choose_how_long(caller: Caller) -> None:
    made = reserve(caller, reservationDuration=20)
    assert (made["reservationDuration"], made["reservationUntil"]) == (20, "2026-11-23T08:20:00.000Z")
    status, text = refusal(try_reserve(caller, start="2026-11-24T10:00:00Z", reservationDuration=9, key=None))
    assert (status, text[:74]) == (
        401,
        "reservationDuration can only be used for authenticated requests - use acce",
    )
    colleague = try_reserve(caller, 1101, reservationDuration=9, key="cal_test_lea")
    assert colleague.status_code == 201  # lea and tiago are of one team
    member = try_reserve(caller, 2001, reservationDuration=9, key="cal_test_lea")
    assert member.status_code == 201


STRANGERS = """
users:
  - id: 1
    username: ida
    name: Ida
    email: ida@example.org
    timeZone: Europe/Berlin
    schedules:
      - id: 1
        name: Woche
        timeZone: Europe/Berlin
        availability: [{days: [Tuesday], startTime: "09:00", endTime: "12:00"}]
    eventTypes:
      - {id: 1, slug: kurs, title: Kurs, lengthInMinutes: 60, seatsPerTimeSlot: 2}
      - {id: 5, slug: einzel, title: Einzelkurs, lengthInMinutes: 60, seatsPerTimeSlot: 1}
  - {id: 2, username: jo, name: Jo, email: jo@example.org, timeZone: Europe/Berlin}
teams:
  - id: 3
    slug: leer
    name: Leer
    members: [ida]
    eventTypes: [{id: 4, slug: leer, title: Leer, lengthInMinutes: 30, schedulingType: roundRobin}]
apiKeys:
  - {key: cal_test_sandbox, user: ida}
  - {key: cal_test_jo, user: jo}
"""


def test_a_stranger_may_reserve_but_not_choose_how_long() -> None:
    caller = caller_of(STRANGERS)
    assert try_reserve(caller, 1, key="cal_test_jo").status_code == 201
    later = try_reserve(caller, 1, "2026-11-24T10:00:00Z", key="cal_test_jo", reservationDuration=9)
    assert refusal(later) == (
        403,
        (
            "authenticated user is not owner of event type, does not have memberships in common with owner "
            "of the event type, nor does belong to event type's team or org."
        ),
    )
    foreign = try_reserve(caller, 4, key="cal_test_jo", reservationDuration=9)
    assert foreign.status_code == 403


def test_a_team_without_hosts_cannot_be_reserved() -> None:
    caller = caller_of(STRANGERS)
    assert refusal(try_reserve(caller, 4, key=None)) == (
        400,
        "Cannot reserve a slot for a team event without any hosts",
    )


def test_a_seated_slot_is_reserved_while_seats_are_left() -> None:
    caller = caller_of(STRANGERS)
    caller.book(1, TUESDAY_TEN)
    assert try_reserve(caller, 1).status_code == 201  # one of two seats
    caller.book(5, "2026-11-24T10:00:00Z")
    assert refusal(try_reserve(caller, 5, "2026-11-24T10:00:00Z", key=None)) == (
        422,
        "Booking with id=5 at 2026-11-24T10:00:00Z has no more seats left.",
    )


def test_round_robin_is_booked_when_every_host_is(caller: Caller) -> None:
    noon = "2026-11-24T11:00:00Z"
    caller.book(2001, noon)
    assert try_reserve(caller, 2001, noon, key=None).status_code == 201
    caller.book(2001, noon, attendee={**ATTENDEE, "email": "zwei@example.org"})
    caller.clock.advance(300)
    assert try_reserve(caller, 2001, noon, key=None).status_code == 422


def test_a_length_is_for_event_types_of_several(caller: Caller) -> None:
    assert reserve(caller, 1003, slotDuration=120)["slotEnd"] == "2026-11-24T11:00:00.000Z"
    assert refusal(try_reserve(caller, 1001, slotDuration=30)) == (
        400,
        "You passed 'slotDuration' but this event type is not a variable length event type.",
    )
    wrong = try_reserve(caller, 1003, "2026-11-25T09:00:00Z", slotDuration=45)
    assert refusal(wrong) == (
        400,
        (
            "Provided 'slotDuration' is not one of the possible lengths for the event type. The possible "
            "lengths for this variable length event type are: 60, 90, 120"
        ),
    )


def test_a_reservation_moves_to_another_slot_and_is_held_anew(caller: Caller) -> None:
    uid = reserve(caller)["reservationUid"]
    caller.clock.advance(120)
    body = {"eventTypeId": 1002, "slotStart": "2026-11-24T12:00:00Z", "reservationDuration": 10}
    moved = caller.send("PATCH", f"{PATH}/{uid}", key=None, json=body)
    assert moved.status_code == 200
    assert moved.json()["data"] == {
        "eventTypeId": 1002,
        "slotStart": "2026-11-24T12:00:00.000Z",
        "slotEnd": "2026-11-24T12:45:00.000Z",
        "slotDuration": 45,
        "reservationUid": uid,
        "reservationDuration": 10,
        "reservationUntil": "2026-11-23T08:12:00.000Z",
    }
    assert TEN in caller.slots(f"eventTypeId=1001&{DAY}")
    assert "2026-11-24T12:00:00.000Z" not in caller.slots(f"eventTypeId=1002&{DAY}")


def test_a_live_reservation_is_in_its_own_way(caller: Caller) -> None:
    uid = reserve(caller)["reservationUid"]
    again = {"eventTypeId": 1001, "slotStart": "2026-11-24T09:15:00Z"}
    assert refusal(caller.send("PATCH", f"{PATH}/{uid}", json=again)) == (422, TAKEN)
    unknown = caller.send("PATCH", f"{PATH}/none", json=again)
    assert refusal(unknown) == (404, "Slot with uid=none not found")


def test_unknown_event_types_and_broken_bodies_are_refused(caller: Caller) -> None:
    assert refusal(try_reserve(caller, 1)) == (404, "Event Type with ID=1 not found")
    broken = caller.post(PATH, {"slotStart": "morgen", "slotDuration": "30", "guest": 1})
    assert broken.status_code == 400
    assert broken.json()["error"]["message"] == "Bad Request Exception"
    assert broken.json()["error"]["details"]["errors"] == [
        {
            "property": "eventTypeId",
            "constraints": {"isInt": "eventTypeId must be an integer number"},
            "children": [],
        },
        {
            "property": "slotStart",
            "constraints": {"isDateString": "slotStart must be a valid ISO 8601 date string"},
            "children": [],
        },
        {
            "property": "slotDuration",
            "constraints": {"isInt": "slotDuration must be an integer number"},
            "children": [],
        },
    ]
    assert try_reserve(caller, note="unknown keys are stripped").status_code == 201
    assert caller.post(PATH, ["nothing"]).status_code == 400


def test_a_bad_key_is_refused_though_none_is_needed(caller: Caller) -> None:
    assert try_reserve(caller, key="cal_unknown").status_code == 401
    assert try_reserve(caller, key="cal_test_expired").status_code == 401


@pytest.mark.parametrize("version", ["2024-08-13", None])
def test_reservations_exist_in_one_version_only(caller: Caller, version: str | None) -> None:
    answer = caller.post(PATH, {"eventTypeId": 1001, "slotStart": TUESDAY_TEN}, version=version)
    assert refusal(answer) == (404, f"Cannot POST {PATH}")


def test_a_reset_forgets_reservations(caller: Caller) -> None:
    uid = reserve(caller)["reservationUid"]
    caller.control("POST", "reset")
    assert caller.data(f"{PATH}/{uid}") is None
