"""Event types as version 2024-06-14 writes them."""

from __future__ import annotations

from typing import Any

import msgspec

from askpro_cli.sandbox.world.model import (
    BookingField,
    BookingWindow,
    EventType,
    IntervalLimits,
    Location,
    Team,
    User,
)
from askpro_cli.sandbox.world.world import World

_VALUES = ("address", "link", "phone", "integration")
_WITH_OPTIONS = ("select", "multiselect", "checkbox", "radio")


def event_type_document(world: World, event_type: EventType) -> dict[str, Any]:
    """Return EventTypeOutput_2024_06_14, or the team's variant of it."""
    document = _common(event_type)
    team = world.team_of.get(event_type.id)
    if team is None:
        return document | _own_part(event_type, world.owners[event_type.id])
    return document | _team_part(world, event_type, team)


def _common(event_type: EventType) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": event_type.id,
        "lengthInMinutes": event_type.length_in_minutes,
        "title": event_type.title,
        "slug": event_type.slug,
        "description": event_type.description,
        "locations": [_location(found) for found in event_type.locations],
        "bookingFields": _booking_fields(event_type),
        "disableGuests": event_type.disable_guests,
        "slotInterval": event_type.slot_interval,
        "minimumBookingNotice": event_type.minimum_booking_notice,
        "beforeEventBuffer": event_type.before_event_buffer,
        "afterEventBuffer": event_type.after_event_buffer,
        "recurrence": msgspec.to_builtins(event_type.recurrence),
        "metadata": {},
        "price": event_type.price,
        "currency": event_type.currency,
        "lockTimeZoneToggleOnBookingPage": False,
        "seatsPerTimeSlot": event_type.seats_per_time_slot,
        "seats": _seats(event_type),
        "bookingWindow": _window(event_type.booking_window),
        "bookerActiveBookingsLimit": _booker_limit(event_type),
        "onlyShowFirstAvailableSlot": False,
        "requiresBookerEmailVerification": False,
        "interfaceLanguage": "",
        "forwardParamsSuccessRedirect": None,
        "successRedirectUrl": None,
        "isInstantEvent": False,
        "scheduleId": event_type.schedule_id,
        "hidden": event_type.hidden,
        "bookingRequiresAuthentication": event_type.booking_requires_authentication,
        "offsetStart": event_type.offset_start,
        "confirmationPolicy": _confirmation(event_type),
        "disableCancelling": {"disabled": event_type.disable_cancelling},
        "disableRescheduling": {"disabled": event_type.disable_rescheduling},
        "allowReschedulingPastBookings": event_type.allow_rescheduling_past_bookings,
        "allowReschedulingCancelledBookings": False,
        "showOptimizedSlots": False,
    }
    return document | _optional(event_type)


def _optional(event_type: EventType) -> dict[str, Any]:
    """Return the fields that are absent where they say nothing."""
    document: dict[str, Any] = {}
    if event_type.length_in_minutes_options:
        document["lengthInMinutesOptions"] = list(event_type.length_in_minutes_options)
    if event_type.booking_limits_count is not None:
        document["bookingLimitsCount"] = _limits(event_type.booking_limits_count)
    if event_type.booking_limits_duration is not None:
        document["bookingLimitsDuration"] = _limits(event_type.booking_limits_duration)
    return document


def _limits(limits: IntervalLimits) -> dict[str, int]:
    """Return the periods that are limited."""
    given: dict[str, int | None] = msgspec.to_builtins(limits)
    return {unit: limit for unit, limit in given.items() if limit is not None}


def _window(window: BookingWindow | None) -> dict[str, Any]:
    """Return the booking window: one object, though the vendor's description says an array.

    Source of the shapes here, and of `{"disabled": true}` for what is not used: the transformers from the
    internal form in the vendor's event-types module, 2025.
    """
    if window is None:
        return {"disabled": True}
    document: dict[str, Any] = msgspec.to_builtins(window)
    if window.type == "range":
        del document["rolling"]
    return document


def _seats(event_type: EventType) -> dict[str, Any]:
    if event_type.seats_per_time_slot is None:
        return {"disabled": True}
    seats: dict[str, Any] = msgspec.to_builtins(event_type.seats)
    return {"seatsPerTimeSlot": event_type.seats_per_time_slot, **seats}


def _booker_limit(event_type: EventType) -> dict[str, Any]:
    if event_type.maximum_active_bookings is None:
        return {"disabled": True}
    return {"maximumActiveBookings": event_type.maximum_active_bookings, "offerReschedule": False}


def _confirmation(event_type: EventType) -> dict[str, Any]:
    if event_type.requires_confirmation:
        return {"type": "always", "blockUnconfirmedBookingsInBooker": True}
    return {"disabled": True}


def _own_part(event_type: EventType, owner: User) -> dict[str, Any]:
    return {
        "ownerId": owner.id,
        "users": [_user(owner)],
        "bookingUrl": f"https://cal.example.org/{owner.username}/{event_type.slug}",
    }


def _user(owner: User) -> dict[str, Any]:
    return {
        "id": owner.id,
        "name": owner.name,
        "username": owner.username,
        "avatarUrl": None,
        "weekStart": "Monday",
        "brandColor": None,
        "darkBrandColor": None,
        "metadata": {},
    }


def _team_part(world: World, event_type: EventType, team: Team) -> dict[str, Any]:
    hosts = [world.users_by_name[name] for name in event_type.hosts]
    return {
        "teamId": team.id,
        "ownerId": None,
        "parentEventTypeId": None,
        "schedulingType": event_type.scheduling_type,
        "assignAllTeamMembers": False,
        "hosts": [
            {
                "userId": host.id,
                "name": host.name,
                "username": host.username,
                "mandatory": False,
                "priority": "medium",
            }
            for host in hosts
        ],
        "team": {
            "id": team.id,
            "slug": team.slug,
            "name": team.name,
            "bannerUrl": None,
            "logoUrl": None,
            "weekStart": "Monday",
            "brandColor": None,
            "darkBrandColor": None,
            "theme": None,
        },
    }


def _location(location: Location) -> dict[str, Any]:
    document: dict[str, Any] = {"type": location.type}
    for name in _VALUES:
        if getattr(location, name) is not None:
            document[name] = getattr(location, name)
    if location.type in ("address", "link", "phone"):
        document["public"] = location.public
    return document


def _booking_fields(event_type: EventType) -> list[dict[str, Any]]:
    """Return the vendor's default fields and the event type's own, in the vendor's order."""
    fields = [
        _default("name", "name", required=True, label="your_name"),
        _default("email", "email", required=event_type.email_required, label="email_address")
        | {"hidden": not event_type.email_required},
    ]
    if len(event_type.locations) > 1:
        fields.append(
            _default("radioInput", "location", required=False, label="location") | {"hidden": False}
        )
    fields += [_custom(found) for found in event_type.booking_fields if not found.is_default]
    fields += [
        _vendor_field(event_type, kind, slug) for kind, slug in (("text", "title"), ("textarea", "notes"))
    ]
    if not event_type.disable_guests:
        fields.append(
            _default("multiemail", "guests", required=False, label="additional_guests") | {"hidden": False}
        )
    fields.append(
        _default("textarea", "rescheduleReason", required=False, label="reason_for_reschedule")
        | {"hidden": False}
    )
    return fields


def _default(kind: str, slug: str, *, required: bool, label: str) -> dict[str, Any]:
    return {
        "isDefault": True,
        "type": kind,
        "slug": slug,
        "required": required,
        "label": label,
        "placeholder": "",
    }


def _vendor_field(event_type: EventType, kind: str, slug: str) -> dict[str, Any]:
    own = next((found for found in event_type.booking_fields if found.type == slug), None)
    document = _default(kind, slug, required=bool(own and own.required), label=own.label if own else slug)
    return document | {"hidden": own.hidden if own else slug == "title"}


def _custom(field: BookingField) -> dict[str, Any]:
    document: dict[str, Any] = {
        "isDefault": False,
        "type": field.type,
        "slug": field.slug,
        "label": field.label or field.slug,
        "required": field.required,
        "placeholder": field.placeholder,
        "hidden": field.hidden,
    }
    if field.type in _WITH_OPTIONS:
        document["options"] = list(field.options)
    return document
