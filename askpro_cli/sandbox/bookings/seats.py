"""Seats: several attendees in one booking of a seated event type."""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.bookings import texts
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.slots.ranges import Range
from askpro_cli.sandbox.world.model import EventType
from askpro_cli.sandbox.world.world import Booking, World


def joinable(world: World, event_type: EventType, window: Range) -> dict[int, Booking]:
    """Return the accepted bookings of a seated event type that start within *window*, by their start.

    Both ends are included. Only accepted ones take more attendees: a pending one blocks its time (source:
    handleSeats).
    """
    if not event_type.seats_per_time_slot:
        return {}
    return {
        booking.start: booking
        for host_id in world.hosts_of(event_type)
        for booking in world.active_touching(host_id, *window)
        if booking.event_type_id == event_type.id
        and booking.status == "accepted"
        and window[0] <= booking.start <= window[1]
    }


def joinable_at(world: World, event_type: EventType, start: int) -> Booking | None:
    """Return the booking a further attendee at *start* (epoch seconds) would join."""
    return joinable(world, event_type, (start, start)).get(start)


def is_full(event_type: EventType, booking: Booking, held: int = 0) -> bool:
    """Tell whether every seat is taken, *held* of them by reservations."""
    return len(booking.attendees) + held >= (event_type.seats_per_time_slot or 1)


def check_seat(event_type: EventType, booking: Booking, email: str, *, full: str, raw: bool) -> None:
    """Refuse a seat to who has one already, and where none is left; *full* is the text of the latter.

    Both are 409; what creating does not translate stays Nest's bare body (*raw*).
    """
    if any(person["email"] == email for person in booking.attendees):
        raise ApiError(409, texts.ALREADY_SIGNED_UP, raw=True)
    if is_full(event_type, booking):
        raise ApiError(409, full, raw=raw)


def seats_document(event_type: EventType, booking: Booking | None, held: int = 0) -> dict[str, Any]:
    """Return what a seated slot says beside its start; `bookingUid` only where somebody sits already.

    *held* seats are reserved: the vendor counts them as booked.
    """
    total = event_type.seats_per_time_slot or 0
    booked = held + (len(booking.attendees) if booking else 0)
    document: dict[str, Any] = {
        "seatsBooked": booked,
        "seatsRemaining": total - booked,
        "seatsTotal": total,
    }
    return document | {"bookingUid": booking.uid} if booking else document
