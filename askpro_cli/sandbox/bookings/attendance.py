"""People of a booking after it was made: absences, further attendees, guests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from askpro_cli.sandbox.account.lookup import signed_in
from askpro_cli.sandbox.bookings import texts
from askpro_cli.sandbox.protocol.answers import ApiError, iso_epoch, iso_ms, trpc_error
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.world.register import Person
from askpro_cli.sandbox.world.world import Booking

_MOST_GUESTS = 30


def mark_absent(call: Call, uid: str, body: dict[str, Any]) -> Booking:
    """Note who did not come, or came after all; only once the booking has begun.

    The vendor checks who asks only where attendees are marked, and hides every refusal behind a 500.
    """
    booking = call.world.bookings.get(uid)
    if booking is None:
        raise ApiError(404, f"Booking with uid={uid} not found.")
    if call.epoch < booking.start:
        raise ApiError(400, texts.not_begun(iso_ms(call.now), iso_epoch(booking.start)))
    people = body.get("attendees") or []
    if people and not has_access(call, booking):
        raise ApiError(500, texts.ABSENCE_FAILED, raw=True)
    marked = list(_marked(booking, people))
    host = body.get("host")
    if host is not None:
        booking.absent_host = host
    booking.updated_at = call.now
    call.world.store(booking)
    call.world.emit("BOOKING_NO_SHOW_UPDATED", booking, attendees=marked, host=host)
    return booking


def _marked(booking: Booking, people: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Mark those who are in the booking; the vendor passes over the others."""
    for wanted in people:
        for person in booking.attendees:
            if person["email"] == wanted["email"]:
                person["absent"] = wanted["absent"]
                yield {"email": person["email"], "noShow": wanted["absent"]}


def has_access(call: Call, booking: Booking) -> bool:
    """Tell whether the caller is a host of the booking or of those who manage its event type."""
    event_type = call.world.event_types[booking.event_type_id]
    user = signed_in(call)
    return user.id in booking.host_ids or call.world.may_manage(user, event_type)


def booking_of_attendees(call: Call, uid: str) -> Booking:
    """Return the booking whose attendees are asked for; an unknown one is refused like somebody else's."""
    booking = call.world.bookings.get(uid)
    if booking is None or not has_access(call, booking):
        raise ApiError(403, texts.no_access(signed_in(call).id, uid))
    return booking


def attendee_of(booking: Booking, number: int) -> Person:
    """Return the attendee of that id; raises the vendor's 404."""
    found = next((person for person in booking.attendees if person["id"] == number), None)
    if found is None:
        raise ApiError(404, f"Attendee with id {number} not found in booking {booking.uid}")
    return found


def add_attendee(call: Call, uid: str, body: dict[str, Any]) -> Person:
    """Return the attendee who was added."""
    booking = booking_of_attendees(call, uid)
    return _added(call, booking, [body])[0]


def add_guests(call: Call, uid: str, guests: list[dict[str, Any]]) -> Booking:
    """Return the booking with its new guests; who is in it already is passed over."""
    booking = call.world.bookings.get(uid)
    if booking is None:
        raise ApiError(404, f"Booking with uid {uid} not found")
    present = len(booking.attendees)
    if present + len(guests) > _MOST_GUESTS:
        raise ApiError(400, texts.too_many_guests(len(guests), present, _MOST_GUESTS))
    _added(call, booking, guests)
    return booking


def _added(call: Call, booking: Booking, people: list[dict[str, Any]]) -> list[Person]:
    """Add *people*; only the organiser and attendees may, and only new addresses count."""
    user = signed_in(call)
    organiser = call.world.users[booking.host_ids[0]] if booking.host_ids else None
    addresses = {person["email"].lower() for person in booking.attendees}
    if user is not organiser and user.email.lower() not in addresses:
        raise trpc_error(403, texts.NOT_TO_ADD_GUESTS)
    event_type = call.world.event_types[booking.event_type_id]
    if event_type.disable_guests:
        raise trpc_error(400, texts.guests_disabled(event_type.title, event_type.id))
    fresh = {person["email"].lower(): person for person in people if person["email"].lower() not in addresses}
    if not fresh:
        raise trpc_error(400, texts.NO_NEW_GUESTS)
    zone = organiser.time_zone if organiser else booking.attendee["timeZone"]
    added = [_person(person, zone) for person in fresh.values()]
    booking.others += added
    booking.guests += [person["email"] for person in added]
    booking.responses["guests"] = list(booking.guests)
    booking.updated_at = call.now
    call.world.store(booking)
    return added


def _person(given: dict[str, Any], zone: str) -> Person:
    return {
        "name": given.get("name") or "",
        "email": given["email"],
        "timeZone": given.get("timeZone") or zone,
        "language": given.get("language") or "en",
        "phoneNumber": given.get("phoneNumber"),
    }
