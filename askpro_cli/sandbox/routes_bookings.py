"""`/v2/bookings…` of 2024-08-13 and 2026-02-25."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from askpro_cli.sandbox.answers import Answer, success
from askpro_cli.sandbox.auth import Access
from askpro_cli.sandbox.booking import create
from askpro_cli.sandbox.booking_input import check_cancel, check_create, check_reschedule
from askpro_cli.sandbox.call import Call
from askpro_cli.sandbox.changes import cancel, decide, reschedule
from askpro_cli.sandbox.legacy import old_booking, old_bookings
from askpro_cli.sandbox.listing import booking_by_uid, list_bookings
from askpro_cli.sandbox.lookup import signed_in
from askpro_cli.sandbox.render import booking_document
from askpro_cli.sandbox.routing import BOOKINGS, Route
from askpro_cli.sandbox.world import Booking

_FOREIGN_AGE = timedelta(minutes=34)
_FOREIGN = {
    "name": "Berta Beispiel",
    "email": "berta.beispiel@example.org",
    "timeZone": "Europe/Berlin",
    "language": "de",
    "phoneNumber": "+493023125042",
}


def _document(call: Call, booking: Booking) -> dict[str, Any]:
    if "legacy-shape" in call.quirks:
        return old_booking(call.world, booking)
    return booking_document(call.world, booking)


def post_booking(call: Call) -> Answer:
    """Create a booking."""
    body = check_create(call.body, call.version)
    if "foreign-booking" in call.quirks:
        return success(_document(call, _foreign(call, body)), 201)
    return success(_document(call, create(call, body)), 201)


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
    documents = [booking_document(call.world, booking) for booking in page.bookings]
    return success(documents, pagination=page.pagination())


def get_booking(call: Call) -> Answer:
    """Show a booking; its uid is enough."""
    return success(_document(call, booking_by_uid(call.world, call.params["uid"])))


def post_reschedule(call: Call) -> Answer:
    """Move a booking."""
    body = check_reschedule(call.body, call.version)
    return success(_document(call, reschedule(call, call.params["uid"], body)), 201)


def post_cancel(call: Call) -> Answer:
    """Cancel a booking."""
    body = check_cancel(call.body)
    return success(_document(call, cancel(call, call.params["uid"], body)))


def post_confirm(call: Call) -> Answer:
    """Confirm a pending booking."""
    return success(_document(call, decide(call, call.params["uid"], accept=True)))


def post_decline(call: Call) -> Answer:
    """Decline a pending booking."""
    reason = call.body.get("reason") if isinstance(call.body, dict) else None
    said = reason if isinstance(reason, str) else ""
    return success(_document(call, decide(call, call.params["uid"], accept=False, reason=said)))


ROUTES = (
    Route("POST", "/v2/bookings", BOOKINGS, Access.OPTIONAL, post_booking),
    Route("GET", "/v2/bookings", BOOKINGS, Access.KEY, get_bookings),
    Route("GET", "/v2/bookings/{uid}", BOOKINGS, Access.OPTIONAL, get_booking),
    Route("POST", "/v2/bookings/{uid}/reschedule", BOOKINGS, Access.OPTIONAL, post_reschedule),
    Route("POST", "/v2/bookings/{uid}/cancel", BOOKINGS, Access.OPTIONAL, post_cancel),
    Route("POST", "/v2/bookings/{uid}/confirm", BOOKINGS, Access.KEY, post_confirm),
    Route("POST", "/v2/bookings/{uid}/decline", BOOKINGS, Access.KEY, post_decline),
)
