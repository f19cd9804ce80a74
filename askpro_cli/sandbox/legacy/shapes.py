"""The shapes of older versions: what a caller gets who sends the wrong version header, or none."""

from __future__ import annotations

from typing import Any

import msgspec

from askpro_cli.sandbox.protocol.answers import iso_epoch, iso_ms
from askpro_cli.sandbox.world.hours import minutes_of
from askpro_cli.sandbox.world.model import DAY_NAMES, EventType, Schedule, User
from askpro_cli.sandbox.world.world import Booking, World


def old_booking(world: World, booking: Booking) -> dict[str, Any]:
    """Return a booking of 2024-04-15: `responses`, `startTime`, status in capitals."""
    event_type = world.event_types[booking.event_type_id]
    host = world.users[booking.host_ids[0]] if booking.host_ids else None
    return {
        "id": booking.id,
        "uid": booking.uid,
        "userId": host.id if host else None,
        "userPrimaryEmail": host.email if host else None,
        "eventTypeId": event_type.id,
        "title": booking.title,
        "description": booking.description,
        "startTime": iso_epoch(booking.start),
        "endTime": iso_epoch(booking.end),
        "status": booking.status.upper(),
        "responses": dict(booking.responses),
        "attendees": [
            {
                "name": person["name"],
                "email": person["email"],
                "timeZone": person["timeZone"],
                "locale": person["language"],
            }
            for person in booking.attendees
        ],
        "location": booking.location,
        "metadata": dict(booking.metadata),
        "paid": False,
        "createdAt": iso_ms(booking.created_at),
        "eventType": {"id": event_type.id, "slug": event_type.slug, "title": event_type.title},
    }


def old_bookings(world: World, bookings: list[Booking]) -> dict[str, Any]:
    """Return the list of 2024-04-15: an object, not an array."""
    return {
        "bookings": [old_booking(world, booking) for booking in bookings],
        "recurringInfo": [],
        "nextCursor": None,
    }


def old_event_type(event_type: EventType) -> dict[str, Any]:
    """Return an event type of 2024-04-15: `length` instead of `lengthInMinutes`."""
    return {
        "id": event_type.id,
        "length": event_type.length_in_minutes,
        "slug": event_type.slug,
        "title": event_type.title,
        "description": event_type.description,
        "hidden": event_type.hidden,
        "locations": msgspec.to_builtins(event_type.locations),
        "metadata": {},
    }


def old_event_types(user: User) -> dict[str, Any]:
    """Return the list of 2024-04-15: groups by profile."""
    profile = {"slug": user.username, "name": user.name, "image": None}
    listed = [old_event_type(event_type) for event_type in user.event_types]
    group = {
        "teamId": None,
        "bookerUrl": "https://cal.example.org",
        "membershipRole": None,
        "profile": profile,
    }
    return {"eventTypeGroups": [group | {"eventTypes": listed}], "profiles": [profile]}


def old_schedule(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule of 2024-04-15: minutes of the day by weekday numbers, Sunday is 0."""
    hours = [
        {
            "days": [(DAY_NAMES.index(day) + 1) % 7 for day in found.days],
            "startTime": minutes_of(found.start_time),
            "endTime": minutes_of(found.end_time),
        }
        for found in schedule.availability
    ]
    return {
        "id": schedule.id,
        "name": schedule.name,
        "isManaged": False,
        "workingHours": hours,
        "schedule": [],
        "timeBlocks": [],
        "timeZone": schedule.time_zone,
        "dateOverrides": msgspec.to_builtins(schedule.overrides),
        "isDefault": schedule.is_default,
        "readOnly": False,
    }
