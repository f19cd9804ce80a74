"""Bookings, schedules, users and teams as the current versions write them."""

from __future__ import annotations

from typing import Any

import msgspec

from askpro_cli.sandbox.answers import iso_epoch, iso_ms
from askpro_cli.sandbox.model import Schedule, Team, User
from askpro_cli.sandbox.world import Booking, World

_OPTIONAL = ("rescheduledByEmail", "reschedulingReason", "rescheduledFromUid", "rescheduledToUid")


def booking_document(world: World, booking: Booking) -> dict[str, Any]:
    """Return BookingOutput_2024_08_13; 2026-02-25 writes the same."""
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
        "absentHost": False,
        "createdAt": iso_ms(booking.created_at),
        "updatedAt": iso_ms(booking.updated_at),
        "metadata": dict(booking.metadata),
        "rating": None,
        "icsUid": f"{booking.uid}@cal.com",
        "attendees": [attendee_document(booking.attendee)],
        "guests": list(booking.guests),
        "bookingFieldsResponses": {**booking.responses, "displayEmail": booking.attendee["email"]},
    }
    return {key: value for key, value in document.items() if value is not None or key not in _OPTIONAL}


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


def attendee_document(attendee: dict[str, Any]) -> dict[str, Any]:
    """Return the attendee as bookings show him."""
    document = {
        "name": attendee["name"],
        "email": attendee["email"],
        "displayEmail": attendee["email"],
        "timeZone": attendee["timeZone"],
        "language": attendee["language"],
        "absent": False,
    }
    if attendee.get("phoneNumber"):
        document["phoneNumber"] = attendee["phoneNumber"]
    return document


def schedule_document(schedule: Schedule, owner: User) -> dict[str, Any]:
    """Return ScheduleOutput_2024_06_11."""
    document: dict[str, Any] = msgspec.to_builtins(schedule)
    return {
        "id": schedule.id,
        "ownerId": owner.id,
        "name": schedule.name,
        "timeZone": schedule.time_zone,
        "availability": document["availability"],
        "isDefault": schedule.is_default,
        "overrides": document["overrides"],
    }


def me_document(user: User, default_schedule_id: int | None) -> dict[str, Any]:
    """Return MeOutput."""
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "name": user.name,
        "avatarUrl": None,
        "bio": None,
        "timeFormat": 24,
        "defaultScheduleId": default_schedule_id,
        "weekStart": "Monday",
        "timeZone": user.time_zone,
        "organizationId": None,
    }


def team_document(team: Team) -> dict[str, Any]:
    """Return TeamOutputDto."""
    return {
        "id": team.id,
        "name": team.name,
        "slug": team.slug,
        "logoUrl": None,
        "bio": None,
        "hideBranding": False,
        "isOrganization": team.is_organization,
        "isPrivate": False,
        "hideBookATeamMember": False,
        "metadata": {},
        "theme": None,
        "timeZone": "Europe/Berlin",
        "weekStart": "Monday",
    }
