"""Booking locations: which ones an event type takes, and what the booking then shows."""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError, zod_error
from askpro_cli.sandbox.world.model import ATTENDEE_LOCATIONS, EventType, Location

_ATTENDEE_VALUE = {"attendeeAddress": "address", "attendeePhone": "phone", "attendeeDefined": "location"}
_INTERNAL = {
    "address": "inPerson",
    "attendeeAddress": "attendeeInPerson",
    "link": "link",
    "phone": "userPhone",
    "organizersDefaultApp": "conferencing",
    "attendeePhone": "phone",
    "attendeeDefined": "somewhereElse",
}


def check_location(event_type: EventType, location: Any) -> None:
    """Refuse a location object the event type does not offer; plain strings pass, for old clients."""
    if not isinstance(location, dict):
        return
    kind = location["type"]
    allowed = [offered.type for offered in event_type.locations]
    if kind not in allowed:
        raise ApiError(400, messages.wrong_location(kind, event_type.id, ", ".join(allowed)))
    if kind == "integration":
        apps = [
            offered.integration or "" for offered in event_type.locations if offered.type == "integration"
        ]
        name = str(location.get("integration"))
        if name not in apps:
            raise ApiError(400, messages.wrong_integration(name, event_type.id, ", ".join(apps)))


def require_location(event_type: EventType, location: Any) -> None:
    """Refuse a booking whose only place is the attendee's to say, when he does not say it."""
    offered = event_type.locations
    if not offered or any(found.type not in ATTENDEE_LOCATIONS for found in offered):
        return
    value = location if isinstance(location, str) else _attendee_value(location)
    if not value:
        raise zod_error("{location}error_required_field")


def _attendee_value(location: Any) -> str:
    if not isinstance(location, dict):
        return ""
    return str(location.get(_ATTENDEE_VALUE.get(location["type"], "")) or "")


def shown_location(event_type: EventType, location: Any, uid: str) -> str:
    """Return the `location` text of a booking."""
    if isinstance(location, str):
        return location
    if isinstance(location, dict):
        return _attendee_value(location) or _offered_text(_offered(event_type, location), uid)
    return _offered_text(event_type.locations[0], uid) if event_type.locations else ""


def _offered(event_type: EventType, location: dict[str, Any]) -> Location:
    return next(found for found in event_type.locations if found.type == location["type"])


def _offered_text(location: Location, uid: str) -> str:
    if location.type in ("integration", "organizersDefaultApp"):
        return f"https://video.example.org/{uid}"
    return location.address or location.link or location.phone or ""


def location_response(location: Any) -> dict[str, str] | None:
    """Return what `bookingFieldsResponses.location` keeps of the caller's location."""
    if location is None:
        return None
    if isinstance(location, str):
        return {"value": "somewhereElse", "optionValue": location}
    if location["type"] == "integration":
        return {"value": f"integrations:{location.get('integration')}", "optionValue": ""}
    return {
        "value": _INTERNAL.get(location["type"], "somewhereElse"),
        "optionValue": _attendee_value(location),
    }
