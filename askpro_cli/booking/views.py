"""Bookings as answers show them: released field names, local times, people masked unless revealed.

The names are documented in ``docs/booking.md`` and stay once released.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.redaction import HIDDEN, mask_email, mask_name, mask_phone
from askpro_cli.base.times import iso_local, iso_utc
from askpro_cli.calcom.models import Attendee, Booking, Host


def booking_view(booking: Booking, zone: ZoneInfo, *, reveal: bool = False) -> dict[str, Any]:
    """Return a booking as ``data.booking`` and ``data.bookings[]`` show it.

    Args:
        booking: the vendor's document.
        zone: the company's, for ``start`` and ``end``.
        reveal: show names, addresses, numbers and free text; the caller logs that it did.
    """
    found = {
        "uid": booking.uid,
        "status": booking.status,
        "start": iso_local(booking.start, zone),
        "end": iso_local(booking.end, zone),
        "start_utc": iso_utc(booking.start),
        "event_type": {"id": booking.of_event_type, "slug": booking.event_type.slug},
        "attendees": [_attendee(person, reveal=reveal) for person in booking.attendees],
        "hosts": [_host(host, reveal=reveal) for host in booking.hosts],
        "created_at": iso_utc(booking.created_at) if booking.created_at else None,
        "rescheduled_from": booking.rescheduled_from_uid or None,
        "rescheduled_to": booking.rescheduled_to_uid or None,
    }
    more = {
        "seat_uid": booking.seat_uid or None,
        "series_uid": booking.recurring_booking_uid or None,
        "absent_host": booking.absent_host or None,
    }
    given = {name: value for name, value in more.items() if value is not None}
    return found | given | _free_text(booking, reveal=reveal)


def _attendee(person: Attendee, *, reveal: bool) -> dict[str, Any]:
    seat: dict[str, Any] = {"seat_uid": person.seat_uid} if person.seat_uid else {}
    if person.absent:
        seat |= {"absent": True}
    if reveal:
        return {
            "name": person.name,
            "email": person.email or None,
            "phone": person.phone_number or None,
            **seat,
        }
    return {
        "name": mask_name(person.name),
        "email": mask_email(person.email) if person.email else None,
        "phone": mask_phone(person.phone_number) if person.phone_number else None,
        **seat,
    }


def _host(host: Host, *, reveal: bool) -> dict[str, Any]:
    return {"id": host.id, "name": host.name if reveal else mask_name(host.name)}


def short_view(booking: Booking, zone: ZoneInfo) -> dict[str, Any]:
    """Return which booking it is, when, and how it stands; nothing about people."""
    return {
        "uid": booking.uid,
        "start": iso_local(booking.start, zone),
        "end": iso_local(booking.end, zone),
        "status": booking.status,
    }


def _free_text(booking: Booking, *, reveal: bool) -> dict[str, Any]:
    """Return what people wrote; without *reveal* only which answers there are."""
    if reveal:
        return {
            "title": booking.title,
            "location": booking.location,
            "guests": booking.guests,
            "fields": booking.booking_fields_responses,
            "metadata": booking.metadata,
            "cancellation_reason": booking.cancellation_reason or None,
        }
    return {
        "guests": [mask_email(guest) for guest in booking.guests],
        "fields": dict.fromkeys(booking.booking_fields_responses, HIDDEN),
        "metadata": {
            key: value if key.startswith("askpro_") else HIDDEN for key, value in booking.metadata.items()
        },
    }
