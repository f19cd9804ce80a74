"""Other hosts and another place for a booking that stays as it is."""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.bookings import texts
from askpro_cli.sandbox.bookings.drafting import booking_title
from askpro_cli.sandbox.bookings.locations import location_response
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.slots.finding import fairest, free_groups
from askpro_cli.sandbox.world.model import EventType, User
from askpro_cli.sandbox.world.world import BLOCKING, Booking

_VALUES = {
    "address": "address",
    "link": "link",
    "phone": "phone",
    "attendeeAddress": "address",
    "attendeePhone": "phone",
    "attendeeDefined": "location",
}


def reassign(call: Call, uid: str) -> Booking:
    """Give a round-robin booking to another host who is free; other bookings have none."""
    booking, event_type = _to_reassign(call, uid)
    shared = _is_shared(event_type, booking)
    span = (booking.start, booking.end)
    groups = free_groups(call.world, event_type, span, without=uid, limits=False) if shared else []
    hosts = fairest(call.world, [group for group in groups if group != booking.host_ids])
    if not hosts:
        raise ApiError(400, texts.NO_OTHER_HOST)
    _give(call, booking, event_type, hosts)
    return booking


def reassign_to(call: Call, uid: str, user_id: int) -> Booking:
    """Give a round-robin booking to one of its event type's hosts; his calendar is not looked at."""
    booking, event_type = _to_reassign(call, uid)
    user: User | None = call.world.users.get(user_id)
    if user is None:
        raise ApiError(404, f"User with id={user_id} was not found in the database")
    if not _is_shared(event_type, booking) or user_id not in call.world.hosts_of(event_type):
        raise ApiError(400, texts.not_a_host_of_it(user_id))
    _give(call, booking, event_type, (user_id,))
    return booking


def _is_shared(event_type: EventType, booking: Booking) -> bool:
    """Tell whether one of several hosts has the booking; not one that is over or unhosted."""
    return event_type.scheduling_type == "roundRobin" and booking.status in BLOCKING


def _to_reassign(call: Call, uid: str) -> tuple[Booking, EventType]:
    booking = call.world.bookings.get(uid)
    if booking is None:
        raise ApiError(404, texts.unknown_booking(uid))
    event_type = call.world.event_types[booking.event_type_id]
    if not call.world.may_manage(call.caller, event_type):
        raise ApiError(403, texts.NOT_TO_REASSIGN)
    return booking, event_type


def _give(call: Call, booking: Booking, event_type: EventType, hosts: tuple[int, ...]) -> None:
    name = booking.attendee["name"]
    if booking.title == booking_title(call.world, event_type, booking.host_ids, name):
        booking.title = booking_title(call.world, event_type, hosts, name)
    booking.updated_at = call.now
    call.world.assign(booking, hosts)


def set_location(call: Call, uid: str, location: dict[str, Any] | None) -> Booking:
    """Move a booking to another place; the event type's own places are not asked. None changes nothing."""
    booking = call.world.bookings.get(uid)
    if booking is None:
        raise ApiError(404, f"Booking with uid={uid} not found")
    if not call.world.may_manage(call.caller, call.world.event_types[booking.event_type_id]):
        raise ApiError(403, texts.NOT_TO_MOVE_PLACE)
    if location is None:
        return booking
    value = location.get(_VALUES.get(location["type"], ""))
    if not value:
        raise ApiError(400, texts.no_location_value(location["type"]))
    booking.location = str(value)
    booking.responses["location"] = location_response(location)
    booking.updated_at = call.now
    call.world.store(booking)
    return booking
