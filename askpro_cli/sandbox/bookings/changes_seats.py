"""Changing one seat of a seated booking: move it, cancel it. The others keep theirs."""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.bookings import texts
from askpro_cli.sandbox.bookings.changes import (
    booking_to_move,
    check_cancellable,
    check_movable,
    end_booking,
    moved_copy,
    moved_trigger,
    reason_of,
)
from askpro_cli.sandbox.bookings.checking import check_time, find_hosts, privileges, start_of
from askpro_cli.sandbox.bookings.seats import check_seat, joinable_at
from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.world.model import EventType
from askpro_cli.sandbox.world.register import Person
from askpro_cli.sandbox.world.world import Booking


def reschedule_seat(call: Call, uid: str, body: dict[str, Any]) -> tuple[Booking, str]:
    """Return the booking the seat moved into, and the seat's uid there.

    In a booking that is there already the seat keeps its uid; alone at a new time it gets another. Who leaves
    last ends the old booking (source: attendeeRescheduleSeatedBooking).
    """
    old = booking_to_move(call, uid)
    seat_uid = body["seatUid"]
    person = _seated(call, old, seat_uid)
    event_type = call.world.event_types[old.event_type_id]
    check_movable(call, old, event_type)
    start = start_of(body["start"])
    joined = joinable_at(call.world, event_type, start)
    if joined is None:
        new, seat_uid = _alone(call, old, person, event_type, body)
    else:
        check_time(call, event_type, start, privileges(call, event_type, body))
        check_seat(event_type, joined, person["email"], full=texts.SEATS_FULL, raw=True)
        new = joined
        new.others.append(person)
        new.updated_at = call.now
    _leave(call, old, person["seatUid"])
    call.world.store(new)
    call.world.emit(moved_trigger(new), new, seat_uid=seat_uid, moved_from=old.uid)
    return new, seat_uid


def _seated(call: Call, booking: Booking, seat_uid: str) -> Person:
    """Return who has the seat; raises the 404 of an unknown seat, and of one in another booking."""
    owner = call.world.booking_of_seat(seat_uid)
    if owner is None:
        raise ApiError(404, f"Seat with uid={seat_uid} does not exist.")
    person = booking.seat(seat_uid)
    if person is None:
        seated = owner.seat(seat_uid) or owner.attendee
        raise ApiError(404, texts.not_in_booking(seated["email"], booking.uid, seat_uid))
    return person


def _alone(
    call: Call, old: Booking, person: Person, event_type: EventType, body: dict[str, Any]
) -> tuple[Booking, str]:
    """Make a booking for a seat that moves where nobody sits yet."""
    start = start_of(body["start"])
    span = (start, start + old.end - old.start)
    without = old.uid if len(old.attendees) == 1 else None
    hosts = find_hosts(call, event_type, span, privileges(call, event_type, body), without=without)
    if "race409" in call.quirks:
        raise ApiError(409, messages.CONFLICT, raw=True)
    new = moved_copy(call, old, body, hosts=hosts, span=span)
    new.attendee = {**person, "seatUid": call.world.new_uuid()}
    del new.attendee["id"]
    new.others = []
    return new, new.attendee["seatUid"]


def _leave(call: Call, booking: Booking, seat_uid: str) -> None:
    if len(booking.attendees) == 1:
        booking.status = "cancelled"
    booking.remove_seat(seat_uid)
    booking.updated_at = call.now
    call.world.store(booking)


def cancel_seat(call: Call, uid: str, body: dict[str, Any]) -> Booking:
    """Return the booking without the seat; with its last seat it is cancelled as a whole."""
    seat_uid = body["seatUid"]
    owner = call.world.booking_of_seat(seat_uid)
    if owner is None:
        raise ApiError(400, texts.NO_SUCH_SEAT)
    if owner.uid != uid:
        raise ApiError(400, texts.SEAT_ELSEWHERE)
    if owner.status == "cancelled":
        raise ApiError(400, messages.cancelled_already(uid))
    check_cancellable(call, owner, reason_of(body))
    if len(owner.attendees) == 1:
        end_booking(call, owner, reason_of(body), seat_uid=seat_uid)
        return owner
    owner.remove_seat(seat_uid)
    owner.updated_at = call.now
    call.world.store(owner)
    call.world.emit("BOOKING_CANCELLED", owner, seat_uid=seat_uid)
    return owner
