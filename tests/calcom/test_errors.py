"""The vendor's refusals: both error bodies, the table of known texts, and answers of proxies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import (
    SlotUnavailableError,
    VendorAuthError,
    VendorConflictError,
    VendorError,
    VendorNotFoundError,
    VendorProtocolError,
    VendorRateLimitError,
    VendorServerError,
    VendorTimeoutError,
    VendorValidationError,
)
from askpro_cli.calcom.wire.errors import error_of, known_texts


def envelope(message: str, code: str = "BadRequestException", details: Any = None) -> bytes:
    error = {"code": code, "message": message} | ({} if details is None else {"details": details})
    body = {
        "status": "error",
        "timestamp": "2026-11-23T08:00:00.000Z",
        "path": "/v2/bookings",
        "error": error,
    }
    return json.dumps(body).encode()


def bare(status: int, message: str | list[str]) -> bytes:
    return json.dumps({"statusCode": status, "message": message}).encode()


def judged(status: int, body: bytes) -> VendorError:
    return error_of(status, body, label="POST /v2/bookings", request_id="req-1")


KNOWN: dict[type[VendorError], list[tuple[str, int, str]]] = {
    SlotUnavailableError: [
        ("host-busy", 400, "User either already has booking at this time or is not available"),
        ("host-busy", 400, "One of the hosts either already has booking at this time or is not available"),
        ("booked-in-a-race", 409, "booking_conflict_error"),
        ("no-available-users", 409, "no_available_users_found_error"),
        ("no-seats-left", 409, "No more seats left at this seated booking."),
        ("no-seats-left", 409, "booking_seats_full_error"),
        ("no-seats-left", 422, "Booking with id=5 at 2026-11-24 has no more seats left."),
        ("outside-booking-window", 400, 'The event type can\'t be booked at the "start" time provided. Too'),
        ("in-the-past", 400, "Attempting to book a meeting in the past."),
        ("slot-reserved", 422, "This time slot is already reserved by another user. Please choose."),
        ("reserve-booked", 422, "Can't reserve a slot if the event is already booked."),
        ("booking-limit", 400, "booking_limit_reached"),
    ],
    VendorConflictError: [
        ("reschedule-cancelled", 400, "Can't reschedule booking with uid=a1 because it has been cancelled"),
        ("already-cancelled", 400, "Can't cancel booking with uid=a1: it has been cancelled already"),
        ("rejected-booking", 404, "Could not find original booking"),
        ("ended-booking", 400, "Cannot cancel a booking that has already ended"),
        ("ended-booking", 400, "Cannot reschedule a booking that has already ended"),
        ("no-cancellations", 400, "This event type does not allow cancellations"),
        ("no-rescheduling", 400, "This event type does not allow rescheduling"),
        ("too-many-active-bookings", 400, "maximum number of active bookings has been reached"),
        ("webhook-exists", 409, "Webhook with this subscriber url already exists for this user"),
        ("already-signed-up", 409, "already_signed_up_for_this_booking_error"),
        ("already-confirmed", 400, "Booking already confirmed"),
        ("seat-gone", 400, "Invalid seatUid: this seat does not exist or has already been cancelled."),
        ("not-begun", 400, "Bookings can only be marked as absent after their scheduled start time."),
        ("no-other-host", 400, "Can't reassign the booking because no other host is available at"),
        ("guests-known", 400, "emails_must_be_unique_valid"),
        ("too-many-guests", 400, "Cannot add 8 guests. This booking already has 28 attendees. Maximum"),
        ("guests-disabled", 400, "Cannot add guests to this booking. The guests field is disabled for"),
    ],
    VendorValidationError: [
        ("cancellation-reason", 400, "Cancellation reason is required when you are the host"),
        ("required-field", 400, "responses - {haircolour}error_required_field, "),
        ("email-invalid", 400, "responses - {email}email_validation_error"),
        ("missing-phone", 400, "Missing attendee phone number - it is required by the event type."),
        ("missing-booking-field", 400, "Missing required booking field response: colour - it is required"),
        ("wrong-booking-field", 400, "Invalid option 'x' for booking field 'colour'. Allowed options are:"),
        ("metadata-type", 400, "metadata.round - Expected string, received number"),
        ("metadata-type", 400, "metadata.round must be a string"),
        ("metadata-limits", 400, "Metadata must have at most 50 keys, each key up to 40 characters"),
        ("managed-parent", 400, "Event type with id=7 is the parent managed event type that can't be book"),
        ("single-length", 400, "Can't specify 'lengthInMinutes' because event type does not have multiple"),
        ("wrong-length", 400, "'lengthInMinutes' is not one of the possible lengths. They are: 30, 60"),
        ("wrong-location", 400, "Location of type phone is not allowed, the allowed types are: address"),
        ("no-contact", 400, "Attendee must have at least one contact method (email or phone number)"),
        ("time-range", 400, "Invalid time range given - check the 'start' and 'end' query parameters."),
        ("unknown-property", 400, "colour property is wrong,property colour should not exist "),
        ("no-hosts", 422, "Can't book this team event type because it has no hosts. Please, add"),
        ("no-hosts", 400, "Cannot reserve a slot for a team event without any hosts"),
        ("wrong-length", 400, "Provided 'slotDuration' is not one of the possible lengths: 30, 60"),
        ("wrong-location", 400, "Booking location with type phone not valid for event type with id=7."),
        ("webhook-url", 400, "Webhook URL is not allowed: http://localhost"),
        ("organization-trigger", 400, "X trigger is only available for organization webhooks"),
        ("occurrences", 400, "Provided recurrence count is higher than the event type's recurring event"),
        ("instant-team-only", 400, "Instant bookings are only supported for team event types, not"),
        (
            "seat-needed",
            400,
            "Booking with uid=a1 is a seated booking which means you have to provide seatUid",
        ),
        ("seat-elsewhere", 400, "Invalid seatUid: this seat does not belong to this booking."),
        ("seat-elsewhere", 404, "Attendee with e-mail x for booking with uid=a1 and seatUid=b2 not found"),
        ("no-series", 400, "Booking with bookingUid=a1 is not part of a recurring booking."),
        ("no-series", 400, "Cannot cancel subsequent bookings for recurring event - you have to provide"),
        ("invalid-host", 400, "User with id=7 is not a valid Round Robin host - the user to which you"),
        ("location-value", 400, "Missing or invalid location value for type: address"),
    ],
    VendorAuthError: [
        ("no-credentials", 401, "ApiAuthStrategy - No authentication method provided. Either pass"),
        ("unknown-key", 401, "CustomThrottlerGuard - Invalid API Key"),
        ("unknown-key", 401, "ApiAuthStrategy - api key - Your api key is not valid"),
        ("expired-key", 401, "ApiAuthStrategy - api key - Your api key is expired"),
        ("invalid-token", 401, "ApiAuthStrategy - Invalid Bearer token"),
        ("expired-token", 498, "ACCESS_TOKEN_IS_EXPIRED"),
        ("authenticated-event-type", 403, "checkBookingRequiresAuthentication - user is not authorized"),
        ("authenticated-reservation", 401, "reservationDuration can only be used for authenticated requests"),
        ("foreign-schedule", 403, "User with ID=1 does not own schedule with ID=2"),
        ("foreign-booking", 401, "User is not authorized to confirm this booking"),
        ("foreign-booking", 401, "User not a host of this event or an admin of the booking user"),
        ("foreign-booking", 403, "You do not have permission to reassign this booking"),
        ("foreign-booking", 403, "User is not authorized to update this booking location. User must be the"),
        (
            "foreign-booking",
            403,
            "BookingPbacGuard - user with id=1 does not have access to booking with uid=a1",
        ),
        ("foreign-booking", 403, "you_do_not_have_permission"),
        (
            "foreign-event-type",
            403,
            "authenticated user is not owner of event type, does not have memberships",
        ),
        ("foreign-calendar", 401, "These credentials do not belong to you"),
    ],
    VendorProtocolError: [
        ("no-route", 404, "Cannot GET /v2/event-types"),
        ("api-v1", 410, "anything"),
    ],
    VendorNotFoundError: [
        ("unknown-event-type", 404, "Event type with id 123 not found."),
        ("unknown-event-type", 404, "Event Type not found"),
        ("unknown-user", 404, "User with username nobody not found"),
        ("unknown-team", 404, "Team with slug nobody not found"),
        ("unknown-booking", 404, "Booking with uid=a1 was not found in the database"),
        ("unknown-event-type", 404, "Event Type with ID=5 not found"),
        ("unknown-seat", 404, "Booking with seatUid=b2 was not found in the database"),
        ("unknown-seat", 404, "Seat with uid=b2 does not exist."),
        ("unknown-host", 404, "User with id=7 was not found in the database"),
        ("unknown-webhook", 404, "IsUserWebhookGuard - Webhook (w1) not found"),
        ("unknown-schedule", 404, "Schedule with ID=9 does not exist."),
        ("unknown-reservation", 404, "Slot with uid=a1 not found"),
        ("not-found", 404, "NOT_FOUND"),
    ],
    VendorRateLimitError: [
        ("rate-limit", 429, "CustomThrottlerGuard - Too many requests. Please try again later."),
    ],
    VendorServerError: [
        ("internal-error", 500, "Internal server error"),
    ],
}
ROWS = [(kind, *row) for kind, rows in KNOWN.items() for row in rows]


@pytest.mark.parametrize(("kind", "name", "status", "text"), ROWS)
@pytest.mark.parametrize("shape", ["envelope", "bare"])
def test_a_known_text_means_the_same_in_both_bodies(
    kind: type[VendorError], name: str, status: int, text: str, shape: str
) -> None:
    error = judged(status, envelope(text) if shape == "envelope" else bare(status, text))
    assert type(error) is kind
    assert error.details["known_as"] == name
    assert (error.status, error.request_id, error.vendor_message) == (status, "req-1", text)
    assert error.hint
    assert not error.message.endswith(".")


def test_every_entry_of_the_table_is_shown_by_an_example() -> None:
    assert {known.id for known in known_texts()} == {name for _, name, *_ in ROWS} | {"already-rescheduled"}


def test_the_new_uid_of_a_moved_booking_is_read_from_the_text() -> None:
    text = (
        "Can't reschedule booking with uid=OLD1 because it has been cancelled and rescheduled already to"
        " booking with uid=NEW2. You probably want to reschedule NEW2 instead."
    )
    error = judged(400, envelope(text))
    assert isinstance(error, VendorConflictError)
    assert error.details == {
        "known_as": "already-rescheduled",
        "answered": "400 to POST /v2/bookings",
        "already": "rescheduled",
        "new_uid": "NEW2",
    }
    assert "it is now NEW2" in error.message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, VendorValidationError),
        (401, VendorAuthError),
        (403, VendorAuthError),
        (404, VendorNotFoundError),
        (408, VendorTimeoutError),
        (409, VendorConflictError),
        (418, VendorValidationError),
        (422, VendorValidationError),
        (498, VendorAuthError),
        (500, VendorServerError),
        (502, VendorServerError),
        (503, VendorServerError),
        (504, VendorTimeoutError),
    ],
)
def test_an_unknown_text_is_judged_by_its_status(status: int, kind: type[VendorError]) -> None:
    error = judged(status, envelope("something nobody has seen before"))
    assert type(error) is kind
    assert "known_as" not in error.details


@pytest.mark.parametrize("status", [400, 401, 404, 409, 410, 422, 429])
def test_a_refused_write_did_not_happen(status: int) -> None:
    assert judged(status, envelope("no")).fate_unknown is False
    assert judged(status, b"<html>no</html>").fate_unknown is False


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_write_that_failed_inside_may_have_happened(status: int) -> None:
    assert judged(status, envelope("no")).fate_unknown is True
    assert judged(status, b"<html>no</html>").fate_unknown is True


def test_field_errors_of_the_validation_pipe_are_read_with_their_paths() -> None:
    details = {
        "errors": [
            {"property": "start", "constraints": {"isDateString": "start must be a date"}, "children": []},
            {
                "property": "attendee",
                "children": [{"property": "timeZone", "constraints": {"isTimeZone": "must be an IANA zone"}}],
            },
            "no error at all",
        ]
    }
    error = judged(400, envelope("Bad Request Exception", details=details))
    assert error.field_errors == {
        "start": "start must be a date",
        "attendee.timeZone": "must be an IANA zone",
    }
    assert "attendee.timeZone must be an IANA zone" in error.message


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (
            "responses - {title}error_required_field, {notes}error_required_field, ",
            {"responses.title": "is required", "responses.notes": "is required"},
        ),
        ("foo property is wrong,property foo should not exist ", {"foo": "should not exist"}),
        ("metadata.round - Expected string", {"metadata.round": "Expected string"}),
        ("attendee.timeZone must be a valid IANA zone", {"attendee.timeZone": "must be a valid IANA zone"}),
        (
            "Missing required booking field response: colour - it is",
            {"bookingFieldsResponses.colour": "is required"},
        ),
    ],
)
def test_field_errors_are_read_from_the_text(text: str, fields: dict[str, str]) -> None:
    assert judged(400, envelope(text)).field_errors == fields


@pytest.mark.parametrize("details", ["Too many requests", ["x"], 5, {"errors": "x"}, {"errors": [{}]}, {}])
def test_details_of_any_shape_are_survived(details: Any) -> None:
    error = judged(429, envelope("Too many requests", "ThrottlerException", details))
    assert error.details["known_as"] == "rate-limit"


def test_a_message_may_be_a_list() -> None:
    assert judged(400, bare(400, ["take must not be less than 1", "skip is odd"])).vendor_message == (
        "take must not be less than 1, skip is odd"
    )


def test_an_error_may_be_a_mere_string() -> None:
    assert judged(401, json.dumps({"error": "Invalid API Key"}).encode()).details["known_as"] == "unknown-key"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, VendorProtocolError),
        (404, VendorProtocolError),
        (429, VendorRateLimitError),
        (502, VendorServerError),
        (504, VendorTimeoutError),
    ],
)
def test_a_page_of_a_proxy_is_told_from_the_vendor(status: int, kind: type[VendorError]) -> None:
    error = judged(status, b"\n<!DOCTYPE html><html><body>blocked</body></html>")
    assert type(error) is kind
    assert "an HTML page" in error.message
    assert error.vendor_message is None


def test_waiting_time_reaches_the_error() -> None:
    error = error_of(503, bare(503, "busy"), label="GET /v2/me", retry_after=7.0)
    assert error.retry_after == 7.0


@given(status=st.integers(400, 599), body=st.binary(max_size=60))
def test_any_answer_becomes_a_vendor_error(status: int, body: bytes) -> None:
    error = judged(status, body)
    assert isinstance(error, VendorError)
    assert error.status == status


keys = st.sampled_from(["error", "message", "details", "errors", "property", "children", "constraints"])
error_bodies = st.recursive(
    st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(keys, inner)
)


@given(status=st.integers(400, 599), body=error_bodies)
def test_any_json_becomes_a_vendor_error(status: int, body: Any) -> None:
    assert isinstance(judged(status, json.dumps(body).encode()), VendorError)
