"""Paths, versions and bodies exactly as the vendor wants them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.calcom.bodies import NewAttendee, NewBooking, reschedule_body
from askpro_cli.calcom.wire import Wire, WireRequest, path

WIRE = Wire()
START = datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("request_", "method", "where", "version"),
    [
        (WIRE.me(), "GET", "/me", "2024-08-13"),
        (WIRE.event_types(None, "x"), "GET", "/event-types", "2024-06-14"),
        (WIRE.event_types("salon", "x"), "GET", "/event-types?username=salon&eventSlug=x", "2024-06-14"),
        (WIRE.event_type(7), "GET", "/event-types/7", "2024-06-14"),
        (WIRE.team_event_types(2, None), "GET", "/teams/2/event-types", "2024-06-14"),
        (WIRE.schedules(), "GET", "/schedules", "2024-06-11"),
        (WIRE.schedule(None), "GET", "/schedules/default", "2024-06-11"),
        (WIRE.schedule(5), "GET", "/schedules/5", "2024-06-11"),
        (WIRE.slots({"eventTypeId": 7}), "GET", "/slots?eventTypeId=7&format=range", "2024-09-04"),
        (WIRE.booking("a1"), "GET", "/bookings/a1", "2024-08-13"),
        (
            WIRE.bookings({"status": ("past", "cancelled")}),
            "GET",
            "/bookings?status=past%2Ccancelled",
            "2024-08-13",
        ),
        (WIRE.create({}), "POST", "/bookings", "2024-08-13"),
        (WIRE.reschedule("a1", {}), "POST", "/bookings/a1/reschedule", "2024-08-13"),
        (WIRE.cancel("a1", {}), "POST", "/bookings/a1/cancel", "2024-08-13"),
        (Wire("2026-02-25").cancel("a1", {}), "POST", "/bookings/a1/cancel", "2026-02-25"),
        (Wire("2026-02-25").slots({}), "GET", "/slots?format=range", "2024-09-04"),
    ],
)
def test_every_operation_has_its_method_path_and_version(
    request_: WireRequest, method: str, where: str, version: str
) -> None:
    assert (request_.method, request_.path, request_.version) == (method, where, version)


def test_a_label_leaves_out_the_query_which_may_name_people() -> None:
    assert WIRE.bookings({"attendeeEmail": "mia@example.org"}).label == "GET /v2/bookings"


@given(part=st.text(min_size=1), value=st.text())
def test_no_text_leaves_its_place_in_the_path(part: str, value: str) -> None:
    try:
        built = path("bookings", part, query={"q": value})
    except UnicodeEncodeError:
        return  # half a surrogate pair is no text that a server could be asked for
    assert built.count("/") == 2
    assert built.count("?") == 1
    assert "#" not in built


def test_a_body_holds_only_what_was_given_and_the_start_in_utc() -> None:
    attendee = NewAttendee(name="Mia Muster", time_zone="Europe/Berlin", phone_number="+493023125001")
    body = NewBooking(event_type_id=7, start=START, attendee=attendee).as_json()
    assert body == {
        "eventTypeId": 7,
        "start": "2026-11-24T09:00:00Z",
        "attendee": {"name": "Mia Muster", "timeZone": "Europe/Berlin", "phoneNumber": "+493023125001"},
    }


def test_everything_that_was_given_is_in_the_body() -> None:
    attendee = NewAttendee(name="Mia", time_zone="Europe/Berlin", email="mia@example.org", language="de")
    booking = NewBooking(
        event_type_id=7,
        start=START,
        attendee=attendee,
        length_in_minutes=60,
        guests=("otto@example.org",),
        location={"type": "phone"},
        metadata={"call": "c1"},
        fields={"notes": "x"},
    )
    assert booking.as_json() == {
        "eventTypeId": 7,
        "start": "2026-11-24T09:00:00Z",
        "attendee": {
            "name": "Mia",
            "timeZone": "Europe/Berlin",
            "email": "mia@example.org",
            "language": "de",
        },
        "lengthInMinutes": 60,
        "guests": ["otto@example.org"],
        "location": {"type": "phone"},
        "metadata": {"call": "c1"},
        "bookingFieldsResponses": {"notes": "x"},
    }


def test_a_body_never_shows_whose_it_is() -> None:
    attendee = NewAttendee(name="Mia Muster", time_zone="Europe/Berlin", email="mia@example.org")
    booking = NewBooking(event_type_id=7, start=START, attendee=attendee)
    assert "Mia" not in repr(booking) + repr(attendee)
    assert "mia" not in repr(booking) + repr(attendee)


def test_a_move_names_its_reason_as_the_vendor_spells_it() -> None:
    assert reschedule_body(datetime(2026, 11, 24, 9, tzinfo=UTC), "ill", "salon@example.org") == {
        "start": "2026-11-24T09:00:00Z",
        "reschedulingReason": "ill",
        "rescheduledBy": "salon@example.org",
    }
    assert reschedule_body(START, None, None) == {"start": "2026-11-24T09:00:00Z"}
