"""The people and the answers of a booking as webhooks write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.world.model import User
from askpro_cli.sandbox.world.register import Booking, Person

_MINUTE = 60
_LABELS = {
    "name": "your_name",
    "email": "email_address",
    "attendeePhoneNumber": "phone_number",
    "location": "location",
    "title": "what_is_this_meeting_about",
    "notes": "additional_notes",
    "guests": "additional_guests",
    "rescheduleReason": "reason_for_reschedule",
}
_HIDDEN = frozenset({"attendeePhoneNumber", "title"})

Document = dict[str, Any]


def organizer(host: User, at: int) -> Document:
    """Return a host; his offset is that of *at* (epoch seconds)."""
    return {
        "id": host.id,
        "name": host.name,
        "email": host.email,
        "username": host.username,
        "usernameInOrg": host.username,
        "timeZone": host.time_zone,
        "language": {"locale": "de"},
        "timeFormat": "HH:mm",
        "utcOffset": utc_offset(host.time_zone, datetime.fromtimestamp(at, UTC)),
    }


def people(booking: Booking) -> list[Document]:
    """Return the attendees and, as the vendor counts them in, the guests."""
    guests: list[Person] = [
        {"name": "", "email": email, "timeZone": booking.attendee["timeZone"]} for email in booking.guests
    ]
    named = {person["email"] for person in booking.attendees}
    shown = [*booking.attendees, *(guest for guest in guests if guest["email"] not in named)]
    return [_person(person, booking.start) for person in shown]


def _person(person: Person, at: int) -> Document:
    first, _, last = str(person["name"]).partition(" ")
    return {
        "email": person["email"],
        "name": person["name"],
        "firstName": first,
        "lastName": last,
        "timeZone": person["timeZone"],
        "phoneNumber": person.get("phoneNumber"),
        "language": {"locale": person.get("language") or "en"},
        "utcOffset": utc_offset(person["timeZone"], datetime.fromtimestamp(at, UTC)),
    }


def labelled(booking: Booking) -> Document:
    """Return the answers with the labels of the booking form; a field nobody answered has no value."""
    fields = [*_LABELS, *(slug for slug in booking.responses if slug not in _LABELS)]
    return {
        slug: {
            "label": _LABELS.get(slug, slug),
            **({"value": booking.responses[slug]} if booking.responses.get(slug) is not None else {}),
            "isHidden": slug in _HIDDEN,
        }
        for slug in fields
    }


def plain_labels(booking: Booking) -> Document:
    """Return the answers with their slugs for labels, as cancellations and rejections have them."""
    return {slug: {"label": slug, "value": value} for slug, value in booking.responses.items()}


def utc_offset(zone: str, at: datetime) -> int:
    """Return the zone's minutes ahead of UTC at an instant."""
    ahead = at.astimezone(ZoneInfo(zone)).utcoffset()
    return round(ahead.total_seconds() / _MINUTE) if ahead else 0
