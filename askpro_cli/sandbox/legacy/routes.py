"""Old versions of bookings, event types and schedules.

Reading answers in the old shape. Creating wants the old body: the current one lacks `responses`, `timeZone`,
`language` and `metadata`, and is told so.
"""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.account.lookup import signed_in
from askpro_cli.sandbox.bookings.changes import cancel
from askpro_cli.sandbox.bookings.creating import create
from askpro_cli.sandbox.bookings.listing import booking_by_uid, list_bookings
from askpro_cli.sandbox.legacy.shapes import (
    old_booking,
    old_bookings,
    old_event_type,
    old_event_types,
    old_schedule,
)
from askpro_cli.sandbox.protocol.answers import Answer, ApiError, pipe_error, success
from askpro_cli.sandbox.protocol.auth import Access
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.inputs import (
    is_email,
    is_filled,
    is_iso,
    is_length,
    is_object,
    is_text,
    is_zone,
)
from askpro_cli.sandbox.protocol.routing import OLD_BOOKINGS, OLD_EVENT_TYPES, OLD_SCHEDULES, Route

_NEEDED = {
    "start": (is_iso, "isDateString", "start must be a valid ISO 8601 date string"),
    "eventTypeId": (
        is_length,
        "isNumber",
        "eventTypeId must be a number conforming to the specified constraints",
    ),
    "timeZone": (is_zone, "isTimeZone", "timeZone must be a valid IANA time-zone"),
    "language": (is_text, "isString", "language must be a string"),
    "metadata": (is_object, "isObject", "metadata must be an object"),
    "responses": (is_object, "isObject", "responses must be an object"),
}


def post_booking(call: Call) -> Answer:
    """Create a booking from the old body."""
    body = call.body if isinstance(call.body, dict) else {}
    wrong = {
        name: {constraint: text}
        for name, (check, constraint, text) in _NEEDED.items()
        if not check(body.get(name))
    }
    if wrong:
        raise pipe_error(wrong)
    made = create(call, _translated(body))
    return success(old_booking(call.world, made.places[0].booking), 201)


def _translated(body: dict[str, Any]) -> dict[str, Any]:
    responses = dict(body["responses"])
    name, email = responses.pop("name", None), responses.pop("email", None)
    if not is_filled(name) or not is_email(email):
        raise pipe_error(
            {"responses": {"name": "name should not be empty", "email": "email must be an email"}}
        )
    attendee = {"name": name, "email": email, "timeZone": body["timeZone"], "language": body["language"]}
    return {
        "start": body["start"],
        "eventTypeId": body["eventTypeId"],
        "attendee": attendee,
        "metadata": body["metadata"],
        "bookingFieldsResponses": {key: value for key, value in responses.items() if is_text(value)},
    }


def get_bookings(call: Call) -> Answer:
    """List bookings in the old shape."""
    return success(old_bookings(call.world, list_bookings(call, signed_in(call)).bookings))


def get_booking(call: Call) -> Answer:
    """Show a booking in the old shape."""
    return success(old_booking(call.world, booking_by_uid(call.world, call.params["uid"])))


def post_cancel(call: Call) -> Answer:
    """Cancel a booking; the old answer says only which."""
    uid = call.params["uid"]
    if uid.isdigit():
        raise ApiError(400, "Please provide booking uid instead of booking id.")
    body = call.body if isinstance(call.body, dict) else {}
    booking = cancel(call, uid, body)[0]
    return success({"bookingId": booking.id, "bookingUid": booking.uid, "onlyRemovedAttendee": False})


def get_event_types(call: Call) -> Answer:
    """List event types in the old shape."""
    return success(old_event_types(signed_in(call)))


def get_event_type(call: Call) -> Answer:
    """Show an event type in the old shape."""
    found = [entry for entry in signed_in(call).event_types if str(entry.id) == call.params["id"]]
    if not found:
        raise ApiError(404, f"Event type with id {call.params['id']} not found")
    return success({"eventType": old_event_type(found[0])})


def get_schedules(call: Call) -> Answer:
    """List schedules in the old shape."""
    return success([old_schedule(schedule) for schedule in signed_in(call).schedules])


ROUTES = (
    Route("POST", "/v2/bookings", OLD_BOOKINGS, Access.OPTIONAL, post_booking),
    Route("GET", "/v2/bookings", OLD_BOOKINGS, Access.KEY, get_bookings),
    Route("GET", "/v2/bookings/{uid}", OLD_BOOKINGS, Access.OPTIONAL, get_booking),
    Route("POST", "/v2/bookings/{uid}/cancel", OLD_BOOKINGS, Access.OPTIONAL, post_cancel),
    Route("GET", "/v2/event-types", OLD_EVENT_TYPES, Access.KEY, get_event_types),
    Route("GET", "/v2/event-types/{id}", OLD_EVENT_TYPES, Access.KEY, get_event_type),
    Route("GET", "/v2/schedules", OLD_SCHEDULES, Access.KEY, get_schedules),
)
