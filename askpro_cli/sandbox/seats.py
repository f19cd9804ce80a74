"""Seats: several attendees in one booking of a seated event type."""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.model import EventType
from askpro_cli.sandbox.ranges import Range
from askpro_cli.sandbox.world import Booking, World


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


def is_full(event_type: EventType, booking: Booking) -> bool:
    """Tell whether every seat is taken."""
    return len(booking.attendees) >= (event_type.seats_per_time_slot or 1)


def seats_document(event_type: EventType, booking: Booking | None) -> dict[str, Any]:
    """Return what a seated slot says beside its start; `bookingUid` only where somebody sits already."""
    total = event_type.seats_per_time_slot or 0
    booked = len(booking.attendees) if booking else 0
    document: dict[str, Any] = {
        "seatsBooked": booked,
        "seatsRemaining": total - booked,
        "seatsTotal": total,
    }
    return document | {"bookingUid": booking.uid} if booking else document
