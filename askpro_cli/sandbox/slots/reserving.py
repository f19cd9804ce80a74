"""Reserving a slot: the vendor's checks in the vendor's order (source: SlotsService_2024_09_04, 2025/26).

Only bookings and reservations of the same event type are looked at: no schedule, no other event type, no
booking window. So a time nobody offers can be reserved, and a reservation promises nothing.
"""

from __future__ import annotations

import uuid
from typing import Any

from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError, pipe_error
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.inputs import instant_of, is_iso, is_whole
from askpro_cli.sandbox.slots.reservations import Reservation
from askpro_cli.sandbox.world.model import EventType, User
from askpro_cli.sandbox.world.register import BLOCKING
from askpro_cli.sandbox.world.world import World

DEFAULT_MINUTES = 5
_MINUTE = 60
_OPTIONAL = ("slotDuration", "reservationDuration")


def checked_body(body: Any) -> dict[str, Any]:
    """Return the body of a reservation; raises the global pipe's 400. Unknown keys do no harm."""
    given = body if isinstance(body, dict) else {}
    wrong: dict[str, dict[str, str]] = {}
    if not is_whole(given.get("eventTypeId")):
        wrong["eventTypeId"] = {"isInt": "eventTypeId must be an integer number"}
    if not is_iso(given.get("slotStart")):
        wrong["slotStart"] = {"isDateString": "slotStart must be a valid ISO 8601 date string"}
    for name in _OPTIONAL:
        if given.get(name) is not None and not is_whole(given[name]):
            wrong[name] = {"isInt": f"{name} must be an integer number"}
    if wrong:
        raise pipe_error(wrong)
    return given


def reserve(call: Call, body: dict[str, Any]) -> Reservation:
    """Return a new reservation for a checked body; raises the vendor's refusal."""
    custom = bool(body.get("reservationDuration"))
    if custom and call.caller is None:
        raise ApiError(401, messages.RESERVING_NEEDS_KEY)
    event_type = _event_type(call.world, body)
    if custom and not _may_choose_duration(call.world, call.caller, event_type):
        raise ApiError(403, messages.RESERVING_NOT_ALLOWED)
    uid = str(uuid.UUID(int=call.world.random.getrandbits(128), version=4))
    return _kept(call, event_type, body, uid)


def move(call: Call, body: dict[str, Any], uid: str) -> Reservation:
    """Return the reservation *uid* at another slot, held anew from now; raises the vendor's refusal.

    Its own old slot still counts as reserved, as the vendor does it: nobody can move a live reservation to a
    time that overlaps it, nor prolong it.
    """
    if call.world.reservations.get(uid) is None:
        raise ApiError(404, f"Slot with uid={uid} not found")
    return _kept(call, _event_type(call.world, body), body, uid)


def _event_type(world: World, body: dict[str, Any]) -> EventType:
    found = world.find_event_type(body["eventTypeId"])
    if found is None:
        raise ApiError(404, f"Event Type with ID={body['eventTypeId']} not found")
    return found


def _may_choose_duration(world: World, caller: User | None, event_type: EventType) -> bool:
    """Tell whether the caller owns the event type, shares a team with its owner, or is of its team."""
    if caller is None:
        return False
    team = world.team_of.get(event_type.id)
    if team is not None:
        return caller.username in team.members
    owner = world.owners[event_type.id]
    shared = ({owner.username, caller.username} <= set(team.members) for team in world.teams.values())
    return owner.id == caller.id or any(shared)


def _kept(call: Call, event_type: EventType, body: dict[str, Any], uid: str) -> Reservation:
    start = int(instant_of(body["slotStart"]).timestamp())
    end = start + _length(event_type, body.get("slotDuration")) * _MINUTE
    _check_bookings(call.world, event_type, body["slotStart"], (start, end))
    if next(call.world.reservations.overlapping(event_type.id, start, end, call.epoch), None):
        raise ApiError(422, messages.RESERVED)
    hosts = call.world.hosts_of(event_type)
    if not hosts:
        raise ApiError(400, messages.RESERVING_NEEDS_HOSTS)
    reservation = Reservation(
        uid=uid,
        event_type_id=event_type.id,
        host_id=hosts[0],
        start=start,
        end=end,
        until=call.epoch + minutes_of(body) * _MINUTE,
        seated=bool(event_type.seats_per_time_slot),
    )
    call.world.reservations.keep(reservation)
    return reservation


def minutes_of(body: dict[str, Any]) -> int:
    """Return for how many minutes a checked body reserves; 0 is kept, and holds nothing."""
    asked = body.get("reservationDuration")
    return DEFAULT_MINUTES if asked is None else int(asked)


def _length(event_type: EventType, asked: int | None) -> int:
    if not asked:
        return event_type.length_in_minutes
    if not event_type.length_in_minutes_options:
        raise ApiError(400, messages.NO_VARIABLE_LENGTH)
    if asked not in event_type.length_in_minutes_options:
        options = ", ".join(str(length) for length in event_type.length_in_minutes_options)
        raise ApiError(400, messages.WRONG_SLOT_LENGTH + options)
    return asked


def _check_bookings(world: World, event_type: EventType, start: str, span: tuple[int, int]) -> None:
    """Refuse a slot that bookings of this event type take; a seated one, when its seats are gone.

    Round robin is booked when as many bookings are there as hosts; how the vendor counts there is a guess.
    """
    booked = [
        booking
        for booking in world.bookings.values()
        if booking.event_type_id == event_type.id
        and booking.status in BLOCKING
        and booking.start < span[1]
        and span[0] < booking.end
    ]
    if not booked:
        return
    seats = event_type.seats_per_time_slot
    if seats and len(booked[0].attendees) >= seats:
        message = f"Booking with id={event_type.id} at {start} has no more seats left."
        raise ApiError(422, message)
    if not seats and len(booked) >= len(world.host_groups(event_type)):
        raise ApiError(422, messages.BOOKED)
