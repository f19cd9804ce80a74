"""`/v2/bookings…` of 2024-08-13 and 2026-02-25."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from askpro_cli.sandbox.account.lookup import path_team, signed_in
from askpro_cli.sandbox.bookings import texts
from askpro_cli.sandbox.bookings.changes import cancel, reschedule
from askpro_cli.sandbox.bookings.changes_seats import cancel_seat, reschedule_seat
from askpro_cli.sandbox.bookings.creating import create
from askpro_cli.sandbox.bookings.input import check_cancel, check_create, check_reschedule
from askpro_cli.sandbox.bookings.listing import bookings_by_uid, list_bookings
from askpro_cli.sandbox.bookings.render import booking_document
from askpro_cli.sandbox.legacy.shapes import old_booking, old_bookings
from askpro_cli.sandbox.protocol.answers import Answer, ApiError, success
from askpro_cli.sandbox.protocol.auth import Access
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.routing import ALL_VERSIONS, BOOKINGS, Route
from askpro_cli.sandbox.world.world import Booking

_FOREIGN_AGE = timedelta(minutes=34)
_FOREIGN = {
    "name": "Berta Beispiel",
    "email": "berta.beispiel@example.org",
    "timeZone": "Europe/Berlin",
    "language": "de",
    "phoneNumber": "+493023125042",
}


def shown(
    call: Call, booking: Booking, *, seat_uid: str | None = None, plain: bool = False
) -> dict[str, Any]:
    """Return a booking as this caller may see it; *seat_uid* is what creating and moving a seat add."""
    if "legacy-shape" in call.quirks:
        return old_booking(call.world, booking)
    people = sees_people(call, booking)
    document = booking_document(call.world, booking, version=call.version, people=people, plain=plain)
    return document | {"seatUid": seat_uid} if seat_uid else document


def sees_people(call: Call, booking: Booking) -> bool:
    """Tell whether the caller may see who has the other seats."""
    event_type = call.world.event_types[booking.event_type_id]
    return event_type.seats.show_attendee_info or call.world.may_manage(call.caller, event_type)


def post_booking(call: Call) -> Answer:
    """Create a booking; a series is answered as an array."""
    body = check_create(call.body, call.version)
    if "foreign-booking" in call.quirks:
        return success(shown(call, _foreign(call, body)), 201)
    made = create(call, body)
    documents = [shown(call, place.booking, seat_uid=place.seat_uid) for place in made.places]
    return success(documents if made.is_series else documents[0], 201)


def _foreign(call: Call, body: dict[str, Any]) -> Booking:
    """Return an older booking of somebody else instead of making one, as the vendor has been seen to do."""
    made = call.now - _FOREIGN_AGE
    event_type = call.world.event_types.get(body.get("eventTypeId") or 0)
    found = event_type or next(iter(call.world.event_types.values()))
    start = call.epoch + 86_400
    return Booking(
        id=1,
        uid=call.world.new_uid(),
        event_type_id=found.id,
        host_ids=call.world.hosts_of(found)[:1],
        start=start,
        end=start + found.length_in_minutes * 60,
        status="accepted",
        title=f"{found.title} between Somebody and {_FOREIGN['name']}",
        attendee=dict(_FOREIGN),
        metadata={"call_id": "call_of_somebody_else"},
        responses={"name": _FOREIGN["name"], "email": _FOREIGN["email"]},
        created_at=made,
        updated_at=made,
    )


def get_bookings(call: Call) -> Answer:
    """List bookings."""
    page = list_bookings(call, signed_in(call))
    if "legacy-shape" in call.quirks:
        return success(old_bookings(call.world, page.bookings))
    documents = [booking_document(call.world, booking, version=call.version) for booking in page.bookings]
    return success(documents, pagination=page.pagination())


def get_team_bookings(call: Call) -> Answer:
    """List a team's bookings, a colleague's too."""
    page = list_bookings(call, signed_in(call), path_team(call))
    documents = [booking_document(call.world, booking, version=call.version) for booking in page.bookings]
    return success(documents, pagination=page.pagination())


def get_booking(call: Call) -> Answer:
    """Show a booking, or as an array the whole series of that uid; the uid is enough."""
    uid = call.params["uid"]
    found = [shown(call, booking) for booking in bookings_by_uid(call.world, uid)]
    return success(found if call.world.series(uid) else found[0])


def get_booking_by_seat(call: Call) -> Answer:
    """Show the booking of a seat; who may not see the others sees this attendee only."""
    seat_uid = call.params["seat"]
    booking = call.world.booking_of_seat(seat_uid)
    if booking is None:
        raise ApiError(404, texts.unknown_seat(seat_uid))
    document = booking_document(call.world, booking, version=call.version)
    if not sees_people(call, booking):
        document["attendees"] = [
            person for person in document["attendees"] if person.get("seatUid") == seat_uid
        ]
    return success(document)


def post_reschedule(call: Call) -> Answer:
    """Move a booking, or one seat of it."""
    body = check_reschedule(call.body, call.version)
    if "seatUid" in body:
        booking, seat_uid = reschedule_seat(call, call.params["uid"], body)
        return success(shown(call, booking, seat_uid=seat_uid), 201)
    return success(shown(call, reschedule(call, call.params["uid"], body)), 201)


def post_cancel(call: Call) -> Answer:
    """Cancel a booking, one seat of it, or what is left of a series (then an array is answered)."""
    uid = call.params["uid"]
    body = check_cancel(call.body)
    if "seatUid" in body:
        return success(shown(call, cancel_seat(call, uid, body)))
    found = [shown(call, booking) for booking in cancel(call, uid, body)]
    several = call.world.series(uid) or body.get("cancelSubsequentBookings")
    return success(found if several else found[0])


ROUTES = (
    Route("POST", "/v2/bookings", BOOKINGS, Access.OPTIONAL, post_booking),
    Route("GET", "/v2/bookings", BOOKINGS, Access.KEY, get_bookings),
    Route("GET", "/v2/teams/{team}/bookings", ALL_VERSIONS, Access.KEY, get_team_bookings),
    Route("GET", "/v2/bookings/by-seat/{seat}", BOOKINGS, Access.OPTIONAL, get_booking_by_seat),
    Route("GET", "/v2/bookings/{uid}", BOOKINGS, Access.OPTIONAL, get_booking),
    Route("POST", "/v2/bookings/{uid}/reschedule", BOOKINGS, Access.OPTIONAL, post_reschedule),
    Route("POST", "/v2/bookings/{uid}/cancel", BOOKINGS, Access.OPTIONAL, post_cancel),
)
