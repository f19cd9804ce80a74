"""Creating bookings: the vendor's checks, texts and their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.calling import ATTENDEE, Caller, refusal
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.world.loading import parse
from askpro_cli.sandbox.world.world import World

BUSY = (400, "User either already has booking at this time or is not available")
BOUNDS = 'The event type can\'t be booked at the "start" time provided.'

NOON = "2026-11-24T11:00:00Z"


def other_attendee(number: int) -> dict[str, Any]:
    return {**ATTENDEE, "email": f"gast{number}@example.org"}


def test_a_booking_says_everything_about_itself(caller: Caller) -> None:
    booking = caller.book(
        metadata={"call": "c1", "tries": 2, "test": True},
        guests=["gast@example.org"],
        attendee={**ATTENDEE, "language": "de", "phoneNumber": "+493023125007"},
    )
    assert len(booking["uid"]) == 22
    assert booking == {
        "id": booking["id"],
        "uid": booking["uid"],
        "title": "Herrenhaarschnitt between Salon Sonnenschein and Erika Muster",
        "description": "",
        "hosts": [
            {
                "id": 101,
                "name": "Salon Sonnenschein",
                "email": "salon@example.org",
                "displayEmail": "salon@example.org",
                "username": "salon",
                "timeZone": "Europe/Berlin",
            }
        ],
        "status": "accepted",
        "cancellationReason": "",
        "cancelledByEmail": "",
        "start": "2026-11-24T09:00:00.000Z",
        "end": "2026-11-24T09:30:00.000Z",
        "duration": 30,
        "eventTypeId": 1001,
        "eventType": {"id": 1001, "slug": "herrenhaarschnitt"},
        "meetingUrl": "Musterstraße 1, 10115 Berlin",
        "location": "Musterstraße 1, 10115 Berlin",
        "absentHost": False,
        "createdAt": "2026-11-23T08:00:00.000Z",
        "updatedAt": "2026-11-23T08:00:00.000Z",
        "metadata": {"call": "c1", "tries": 2, "test": True},
        "rating": None,
        "icsUid": f"{booking['uid']}@cal.com",
        "attendees": [
            {
                "name": "Erika Muster",
                "email": "erika.muster@example.org",
                "displayEmail": "erika.muster@example.org",
                "timeZone": "Europe/Berlin",
                "language": "de",
                "absent": False,
                "phoneNumber": "+493023125007",
            },
            {
                "name": "",
                "email": "gast@example.org",
                "displayEmail": "gast@example.org",
                "timeZone": "Europe/Berlin",
                "language": "de",
                "absent": False,
            },
        ],
        "guests": ["gast@example.org"],
        "bookingFieldsResponses": {
            "name": "Erika Muster",
            "email": "erika.muster@example.org",
            "displayEmail": "erika.muster@example.org",
            "attendeePhoneNumber": "+493023125007",
            "guests": ["gast@example.org"],
        },
    }
    assert caller.data(f"/v2/bookings/{booking['uid']}") == booking
    assert caller.data(f"/v2/bookings/{booking['uid']}", version="2026-02-25") == booking


def test_the_same_slot_is_not_booked_twice(caller: Caller) -> None:
    caller.book()
    answer = caller.try_book()
    assert refusal(answer) == BUSY
    assert answer.json()["error"]["code"] == "BadRequestException"
    assert answer.json()["path"] == "/v2/bookings"


def test_touching_bookings_do_not_collide(caller: Caller) -> None:
    caller.book(start="2026-11-24T09:00:00Z")
    caller.book(start="2026-11-24T09:30:00Z")
    caller.book(start="2026-11-24T08:30:00Z")
    assert refusal(caller.try_book(1002, "2026-11-24T08:15:00Z")) == BUSY


def test_round_robin_answers_what_the_same_attendee_has_at_that_time(caller: Caller) -> None:
    """A repeated create is no second booking there, and nothing of its body is kept."""
    first = caller.book(2001, NOON, metadata={"call": "1"})
    assert caller.book(2001, NOON, metadata={"call": "2"}) == first
    other = caller.book(2001, NOON, attendee=other_attendee(2))
    assert other["hosts"] != first["hosts"]
    phone = {**ATTENDEE, "phoneNumber": "+493023125001"}
    assert caller.try_book(2001, NOON, attendee=phone).status_code == 400, "another number is somebody else"
    caller.post(f"/v2/bookings/{first['uid']}/cancel", {"cancellationReason": "krank"})
    assert caller.book(2001, NOON)["uid"] != first["uid"]


def test_a_create_that_waits_already_is_answered_again(caller: Caller) -> None:
    first = caller.book(1005)
    assert caller.book(1005, metadata={"call": "2"}) == first
    caller.post(f"/v2/bookings/{first['uid']}/confirm")
    assert caller.try_book(1005).status_code == 400, "a confirmed one only blocks"


def test_a_pending_booking_blocks_too(caller: Caller) -> None:
    assert caller.book(1005)["status"] == "pending"
    assert refusal(caller.try_book()) == BUSY


def test_a_cancelled_booking_frees_its_slot(caller: Caller) -> None:
    uid = caller.book()["uid"]
    caller.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "krank"})
    assert caller.book()["uid"] != uid


@pytest.mark.parametrize("start", ["2026-11-24T05:00:00Z", "2026-11-29T10:00:00Z", "2026-11-24T16:45:00Z"])
def test_outside_the_opening_hours_nobody_is_available(caller: Caller, start: str) -> None:
    assert refusal(caller.try_book(start=start)) == BUSY


def test_a_time_off_the_grid_is_bookable_though_never_listed(caller: Caller) -> None:
    assert caller.book(start="2026-11-24T09:07:00Z")["start"] == "2026-11-24T09:07:00.000Z"


def test_an_offset_in_start_is_honoured(caller: Caller) -> None:
    assert caller.book(start="2026-11-24T10:00:00+01:00")["start"] == "2026-11-24T09:00:00.000Z"


def test_the_past_and_the_window_are_refused(caller: Caller) -> None:
    assert refusal(caller.try_book(start="2026-11-23T07:30:00Z")) == (
        400,
        "Attempting to book a meeting in the past.",
    )
    too_soon = refusal(caller.try_book(1007, "2026-11-23T12:00:00Z"))
    too_far = refusal(caller.try_book(1007, "2026-12-28T10:00:00Z"))
    assert too_soon == too_far
    assert too_soon[1].startswith(BOUNDS)


def test_lengths(caller: Caller) -> None:
    assert caller.book(1003, lengthInMinutes=120)["duration"] == 120
    status, message = refusal(caller.try_book(1003, lengthInMinutes=45))
    assert (status, message[-11:]) == (400, "60, 90, 120")
    status, message = refusal(caller.try_book(lengthInMinutes=30))
    assert message.startswith("Can't specify 'lengthInMinutes' because event type does not have multiple")


def test_locations(caller: Caller) -> None:
    _, message = refusal(caller.try_book(location={"type": "attendeePhone", "phone": "+493023125008"}))
    assert message == (
        "Booking location with type attendeePhone not valid for event type with id=1001. The event type has "
        "following location types: address, and only these types are allowed for booking location."
    )
    video = caller.book(
        1101, "2026-11-24T12:00:00Z", location={"type": "integration", "integration": "cal-video"}
    )
    assert video["location"].startswith("https://")
    _, message = refusal(
        caller.try_book(1101, "2026-11-24T14:00:00Z", location={"type": "integration", "integration": "zoom"})
    )
    assert message.startswith("Booking location with integration zoom not valid")
    assert caller.book(location="beim Kunden")["location"] == "beim Kunden"


CALL_BACK = {"type": "attendeePhone", "phone": "+493023125008"}


def test_required_fields_of_the_event_type(caller: Caller) -> None:
    status, message = refusal(caller.try_book(1006, location=CALL_BACK))
    assert (status, message) == (
        400,
        (
            "Missing required booking field response: haarlaenge - it is required by the event type "
            "booking fields, "
            "but missing in the bookingFieldsResponses. You can fetch the event type with ID 1006 to see the "
            "required fields."
        ),
    )
    status, message = refusal(
        caller.try_book(1006, location=CALL_BACK, bookingFieldsResponses={"haarlaenge": "grün"})
    )
    assert message == (
        "Invalid option 'grün' for booking field 'haarlaenge'. Allowed options are: kurz, mittel, lang."
    )
    booked = caller.book(1006, location=CALL_BACK, bookingFieldsResponses={"haarlaenge": "kurz"})
    assert booked["location"] == "+493023125008"
    assert booked["bookingFieldsResponses"]["haarlaenge"] == "kurz"
    assert booked["bookingFieldsResponses"]["location"] == {"value": "phone", "optionValue": "+493023125008"}


def test_the_attendees_own_place_must_be_said(caller: Caller) -> None:
    answer = caller.try_book(1006, bookingFieldsResponses={"haarlaenge": "kurz"})
    assert refusal(answer) == (400, "responses - {location}error_required_field, ")
    assert answer.json()["error"] == {
        "code": "BAD_REQUEST",
        "message": "responses - {location}error_required_field, ",
    }


def test_a_mail_address_is_needed_where_the_event_type_wants_one(caller: Caller) -> None:
    by_phone = {"name": "Erika Muster", "timeZone": "Europe/Berlin", "phoneNumber": "+493023125009"}
    assert refusal(caller.try_book(attendee=by_phone)) == (400, "responses - {email}error_required_field, ")
    booking = caller.book(1004, attendee=by_phone)
    assert booking["attendees"][0]["email"] == "493023125009@sms.cal.com"
    assert refusal(caller.try_book(1004, "2026-11-24T11:00:00Z")) == (
        400,
        (
            "Missing attendee phone number - it is required by the event type. Pass it as "
            '"attendee.phoneNumber" '
            "string in the request."
        ),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"end": "x"}, "end property is wrong,property end should not exist "),
        ({"start": "morgen"}, "start property is wrong,start must be a valid ISO 8601 date string "),
        (
            {"attendee": {**ATTENDEE, "timeZone": "Berlin"}},
            "attendee property is wrong, timeZone property is wrong,timeZone must be a valid IANA time-zone ",
        ),
        (
            {"attendee": {**ATTENDEE, "email": "erika"}},
            "attendee property is wrong, email property is wrong,email must be an email ",
        ),
        (
            {"attendee": {**ATTENDEE, "phoneNumber": "030 23125"}},
            (
                "attendee property is wrong, phoneNumber property is wrong,phoneNumber must be a "
                "valid phone number "
            ),
        ),
        (
            {"attendee": {"name": "E", "timeZone": "UTC"}},
            (
                "attendee property is wrong, email property is wrong,Attendee must have at least one "
                "contact method "
                "(email or phone number) "
            ),
        ),
        ({"attendee": None}, "attendee property is wrong,attendee must be an object "),
        (
            {"eventTypeId": None},
            (
                "eventTypeId property is wrong,Either eventTypeId or eventTypeSlug + username or "
                "eventTypeSlug + "
                "teamSlug must be provided "
            ),
        ),
        ({"eventTypeId": "1001"}, "eventTypeId property is wrong,eventTypeId must be an integer number "),
        ({"guests": "a@example.org"}, "guests property is wrong,each value in guests must be a string "),
        (
            {"lengthInMinutes": 0},
            "lengthInMinutes property is wrong,lengthInMinutes must not be less than 1 ",
        ),
        (
            {"location": {"place": 1}},
            "location property is wrong,location must be a booking location object ",
        ),
        (
            {"allowConflicts": True},
            "allowConflicts property is wrong,property allowConflicts should not exist ",
        ),
    ],
)
def test_malformed_bodies_are_refused_in_the_vendors_words(
    caller: Caller, change: dict[str, Any], message: str
) -> None:
    assert refusal(caller.try_book(**{"start": "2026-11-24T09:00:00Z", **_renamed(change)})) == (400, message)


def _renamed(change: dict[str, Any]) -> dict[str, Any]:
    return {"event_type" if name == "eventTypeId" else name: value for name, value in change.items()}


def test_an_unknown_language_is_refused(caller: Caller) -> None:
    _, message = refusal(caller.try_book(attendee={**ATTENDEE, "language": "klingon"}))
    assert "language must be one of the following values: ar, az" in message


METADATA = (
    400,
    (
        "metadata property is wrong,Metadata must have at most 50 keys, each key up to 40 "
        "characters, and string "
        "values up to 500 characters. "
    ),
)


@pytest.mark.parametrize(
    "metadata",
    [
        {f"k{number}": "v" for number in range(51)},
        {"k" * 41: "v"},
        {"k": "v" * 501},
        {"k": {"nested": "v"}},
        {"k": None},
        ["k"],
    ],
)
def test_metadata_beyond_the_limits_is_refused(caller: Caller, metadata: Any) -> None:
    assert refusal(caller.try_book(metadata=metadata)) == METADATA


def test_metadata_at_the_limits_is_kept(caller: Caller) -> None:
    metadata = {f"{number:040d}": "v" * 500 for number in range(50)}
    assert caller.book(metadata=metadata)["metadata"] == metadata


def test_a_body_that_is_no_object_is_refused(caller: Caller) -> None:
    json_type = {"Content-Type": "application/json"}
    broken = caller.send("POST", "/v2/bookings", content=b"{", headers=json_type)
    assert refusal(broken)[0] == 400
    assert refusal(caller.post("/v2/bookings", [1])) == (400, "Body should be an object")
    nothing = caller.send("POST", "/v2/bookings", content=b"null", headers=json_type)
    assert refusal(nothing) == (400, "Body is required")
    plain = caller.send(
        "POST", "/v2/bookings", content=b'{"start":1}', headers={"Content-Type": "text/plain"}
    )
    assert "attendee must be an object" in refusal(plain)[1]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"eventTypeId": 9}, "Event type with id 9 not found."),
        (
            {"eventTypeSlug": "x", "username": "salon"},
            "Event type with slug x belonging to user salon not found.",
        ),
        (
            {"eventTypeSlug": "x", "teamSlug": "salon-team"},
            "Event type with slug x belonging to team salon-team not found.",
        ),
        ({"eventTypeSlug": "x", "username": "nobody"}, "User with username nobody not found"),
    ],
)
def test_unknown_event_types_are_not_found(caller: Caller, named: dict[str, Any], message: str) -> None:
    body = {"start": "2026-11-24T09:00:00Z", "attendee": ATTENDEE, **named}
    assert refusal(caller.post("/v2/bookings", body)) == (404, message)


def test_event_types_are_found_by_slug(caller: Caller) -> None:
    body = {"start": "2026-11-24T09:00:00Z", "attendee": ATTENDEE}
    own = caller.post("/v2/bookings", {**body, "eventTypeSlug": "herrenhaarschnitt", "username": "salon"})
    team = caller.post("/v2/bookings", {**body, "eventTypeSlug": "haarschnitt", "teamSlug": "salon-team"})
    assert own.json()["data"]["eventTypeId"] == 1001
    assert team.json()["data"]["eventTypeId"] == 2001


def test_round_robin_spreads_over_its_hosts_until_none_is_left(caller: Caller) -> None:
    made = [caller.book(2001, NOON, attendee=other_attendee(number)) for number in range(2)]
    assert {one["hosts"][0]["username"] for one in made} == {"lea", "tiago"}
    assert refusal(caller.try_book(2001, NOON)) == (
        400,
        "One of the hosts either already has booking at this time or is not available",
    )


def test_collective_takes_all_hosts_at_once(caller: Caller) -> None:
    assert [host["username"] for host in caller.book(2002, NOON)["hosts"]] == ["lea", "tiago"]
    assert refusal(caller.try_book(1101, NOON))[0] == 400


def test_an_event_type_may_be_for_its_own_people(caller: Caller) -> None:
    status, message = refusal(caller.try_book(1009, key=None))
    assert (status, message[:34]) == (401, "checkBookingRequiresAuthentication")
    stranger = Path(__file__).with_name("stranger.yaml").read_text("utf-8")
    other = Caller(create_app(World(parse(stranger, "stranger"))), ManualClock(SANDBOX_NOW))
    assert refusal(other.try_book(1, key="cal_test_stranger"))[0] == 403
    assert caller.book(1009)["status"] == "accepted"


def test_newer_switches_count_only_for_a_host(caller: Caller) -> None:
    new = "2026-02-25"
    caller.book()
    assert refusal(caller.try_book(version=new, key=None, allowConflicts=True)) == BUSY
    assert caller.book(version=new, allowConflicts=True)["status"] == "accepted"
    soon = "2026-11-23T12:00:00Z"
    assert caller.book(1007, soon, version=new, allowBookingOutOfBounds=True)["start"].startswith(
        "2026-11-23"
    )


@pytest.fixture
def practice() -> Caller:
    """A practice with every kind of refusal the salon has no use for."""
    text = Path(__file__).with_name("stranger.yaml").read_text("utf-8")
    clock = ManualClock(SANDBOX_NOW)
    return Caller(create_app(World(parse(text, "practice")), clock=clock), clock)


KEY = "cal_test_doc"


def test_an_event_type_shows_its_places_and_its_range_of_dates(practice: Caller) -> None:
    found = practice.data("/v2/event-types/6", key=KEY)
    assert found["bookingWindow"] == {"type": "range", "value": ["2026-12-01", "2026-12-04"]}
    assert found["locations"] == [
        {"type": "phone", "phone": "+493023125020", "public": False},
        {"type": "link", "link": "https://kurs.example.org", "public": True},
        {"type": "attendeeAddress"},
    ]
    slugs = [field["slug"] for field in found["bookingFields"]]
    assert "location" in slugs  # there is a choice
    assert "guests" not in slugs
    days = practice.data("/v2/slots?eventTypeId=6&start=2026-11-24&end=2026-12-31", key=KEY)
    assert list(days) == ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"]
    body = {"key": KEY, "location": {"type": "attendeeAddress", "address": "Musterweg 2, 10115 Berlin"}}
    assert practice.book(6, "2026-12-01T09:00:00Z", **body)["location"] == "Musterweg 2, 10115 Berlin"
    assert practice.book(6, "2026-12-01T10:00:00Z", key=KEY)["location"] == "+493023125020"


def test_only_members_see_a_team(practice: Caller) -> None:
    status, message = refusal(practice.get("/v2/teams/9/event-types", key="cal_test_stranger"))
    assert (status, message) == (403, "User is not part of the team with id=9.")


def test_somebody_without_a_schedule_has_no_default_one(practice: Caller) -> None:
    assert practice.data("/v2/schedules/default", key="cal_test_stranger") is None
    assert practice.data("/v2/me", key="cal_test_stranger")["defaultScheduleId"] is None


def test_a_managed_parent_cannot_be_booked(practice: Caller) -> None:
    status, message = refusal(practice.try_book(3, key=KEY))
    assert (status, message[:47]) == (400, "Event type with id=3 is the parent managed even")


def test_a_team_event_type_without_hosts_has_no_slots(practice: Caller) -> None:
    for number in (4, 5):
        assert practice.slots(f"eventTypeId={number}&start=2026-11-24&end=2026-11-25", key=KEY) == []
        assert refusal(practice.try_book(number, key=KEY))[0] == 422


def test_a_team_event_type_without_hosts_is_422(practice: Caller) -> None:
    status, message = refusal(practice.try_book(4, key=KEY))
    assert (status, message[:40]) == (422, "Can't book this team event type because ")


def test_the_vendors_own_fields_are_refused_by_the_form(practice: Caller) -> None:
    assert refusal(practice.try_book(2, key=KEY)) == (400, "responses - {title}error_required_field, ")
    booked = practice.book(2, key=KEY, bookingFieldsResponses={"title": "Kontrolle"})
    assert booked["title"] == "Kontrolle"


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        ({"alter": "elf"}, "Invalid type for booking field 'alter'. Expected type number."),
        ({"neu": "ja"}, "Invalid type for booking field 'neu'. Expected type boolean."),
        ({"tage": "Mo"}, "Invalid type for booking field 'tage'. Expected type array."),
        (
            {"tage": ["Mi"]},
            "One or more invalid options for booking field 'tage'. Allowed options are: Mo, Di.",
        ),
    ],
)
def test_answers_of_the_wrong_type_are_refused(
    practice: Caller, responses: dict[str, Any], message: str
) -> None:
    answer = practice.try_book(2, key=KEY, bookingFieldsResponses={"title": "K", **responses})
    assert refusal(answer) == (400, message)


def test_a_booker_may_be_limited_to_so_many_active_bookings(practice: Caller) -> None:
    fields: dict[str, Any] = {"bookingFieldsResponses": {"title": "K"}}
    practice.book(2, key=KEY, **fields)
    later = "2026-11-24T12:00:00Z"
    assert refusal(practice.try_book(2, later, key=KEY, **fields)) == (
        400,
        "Attendee with this email can't book because the maximum number of active bookings has been reached.",
    )
    assert practice.book(2, later, key=KEY, version="2026-02-25", skipBookingLimits=True, **fields)


def test_an_event_type_may_forbid_moving_and_cancelling(practice: Caller) -> None:
    uid = practice.book(2, key=KEY, bookingFieldsResponses={"title": "K"})["uid"]
    moved = practice.post(f"/v2/bookings/{uid}/reschedule", {"start": "2026-11-24T12:00:00Z"}, key=KEY)
    assert refusal(moved) == (400, "This event type does not allow rescheduling")
    gone = practice.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "x"}, key=KEY)
    assert gone.json() == {"statusCode": 400, "message": "This event type does not allow cancellations"}
