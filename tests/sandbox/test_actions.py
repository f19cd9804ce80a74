"""What is done to a booking that exists: absences, hosts, place, people; and what a team sees."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.calling import ATTENDEE, TUESDAY_TEN, Caller, refusal

LEA, TIAGO = 102, 103
LEAS_KEY = "cal_test_lea"
NOON = "2026-11-24T11:00:00Z"
GUEST = {"email": "gast@example.org"}


def act(caller: Caller, uid: str, what: str, body: Any = None, **more: Any) -> httpx.Response:
    return caller.post(f"/v2/bookings/{uid}/{what}", body, **more)


def done(caller: Caller, uid: str, what: str, body: Any = None, **more: Any) -> dict[str, Any]:
    answer = act(caller, uid, what, body, **more)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def broken(answer: httpx.Response) -> str:
    """Return the property the global pipe complains of."""
    assert refusal(answer) == (400, "Bad Request Exception")
    found: str = answer.json()["error"]["details"]["errors"][0]["property"]
    return found


def test_nobody_is_absent_before_it_begins(caller: Caller) -> None:
    uid = caller.book()["uid"]
    assert refusal(act(caller, uid, "mark-absent", {"host": True})) == (
        400,
        (
            "Bookings can only be marked as absent after their scheduled start time. Current time in UTC+0: "
            "2026-11-23T08:00:00.000Z, Booking start time in UTC+0: 2026-11-24T09:00:00.000Z"
        ),
    )


def test_hosts_and_attendees_are_marked_absent_and_present_again(caller: Caller) -> None:
    uid = caller.book()["uid"]
    caller.clock.advance(86_400 + 3_600)
    people = [{"email": ATTENDEE["email"], "absent": True}, {"email": "wer@example.org", "absent": True}]
    marked = done(caller, uid, "mark-absent", {"host": True, "attendees": people})
    assert (marked["absentHost"], marked["attendees"][0]["absent"]) == (True, True)
    back = done(caller, uid, "mark-absent", {"attendees": [{"email": ATTENDEE["email"], "absent": False}]})
    assert (back["absentHost"], back["attendees"][0]["absent"]) == (True, False)
    assert done(caller, uid, "mark-absent", {"host": False, "other": 1})["absentHost"] is False


def test_absences_of_a_seated_booking_are_answered_in_the_plain_shape(caller: Caller) -> None:
    uid = caller.book(1010)["uid"]
    caller.clock.advance(2 * 86_400)
    marked = done(caller, uid, "mark-absent", {"attendees": [{"email": ATTENDEE["email"], "absent": True}]})
    assert marked["attendees"][0]["absent"] is True
    assert "bookingFieldsResponses" in marked
    assert caller.data(f"/v2/bookings/{uid}")["attendees"][0]["absent"] is True


def test_strangers_mark_nobody(caller: Caller) -> None:
    uid = caller.book()["uid"]
    caller.clock.advance(2 * 86_400)
    body = {"attendees": [{"email": ATTENDEE["email"], "absent": True}]}
    stranger = act(caller, uid, "mark-absent", body, key=LEAS_KEY)
    assert stranger.json() == {"statusCode": 500, "message": "Failed to update no-show status"}
    assert refusal(act(caller, uid, "mark-absent", body, key=None))[0] == 401
    assert refusal(act(caller, "nothing", "mark-absent", body)) == (
        404,
        "Booking with uid=nothing not found.",
    )


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"host": "yes"}, "host"),
        ({"attendees": []}, "attendees"),
        ({"attendees": "all"}, "attendees"),
        ({"attendees": ["a@example.org"]}, "attendees"),
        ({"attendees": [{"email": "a@example.org"}]}, "attendees"),
    ],
)
def test_malformed_absences(caller: Caller, body: dict[str, Any], named: str) -> None:
    assert broken(act(caller, caller.book()["uid"], "mark-absent", body)) == named


def test_a_round_robin_booking_gets_another_host(caller: Caller) -> None:
    booking = caller.book(2001, NOON)
    assert booking["hosts"][0]["id"] == LEA
    uid = booking["uid"]
    answer = done(caller, uid, "reassign")
    assert answer == {
        "bookingUid": uid,
        "reassignedTo": {
            "id": TIAGO,
            "name": "Tiago Exemplo",
            "email": "tiago.exemplo@example.org",
            "displayEmail": "tiago.exemplo@example.org",
        },
    }
    shown = caller.data(f"/v2/bookings/{uid}")
    assert (shown["hosts"][0]["id"], shown["title"]) == (
        TIAGO,
        "Haarschnitt im Team between Tiago Exemplo and Erika Muster",
    )
    other = {**ATTENDEE, "email": "gast@example.org"}
    assert caller.book(2001, NOON, attendee=other)["hosts"][0]["id"] == LEA
    assert refusal(act(caller, uid, "reassign")) == (
        400,
        "Can't reassign the booking because no other host is available at that time.",
    )


def test_a_round_robin_booking_is_given_to_a_certain_host(caller: Caller) -> None:
    uid = caller.book(2001, NOON, bookingFieldsResponses={"title": "Haare"})["uid"]
    assert done(caller, uid, f"reassign/{TIAGO}", {"reason": "krank"})["reassignedTo"]["id"] == TIAGO
    assert caller.data(f"/v2/bookings/{uid}")["title"] == "Haare"
    assert refusal(act(caller, uid, "reassign/101"))[1].startswith(
        "User with id=101 is not a valid Round Robin"
    )
    assert refusal(act(caller, uid, "reassign/999")) == (
        404,
        "User with id=999 was not found in the database",
    )
    assert refusal(act(caller, uid, "reassign/lea"))[0] == 400
    assert broken(act(caller, uid, f"reassign/{LEA}", {"reason": 5})) == "reason"


@pytest.mark.parametrize("event_type", [1001, 2002])
def test_only_round_robin_bookings_have_other_hosts(caller: Caller, event_type: int) -> None:
    uid = caller.book(event_type, NOON)["uid"]
    assert refusal(act(caller, uid, "reassign"))[0] == 400
    assert refusal(act(caller, uid, f"reassign/{LEA}"))[0] == 400


def test_a_cancelled_booking_keeps_its_host(caller: Caller) -> None:
    uid = caller.book(2001, NOON)["uid"]
    done(caller, uid, "cancel", {"cancellationReason": "krank"}, key=LEAS_KEY)
    assert refusal(act(caller, uid, "reassign"))[0] == 400


def test_who_may_not_reassign(caller: Caller) -> None:
    uid = caller.book(1001)["uid"]
    assert refusal(act(caller, uid, "reassign", key=LEAS_KEY)) == (
        403,
        "You do not have permission to reassign this booking",
    )
    assert refusal(act(caller, "nothing", "reassign"))[0] == 404


def test_round_robin_is_fair(caller: Caller) -> None:
    hosts = [caller.book(2001, f"2026-11-{day}T11:00:00Z")["hosts"][0]["id"] for day in (24, 25, 26, 27, 30)]
    assert sorted((hosts.count(LEA), hosts.count(TIAGO))) == [2, 3]


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ({"type": "address", "address": "Nebenstraße 2, 10115 Berlin"}, "Nebenstraße 2, 10115 Berlin"),
        ({"type": "link", "link": "https://example.org/raum"}, "https://example.org/raum"),
        ({"type": "attendeePhone", "phone": "+493023125009"}, "+493023125009"),
        ({"type": "attendeeDefined", "location": "im Park"}, "im Park"),
    ],
)
def test_a_booking_moves_to_another_place(caller: Caller, location: dict[str, str], shown: str) -> None:
    uid = caller.book()["uid"]
    answer = caller.send("PATCH", f"/v2/bookings/{uid}/location", json={"location": location})
    assert (answer.status_code, answer.json()["data"]["location"]) == (200, shown)
    assert caller.data(f"/v2/bookings/{uid}")["meetingUrl"] == shown


def test_places_that_are_refused(caller: Caller) -> None:
    booking = caller.book()
    path = f"/v2/bookings/{booking['uid']}/location"
    assert caller.send("PATCH", path, json={}).json()["data"] == booking
    assert broken(caller.send("PATCH", path, json={"location": "hier"})) == "location"
    assert (
        broken(caller.send("PATCH", path, json={"location": {"type": "organizersDefaultApp"}})) == "location"
    )
    assert refusal(caller.send("PATCH", path, json={"location": {"type": "address"}})) == (
        400,
        "Missing or invalid location value for type: address",
    )
    body = {"location": {"type": "address", "address": "hier"}}
    assert refusal(caller.send("PATCH", path, json=body, key=LEAS_KEY))[0] == 403
    assert refusal(caller.send("PATCH", path, json=body, version="2026-02-25")) == (
        404,
        f"Cannot PATCH {path}",
    )
    unknown = caller.send("PATCH", "/v2/bookings/nothing/location", json=body)
    assert refusal(unknown) == (404, "Booking with uid=nothing not found")


def test_guests_become_attendees(caller: Caller) -> None:
    uid = caller.book()["uid"]
    named = {"email": "zwei@example.org", "name": "Zwei", "timeZone": "Europe/Lisbon", "language": "pt"}
    shown = done(caller, uid, "guests", {"guests": [GUEST, named, GUEST, {"email": ATTENDEE["email"]}]})
    assert shown["guests"] == ["gast@example.org", "zwei@example.org"]
    assert [found["email"] for found in shown["attendees"]] == [ATTENDEE["email"], *shown["guests"]]
    assert (shown["attendees"][1]["name"], shown["attendees"][1]["timeZone"]) == ("", "Europe/Berlin")
    assert (shown["attendees"][2]["name"], shown["attendees"][2]["language"]) == ("Zwei", "pt")
    assert shown["bookingFieldsResponses"]["guests"] == shown["guests"]


def test_guests_that_are_refused(caller: Caller) -> None:
    uid = caller.book()["uid"]
    many = [{"email": f"gast{number}@example.org"} for number in range(31)]
    assert broken(act(caller, uid, "guests", {"guests": many[:11]})) == "guests"
    assert broken(act(caller, uid, "guests", {"guests": []})) == "guests"
    assert broken(act(caller, uid, "guests", {"guests": ["a@example.org"]})) == "email"
    assert broken(act(caller, uid, "guests", {"guests": [{**GUEST, "timeZone": "Berlin"}]})) == "timeZone"
    again = act(caller, uid, "guests", {"guests": [{"email": ATTENDEE["email"]}]})
    assert (refusal(again), again.json()["error"]["code"]) == (
        (400, "emails_must_be_unique_valid"),
        "TRPCError",
    )
    for first in (0, 10, 20):
        act(caller, uid, "guests", {"guests": many[first : first + 9]})
    assert refusal(act(caller, uid, "guests", {"guests": many[9:12]}))[1] == (
        "Cannot add 3 guests. This booking already has 28 attendees. Maximum total guests allowed is 30. You "
        "can add up to 2 more guests."
    )
    assert refusal(act(caller, uid, "guests", {"guests": [GUEST]}, key=LEAS_KEY)) == (
        403,
        "you_do_not_have_permission",
    )
    assert refusal(act(caller, "nothing", "guests", {"guests": [GUEST]}))[0] == 404


def test_an_event_type_without_guests(caller: Caller) -> None:
    caller.control("POST", "world", {"do": "changeEventType", "id": 1001, "set": {"disableGuests": True}})
    uid = caller.book()["uid"]
    refused = refusal(act(caller, uid, "guests", {"guests": [GUEST]}))
    assert refused[1].startswith("Cannot add guests to this booking. The guests field is disabled")


def test_an_attendee_may_bring_guests(caller: Caller) -> None:
    uid = caller.book(attendee={**ATTENDEE, "email": "lea.muster@example.org"})["uid"]
    assert done(caller, uid, "guests", {"guests": [GUEST]}, key=LEAS_KEY)["guests"] == ["gast@example.org"]


def test_attendees_are_listed_added_and_shown(caller: Caller) -> None:
    booking = caller.book()
    uid, path = booking["uid"], f"/v2/bookings/{booking['uid']}/attendees"
    (first,) = caller.data(path)
    assert first["email"] == ATTENDEE["email"]
    body = {
        "name": "Zwei",
        "email": "zwei@example.org",
        "timeZone": "Europe/Berlin",
        "phoneNumber": "+493023125008",
    }
    answer = act(caller, uid, "attendees", body)
    added = answer.json()["data"]
    assert (answer.status_code, added["bookingId"]) == (201, booking["id"])
    assert added["id"] != first["id"]
    assert [found["id"] for found in caller.data(path, version="2026-02-25")] == [first["id"], added["id"]]
    one = caller.data(f"{path}/{added['id']}")
    assert one == {name: value for name, value in added.items() if name != "bookingId"}


def test_attendees_that_are_refused(caller: Caller) -> None:
    uid = caller.book()["uid"]
    path = f"/v2/bookings/{uid}/attendees"
    body = {"name": "Zwei", "email": "zwei@example.org", "timeZone": "Europe/Berlin"}
    for name in body:
        assert broken(act(caller, uid, "attendees", {**body, name: None})) == name
    assert refusal(caller.get(f"{path}/1")) == (404, f"Attendee with id 1 not found in booking {uid}")
    assert refusal(caller.get(f"{path}/one"))[0] == 400
    no_access = f"BookingPbacGuard - user with id={LEA} does not have access to booking with uid={uid}"
    assert refusal(caller.get(path, key=LEAS_KEY)) == (403, no_access)
    assert refusal(act(caller, uid, "attendees", body, key=LEAS_KEY)) == (403, no_access)
    assert refusal(caller.get("/v2/bookings/nothing/attendees"))[0] == 403


def test_a_moved_booking_has_attendees_of_its_own(caller: Caller) -> None:
    uid = caller.book()["uid"]
    moved = act(caller, uid, "reschedule", {"start": NOON}).json()["data"]["uid"]
    ids = [caller.data(f"/v2/bookings/{one}/attendees")[0]["id"] for one in (uid, moved)]
    assert ids[0] != ids[1]


def test_an_instant_booking_waits_for_a_host(caller: Caller) -> None:
    booking = caller.book(2001, NOON, instant=True)
    assert (booking["status"], booking["hosts"]) == ("awaiting_host", [])
    assert booking["title"] == "Haarschnitt im Team between Team Sonnenschein and Erika Muster"
    uid = booking["uid"]
    assert caller.data(f"/v2/bookings/{uid}") == booking
    assert refusal(act(caller, uid, "reschedule", {"start": TUESDAY_TEN}))[0] == 400
    assert refusal(act(caller, uid, "confirm"))[0] == 400
    assert refusal(act(caller, uid, "reassign"))[0] == 400
    assert refusal(act(caller, uid, "guests", {"guests": [GUEST]}))[0] == 403
    gone = act(caller, uid, "cancel", {"cancellationReason": "krank"})
    assert gone.json() == {"statusCode": 400, "message": "User not found"}
    assert {host["id"] for host in caller.book(2001, NOON)["hosts"]} == {LEA}


def test_instant_bookings_are_a_teams(caller: Caller) -> None:
    assert refusal(caller.try_book(1001, instant=True)) == (
        400,
        "Instant bookings are only supported for team event types, not individual user event types.",
    )


def test_a_managed_parent_has_no_slots_and_its_children_are_bookable(caller: Caller) -> None:
    assert caller.slots("eventTypeId=2003&start=2026-11-24&end=2026-11-25") == []
    assert refusal(caller.try_book(2003))[1].startswith("Event type with id=2003 is the parent managed")
    assert caller.data("/v2/event-types/1201", key=LEAS_KEY)["slug"] == "stammkunden"
    assert caller.book(1201, NOON)["hosts"][0]["id"] == LEA


def test_an_event_type_without_hosts_is_not_bookable(caller: Caller) -> None:
    assert refusal(caller.try_book(2004)) == (
        422,
        (
            "Can't book this team event type because it has no hosts. Please, add at least 1 host to event "
            "type with id=2004 belonging to team with id=201 and try again."
        ),
    )


def test_a_team_lists_what_its_people_host_and_what_managed_children_book(caller: Caller) -> None:
    mine = caller.book(2001, NOON)
    child = caller.book(1201, "2026-11-25T11:00:00Z")
    caller.book(1001)
    path = "/v2/teams/201/bookings"
    assert [one["uid"] for one in caller.data(path)] == [mine["uid"], child["uid"]]
    listed = caller.get(f"{path}?take=1&sortStart=desc&eventTypeIds=2001,1201").json()
    assert [one["uid"] for one in listed["data"]] == [child["uid"]]
    assert (listed["pagination"]["totalItems"], listed["pagination"]["hasNextPage"]) == (2, True)
    assert caller.data(f"{path}?attendeeEmail=nobody@example.org") == []
    assert refusal(caller.get("/v2/teams/9/bookings"))[0] == 404
    assert refusal(caller.get(path, key=None))[0] == 401


def test_another_attendee_finds_a_booking_by_his_name_and_address(caller: Caller) -> None:
    uid = caller.book()["uid"]
    done(caller, uid, "guests", {"guests": [{**GUEST, "name": "Gast"}]})
    assert caller.data("/v2/bookings?attendeeEmail=gast@example.org")[0]["uid"] == uid
    assert caller.data("/v2/bookings?attendeeName=Gast")[0]["uid"] == uid


def test_only_people_of_a_booking_decide_about_it(caller: Caller) -> None:
    uid = caller.book(1005)["uid"]
    stranger = act(caller, uid, "decline", {"reason": "nein"}, key=LEAS_KEY)
    assert refusal(stranger) == (401, "User is not authorized to confirm this booking")
    assert stranger.json()["error"] == {
        "code": "TRPCError",
        "message": "User is not authorized to confirm this booking",
    }
    assert broken(act(caller, uid, "decline", {"reason": 5})) == "reason"
    assert done(caller, uid, "decline")["status"] == "rejected"
    assert refusal(act(caller, uid, "decline")) == (400, "Booking already confirmed")


def test_the_world_is_told_of_everything(caller: Caller) -> None:
    told: list[tuple[str, str]] = []
    caller.app.world.listener = lambda trigger, booking, _: told.append((trigger, booking.uid))
    first = caller.book()["uid"]
    second = act(caller, first, "reschedule", {"start": NOON}).json()["data"]["uid"]
    done(caller, second, "cancel", {"cancellationReason": "krank"})
    waiting = caller.book(1005)["uid"]
    done(caller, waiting, "confirm")
    again = act(caller, waiting, "reschedule", {"start": NOON}).json()["data"]["uid"]
    done(caller, again, "decline")
    caller.book(2001, NOON, instant=True)
    seats = [caller.book(1010, attendee={**ATTENDEE, "email": f"{n}@example.org"}) for n in (1, 2)]
    done(caller, seats[0]["uid"], "cancel", {"seatUid": seats[0]["seatUid"], "cancellationReason": "krank"})
    caller.clock.advance(2 * 86_400)
    done(caller, second, "mark-absent", {"host": True})
    assert [trigger for trigger, _ in told] == [
        "BOOKING_CREATED",
        "BOOKING_RESCHEDULED",
        "BOOKING_CANCELLED",
        "BOOKING_REQUESTED",
        "BOOKING_CREATED",
        "BOOKING_REQUESTED",
        "BOOKING_REJECTED",
        "INSTANT_MEETING",
        "BOOKING_CREATED",
        "BOOKING_CREATED",
        "BOOKING_CANCELLED",
        "BOOKING_NO_SHOW_UPDATED",
    ]
    assert [uid for _, uid in told[:6]] == [first, second, second, waiting, waiting, again]
