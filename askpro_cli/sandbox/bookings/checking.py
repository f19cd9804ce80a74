"""The vendor's checks of a booking that is made or moved, in the vendor's order.

Order (source: createBooking of the 2024-08-13 service): event type, authentication setting, managed parent,
hosts, required fields, length, location, form, booker's limit, past, window, booking limits, availability,
save.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from askpro_cli.sandbox.bookings.limits import check_booking_limits
from askpro_cli.sandbox.bookings.locations import (
    check_location,
    require_location,
)
from askpro_cli.sandbox.bookings.responses import check_custom_fields, check_form
from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.inputs import instant_of
from askpro_cli.sandbox.slots.bounds import bounds
from askpro_cli.sandbox.slots.finding import fairest, free_groups
from askpro_cli.sandbox.world.model import EventType
from askpro_cli.sandbox.world.world import BLOCKING

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Privileges:
    """The switches of 2026-02-25; they hold only for a host of the event type and are ignored otherwise."""

    conflicts: bool = False
    out_of_bounds: bool = False
    limits: bool = False


def privileges(call: Call, event_type: EventType, body: dict[str, Any]) -> Privileges:
    """Return which of the switches in *body* count for this caller."""
    if call.caller is None or call.caller.id not in call.world.hosts_of(event_type):
        return Privileges()
    return Privileges(
        conflicts=body.get("allowConflicts") is True,
        out_of_bounds=body.get("allowBookingOutOfBounds") is True,
        limits=body.get("skipBookingLimits") is True,
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """A create body that passed every check but those of its time; *length* in minutes."""

    event_type: EventType
    body: dict[str, Any]
    length: int
    allowed: Privileges

    def span(self, start: int) -> tuple[int, int]:
        """Return the time it takes from *start*, in epoch seconds."""
        return start, start + self.length * _MINUTE


def checked_wish(call: Call, event_type: EventType, body: dict[str, Any]) -> Wish:
    """Return what a body that passed the pipe wants; raises the vendor's refusal, the first in its order."""
    responses = body.get("bookingFieldsResponses") or {}
    attendee = body["attendee"]
    check_custom_fields(event_type, responses, attendee.get("phoneNumber"))
    length = chosen_length(event_type, body.get("lengthInMinutes"))
    location = body.get("location") or body.get("meetingUrl")
    check_location(event_type, location)
    check_form(event_type, responses, attendee.get("email"))
    require_location(event_type, location)
    allowed = privileges(call, event_type, body)
    if not allowed.limits:
        _check_booker_limit(call, event_type, attendee.get("email"))
    return Wish(event_type, body, length, allowed)


def check_bookable(call: Call, event_type: EventType) -> None:
    """Refuse an event type this caller may not book, or that nobody can."""
    if event_type.booking_requires_authentication:
        if call.caller is None:
            raise ApiError(401, messages.NEEDS_AUTHENTICATION)
        if not call.world.may_manage(call.caller, event_type):
            raise ApiError(403, messages.NOT_ALLOWED)
    if event_type.scheduling_type == "managed":
        raise ApiError(400, messages.managed_parent(event_type.id))
    if not call.world.hosts_of(event_type):
        raise ApiError(422, messages.no_hosts(event_type.id, call.world.team_of[event_type.id].id))


def start_of(text: str) -> int:
    """Return the epoch seconds of a checked `start`; without a zone it is UTC, an offset is honoured."""
    return int(instant_of(text).timestamp())


def chosen_length(event_type: EventType, asked: int | None) -> int:
    """Return the minutes of a booking; raises the vendor's refusal of a length the event type has not."""
    if asked is None:
        return event_type.length_in_minutes
    if not event_type.length_in_minutes_options:
        raise ApiError(400, messages.ONE_LENGTH)
    if asked not in event_type.length_in_minutes_options:
        options = ", ".join(str(length) for length in event_type.length_in_minutes_options)
        raise ApiError(400, messages.WRONG_LENGTH + options)
    return asked


def _check_booker_limit(call: Call, event_type: EventType, email: str | None) -> None:
    limit = event_type.maximum_active_bookings
    if limit is None:
        return
    active = sum(
        booking.event_type_id == event_type.id
        and booking.status in BLOCKING
        and booking.end > call.epoch
        and any(person["email"] == email for person in booking.attendees)
        for booking in call.world.bookings.values()
    )
    if active >= limit:
        raise ApiError(400, messages.BOOKER_LIMIT)


def check_time(call: Call, event_type: EventType, start: int, allowed: Privileges) -> None:
    """Refuse a start (epoch seconds) that is past, too soon or too far ahead."""
    world = call.world
    if start < call.epoch:
        raise ApiError(400, messages.IN_THE_PAST)
    if allowed.out_of_bounds:
        return
    hours = world.hours_of(event_type, world.hosts_of(event_type)[0])
    earliest, latest = bounds(event_type, hours, call.epoch)
    if not earliest <= start <= latest:
        raise ApiError(400, messages.OUT_OF_BOUNDS)


def find_hosts(
    call: Call,
    event_type: EventType,
    span: tuple[int, int],
    allowed: Privileges,
    *,
    without: str | None = None,
    keep: tuple[int, ...] = (),
) -> tuple[int, ...]:
    """Return who serves *span*, the hosts *keep* where they can; raises the refusal of its time.

    *without* is the uid of a booking that is being moved.
    """
    world = call.world
    check_time(call, event_type, span[0], allowed)
    if not allowed.limits:
        check_booking_limits(world, event_type, span[0], without=without)
    if allowed.conflicts:
        return keep or world.host_groups(event_type)[0]
    groups = free_groups(world, event_type, span, without=without, limits=not allowed.limits)
    if not groups:
        team = event_type.id in world.team_of
        raise ApiError(400, messages.HOSTS_BUSY if team else messages.USER_BUSY)
    return keep if keep in groups else fairest(world, groups)
