"""A new booking out of a create body that passed every check."""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.bookings.checking import Wish
from askpro_cli.sandbox.bookings.locations import (
    location_response,
    shown_location,
)
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.world.model import EventType
from askpro_cli.sandbox.world.world import Booking, World


def new_booking(call: Call, wish: Wish, hosts: tuple[int, ...], start: int, status: str) -> Booking:
    """Return the booking of *wish*, not yet stored; *hosts* may be nobody (an instant booking)."""
    uid = call.world.new_uid()
    body, event_type = wish.body, wish.event_type
    location = body.get("location") or body.get("meetingUrl")
    attendee = person_of(body["attendee"])
    guests = list(body.get("guests") or [])
    responses = responses_of(body, attendee) | {"guests": guests, "location": location_response(location)}
    title = booking_title(call.world, event_type, hosts, attendee["name"], responses.get("title"))
    return Booking(
        id=call.world.next_id(),
        uid=uid,
        event_type_id=event_type.id,
        host_ids=hosts,
        start=start,
        end=wish.span(start)[1],
        status=status,
        title=title,
        description=str(responses.get("notes") or ""),
        attendee=attendee,
        others=[] if event_type.seats_per_time_slot else [guest_of(email, attendee) for email in guests],
        guests=guests,
        metadata=dict(body.get("metadata") or {}),
        responses={key: value for key, value in responses.items() if value is not None},
        location=shown_location(event_type, location, uid),
        created_at=call.now,
        updated_at=call.now,
    )


def person_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return the attendee as stored; without a mail address the vendor makes one from the number."""
    phone = given.get("phoneNumber")
    email = given.get("email") or f"{str(phone).lstrip('+')}@sms.cal.com"
    return {
        "name": given["name"],
        "email": email,
        "timeZone": given["timeZone"],
        "language": given.get("language") or "en",
        "phoneNumber": phone,
    }


def guest_of(email: str, attendee: dict[str, Any]) -> dict[str, Any]:
    """Return a guest as stored: an attendee without a name, in the booker's zone and language."""
    return {
        "name": "",
        "email": email,
        "timeZone": attendee["timeZone"],
        "language": attendee["language"],
        "phoneNumber": None,
    }


def responses_of(body: dict[str, Any], attendee: dict[str, Any]) -> dict[str, Any]:
    """Return what the booker answered, his name, address and number with it."""
    return {
        **(body.get("bookingFieldsResponses") or {}),
        "name": attendee["name"],
        "email": attendee["email"],
        "attendeePhoneNumber": attendee["phoneNumber"],
    }


def booking_title(
    world: World, event_type: EventType, hosts: tuple[int, ...], name: str, given: Any = None
) -> str:
    """Return the title: the booker's answer, else the vendor's default."""
    host = world.users[hosts[0]].name if hosts else world.team_of[event_type.id].name
    return str(given or f"{event_type.title} between {host} and {name}")
