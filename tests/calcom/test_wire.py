"""Paths, versions and bodies exactly as the vendor wants them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.calcom.bodies import NewAttendee, NewBooking, cancel_body, reschedule_body
from askpro_cli.calcom.wire.requests import Wire, WireRequest, path

WIRE = Wire()
NEWEST = Wire("2026-02-25")
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
        (WIRE.team(2), "GET", "/teams/2", "2024-08-13"),
        (WIRE.team_event_type(2, 7), "GET", "/teams/2/event-types/7", "2024-06-14"),
        (WIRE.bookings({"take": 2}, team_id=3), "GET", "/teams/3/bookings?take=2", "2024-08-13"),
        (WIRE.booking_by_seat("s1"), "GET", "/bookings/by-seat/s1", "2024-08-13"),
        (NEWEST.confirm("a1"), "POST", "/bookings/a1/confirm", "2026-02-25"),
        (NEWEST.mark_absent("a1", {}), "POST", "/bookings/a1/mark-absent", "2026-02-25"),
        (NEWEST.reassign("a1", None, {}), "POST", "/bookings/a1/reassign", "2026-02-25"),
        (NEWEST.reassign("a1", 7, {}), "POST", "/bookings/a1/reassign/7", "2026-02-25"),
        (NEWEST.set_location("a1", {}), "PATCH", "/bookings/a1/location", "2024-08-13"),
        (NEWEST.add_guests("a1", {}), "POST", "/bookings/a1/guests", "2024-08-13"),
        (NEWEST.attendees("a1"), "GET", "/bookings/a1/attendees", "2024-08-13"),
        (NEWEST.reserve({}), "POST", "/slots/reservations", "2024-09-04"),
        (NEWEST.reservation("delete", "DELETE", "r1"), "DELETE", "/slots/reservations/r1", "2024-09-04"),
        (NEWEST.calendars(), "GET", "/calendars", "2024-08-13"),
        (
            WIRE.busy_times({"calendarsToLoad[0][externalId]": "a b@example.org"}),
            "GET",
            "/calendars/busy-times?calendarsToLoad[0][externalId]=a+b%40example.org",
            "2024-08-13",
        ),
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


def test_a_seat_is_moved_without_a_reason_which_the_vendor_would_refuse() -> None:
    body = reschedule_body(START, "ill", None, "s1")
    assert body == {"start": "2026-11-24T09:00:00Z", "seatUid": "s1"}


def test_a_cancellation_is_of_a_booking_a_seat_or_the_rest_of_a_series() -> None:
    assert cancel_body("ill") == {"cancellationReason": "ill"}
    assert cancel_body("ill", "s1") == {"cancellationReason": "ill", "seatUid": "s1"}
    assert cancel_body("ill", subsequent=True) == {
        "cancellationReason": "ill",
        "cancelSubsequentBookings": True,
    }


def test_series_meetings_at_once_and_overruled_rules_are_in_the_body() -> None:
    attendee = NewAttendee(name="Mia", time_zone="Europe/Berlin", email="mia@example.org")
    series = NewBooking(event_type_id=7, start=START, attendee=attendee, recurrence_count=3).as_json()
    assert series["recurrenceCount"] == 3
    booking = NewBooking(
        event_type_id=7,
        start=START,
        attendee=attendee,
        instant=True,
        allow_conflicts=True,
        allow_out_of_bounds=True,
        skip_limits=True,
    )
    extra = {"instant", "allowConflicts", "allowBookingOutOfBounds", "skipBookingLimits"}
    assert booking.for_version("2026-02-25").keys() - series.keys() == extra
