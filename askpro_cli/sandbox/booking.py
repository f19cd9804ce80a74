"""Making a booking: the vendor's checks in the vendor's order, then the commit.

Order (source: createBooking of the 2024-08-13 service): event type, authentication setting, managed parent,
hosts, required fields, length, location, form, booker's limit, past, window, availability, save.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from askpro_cli.sandbox import messages
from askpro_cli.sandbox.answers import ApiError
from askpro_cli.sandbox.bounds import bounds
from askpro_cli.sandbox.call import Call
from askpro_cli.sandbox.inputs import instant_of
from askpro_cli.sandbox.locations import check_location, location_response, require_location, shown_location
from askpro_cli.sandbox.lookup import booked_event_type
from askpro_cli.sandbox.model import EventType
from askpro_cli.sandbox.responses import check_custom_fields, check_form
from askpro_cli.sandbox.slots import available_hosts
from askpro_cli.sandbox.world import BLOCKING, Booking, World

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


def create(call: Call, body: dict[str, Any]) -> Booking:
    """Return a new booking for a checked body; raises the vendor's refusal."""
    event_type = booked_event_type(call.world, body)
    _check_bookable(call, event_type)
    responses = body.get("bookingFieldsResponses") or {}
    attendee = body["attendee"]
    check_custom_fields(event_type, responses, attendee.get("phoneNumber"))
    start = start_of(body["start"])
    span = (start, start + chosen_length(event_type, body.get("lengthInMinutes")) * _MINUTE)
    location = body.get("location") or body.get("meetingUrl")
    check_location(event_type, location)
    check_form(event_type, responses, attendee.get("email"))
    require_location(event_type, location)
    allowed = privileges(call, event_type, body)
    if not allowed.limits:
        _check_booker_limit(call, event_type, attendee.get("email"))
    hosts = find_hosts(call, event_type, span, allowed)
    if "race409" in call.quirks:
        raise ApiError(409, messages.CONFLICT, raw=True)
    booking = _new_booking(call, event_type, body, hosts, span)
    call.world.store(booking)
    return booking


def _check_bookable(call: Call, event_type: EventType) -> None:
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
        and booking.attendee["email"] == email
        for booking in call.world.bookings.values()
    )
    if active >= limit:
        raise ApiError(400, messages.BOOKER_LIMIT)


def find_hosts(
    call: Call,
    event_type: EventType,
    span: tuple[int, int],
    allowed: Privileges,
    *,
    without: str | None = None,
) -> tuple[int, ...]:
    """Return who serves *span*; raises the refusals for the past, the window and a busy calendar."""
    world = call.world
    groups = world.host_groups(event_type)
    if span[0] < call.epoch:
        raise ApiError(400, messages.IN_THE_PAST)
    if not allowed.out_of_bounds:
        earliest, latest = bounds(event_type, world.hours_of(event_type, groups[0][0]), call.epoch)
        if not earliest <= span[0] <= latest:
            raise ApiError(400, messages.OUT_OF_BOUNDS)
    if allowed.conflicts:
        return groups[0]
    hosts = available_hosts(world, event_type, span, without=without)
    if not hosts:
        team = event_type.id in world.team_of
        raise ApiError(400, messages.HOSTS_BUSY if team else messages.USER_BUSY)
    return hosts


def _new_booking(
    call: Call, event_type: EventType, body: dict[str, Any], hosts: tuple[int, ...], span: tuple[int, int]
) -> Booking:
    uid = call.world.new_uid()
    location = body.get("location") or body.get("meetingUrl")
    attendee = _attendee(body["attendee"])
    guests = list(body.get("guests") or [])
    responses = {
        **(body.get("bookingFieldsResponses") or {}),
        "name": attendee["name"],
        "email": attendee["email"],
        "attendeePhoneNumber": attendee["phoneNumber"],
        "guests": guests,
        "location": location_response(location),
    }
    return Booking(
        id=call.world.next_id(),
        uid=uid,
        event_type_id=event_type.id,
        host_ids=hosts,
        start=span[0],
        end=span[1],
        status="pending" if event_type.requires_confirmation else "accepted",
        title=booking_title(call.world, event_type, hosts[0], attendee["name"], responses.get("title")),
        description=str(responses.get("notes") or ""),
        attendee=attendee,
        guests=guests,
        metadata=dict(body.get("metadata") or {}),
        responses={key: value for key, value in responses.items() if value is not None},
        location=shown_location(event_type, location, uid),
        created_at=call.now,
        updated_at=call.now,
    )


def _attendee(given: dict[str, Any]) -> dict[str, Any]:
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


def booking_title(world: World, event_type: EventType, host_id: int, name: str, given: Any) -> str:
    """Return the title: the booker's answer, else the vendor's default."""
    return str(given or f"{event_type.title} between {world.users[host_id].name} and {name}")
