"""Bookings as 2024-08-13 and 2026-02-25 write them: plain, recurring, seated."""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.protocol.answers import iso_epoch, iso_ms
from askpro_cli.sandbox.protocol.routing import V_2024_08_13, V_2026_02_25
from askpro_cli.sandbox.world.model import User
from askpro_cli.sandbox.world.register import Person
from askpro_cli.sandbox.world.world import Booking, World

_OPTIONAL = ("rescheduledByEmail", "reschedulingReason", "rescheduledFromUid", "rescheduledToUid")


def booking_document(
    world: World, booking: Booking, *, version: str = V_2024_08_13, people: bool = True, plain: bool = False
) -> dict[str, Any]:
    """Return the booking's document.

    Args:
        world: where it stands.
        booking: what is shown.
        version: 2026-02-25 keeps the attendees of a cancelled seated booking.
        people: whether the caller may see who has the seats.
        plain: not in its seated shape (mark-absent answers so).
    """
    document = _common(world, booking)
    if booking.recurring_uid:
        document["recurringBookingUid"] = booking.recurring_uid
    if plain or not world.event_types[booking.event_type_id].seats_per_time_slot:
        return document | _plain_part(booking)
    gone = booking.status == "cancelled" and version != V_2026_02_25
    shown = booking.attendees if people and not gone else []
    return document | {"attendees": [seated_document(person) for person in shown]}


def _common(world: World, booking: Booking) -> dict[str, Any]:
    event_type = world.event_types[booking.event_type_id]
    document = {
        "id": booking.id,
        "uid": booking.uid,
        "title": booking.title,
        "description": booking.description,
        "hosts": [host_document(world.users[host_id]) for host_id in booking.host_ids],
        "status": booking.status,
        "cancellationReason": booking.cancellation_reason,
        "cancelledByEmail": booking.cancelled_by,
        "reschedulingReason": booking.rescheduling_reason,
        "rescheduledByEmail": booking.rescheduled_by,
        "rescheduledFromUid": booking.rescheduled_from,
        "rescheduledToUid": booking.rescheduled_to,
        "start": iso_epoch(booking.start),
        "end": iso_epoch(booking.end),
        "duration": (booking.end - booking.start) // 60,
        "eventTypeId": event_type.id,
        "eventType": {"id": event_type.id, "slug": event_type.slug},
        "meetingUrl": booking.location,
        "location": booking.location,
        "absentHost": booking.absent_host,
        "createdAt": iso_ms(booking.created_at),
        "updatedAt": iso_ms(booking.updated_at),
        "metadata": dict(booking.metadata),
        "rating": None,
        "icsUid": f"{booking.uid}@cal.com",
    }
    return {key: value for key, value in document.items() if value is not None or key not in _OPTIONAL}


def _plain_part(booking: Booking) -> dict[str, Any]:
    return {
        "attendees": [attendee_document(person) for person in booking.attendees],
        "guests": list(booking.guests),
        "bookingFieldsResponses": {**booking.responses, "displayEmail": booking.attendee["email"]},
    }


def host_document(user: User) -> dict[str, Any]:
    """Return a host as bookings show him."""
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "displayEmail": user.email,
        "username": user.username,
        "timeZone": user.time_zone,
    }


def attendee_document(person: Person) -> dict[str, Any]:
    """Return an attendee as bookings show him."""
    document = {
        "name": person["name"],
        "email": person["email"],
        "displayEmail": person["email"],
        "timeZone": person["timeZone"],
        "language": person["language"],
        "absent": person.get("absent", False),
    }
    if person.get("phoneNumber"):
        document["phoneNumber"] = person["phoneNumber"]
    return document


def seated_document(person: Person) -> dict[str, Any]:
    """Return an attendee with his seat; his address is not among his answers, for privacy.

    A guest who was added later has no seat.
    """
    given = person.get("responses", {})
    document = attendee_document(person) | {
        "bookingFieldsResponses": {name: value for name, value in given.items() if name != "email"},
        "metadata": dict(person.get("metadata", {})),
    }
    return document | {"seatUid": person["seatUid"]} if "seatUid" in person else document


def numbered_document(person: Person) -> dict[str, Any]:
    """Return an attendee with his id, as the attendees' endpoints show him."""
    return {"id": person["id"], **attendee_document(person)}
