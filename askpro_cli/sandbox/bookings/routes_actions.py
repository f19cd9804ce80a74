"""What is done to a booking that exists: confirm, decline, absences, hosts, place, people."""

from __future__ import annotations

from askpro_cli.sandbox.account.lookup import path_number
from askpro_cli.sandbox.bookings.action_input import (
    check_absence,
    check_attendee,
    check_guests,
    check_location,
    reason_of,
)
from askpro_cli.sandbox.bookings.attendance import (
    add_attendee,
    add_guests,
    attendee_of,
    booking_of_attendees,
    mark_absent,
)
from askpro_cli.sandbox.bookings.changes import decide
from askpro_cli.sandbox.bookings.reassigning import reassign, reassign_to, set_location
from askpro_cli.sandbox.bookings.render import numbered_document
from askpro_cli.sandbox.bookings.routes import shown
from askpro_cli.sandbox.protocol.answers import Answer, success
from askpro_cli.sandbox.protocol.auth import Access
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.routing import BOOKINGS, V_2024_08_13, Route
from askpro_cli.sandbox.world.world import Booking

_ONE_VERSION = frozenset({V_2024_08_13})


def post_confirm(call: Call) -> Answer:
    """Confirm a pending booking."""
    return success(shown(call, decide(call, call.params["uid"], accept=True)))


def post_decline(call: Call) -> Answer:
    """Decline a pending booking."""
    reason = reason_of(call.body)
    return success(shown(call, decide(call, call.params["uid"], accept=False, reason=reason)))


def post_mark_absent(call: Call) -> Answer:
    """Note who did not come; a seated booking too is answered in the plain shape."""
    booking = mark_absent(call, call.params["uid"], check_absence(call.body))
    return success(shown(call, booking, plain=True))


def post_reassign(call: Call) -> Answer:
    """Give a booking to another host."""
    return success(_reassigned(call, reassign(call, call.params["uid"])))


def post_reassign_to(call: Call) -> Answer:
    """Give a booking to a certain host."""
    number = path_number(call, "user")
    reason_of(call.body)
    return success(_reassigned(call, reassign_to(call, call.params["uid"], number)))


def _reassigned(call: Call, booking: Booking) -> dict[str, object]:
    host = call.world.users[booking.host_ids[0]]
    return {
        "bookingUid": booking.uid,
        "reassignedTo": {
            "id": host.id,
            "name": host.name,
            "email": host.email,
            "displayEmail": host.email,
        },
    }


def patch_location(call: Call) -> Answer:
    """Move a booking to another place."""
    return success(shown(call, set_location(call, call.params["uid"], check_location(call.body))))


def post_guests(call: Call) -> Answer:
    """Add guests."""
    guests = check_guests(call.body)
    return success(shown(call, add_guests(call, call.params["uid"], guests)))


def get_attendees(call: Call) -> Answer:
    """List a booking's attendees."""
    booking = booking_of_attendees(call, call.params["uid"])
    return success([numbered_document(person) for person in booking.attendees])


def get_attendee(call: Call) -> Answer:
    """Show one attendee."""
    booking = booking_of_attendees(call, call.params["uid"])
    return success(numbered_document(attendee_of(booking, path_number(call, "attendee"))))


def post_attendee(call: Call) -> Answer:
    """Add an attendee."""
    uid = call.params["uid"]
    person = add_attendee(call, uid, check_attendee(call.body))
    return success(numbered_document(person) | {"bookingId": call.world.bookings[uid].id}, 201)


ROUTES = (
    Route("POST", "/v2/bookings/{uid}/confirm", BOOKINGS, Access.KEY, post_confirm),
    Route("POST", "/v2/bookings/{uid}/decline", BOOKINGS, Access.KEY, post_decline),
    Route("POST", "/v2/bookings/{uid}/mark-absent", BOOKINGS, Access.KEY, post_mark_absent),
    Route("POST", "/v2/bookings/{uid}/reassign", BOOKINGS, Access.KEY, post_reassign),
    Route("POST", "/v2/bookings/{uid}/reassign/{user}", BOOKINGS, Access.KEY, post_reassign_to),
    Route("PATCH", "/v2/bookings/{uid}/location", _ONE_VERSION, Access.KEY, patch_location),
    Route("POST", "/v2/bookings/{uid}/guests", _ONE_VERSION, Access.KEY, post_guests),
    Route("GET", "/v2/bookings/{uid}/attendees", BOOKINGS, Access.KEY, get_attendees),
    Route("POST", "/v2/bookings/{uid}/attendees", BOOKINGS, Access.KEY, post_attendee),
    Route("GET", "/v2/bookings/{uid}/attendees/{attendee}", BOOKINGS, Access.KEY, get_attendee),
)
