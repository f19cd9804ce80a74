"""Creating: one booking, a series, a seat in a shared booking, or an instant booking of a team.

Which of them the event type decides, not the body (source: createBooking of the 2024-08-13 service); only
`instant` is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.account.lookup import booked_event_type
from askpro_cli.sandbox.bookings import texts
from askpro_cli.sandbox.bookings.checking import (
    Wish,
    check_bookable,
    check_time,
    checked_wish,
    find_hosts,
    privileges,
    start_of,
)
from askpro_cli.sandbox.bookings.drafting import new_booking, person_of, responses_of
from askpro_cli.sandbox.bookings.recurrence import occurrences
from askpro_cli.sandbox.bookings.seats import check_seat, joinable_at
from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.world.model import EventType
from askpro_cli.sandbox.world.register import Person
from askpro_cli.sandbox.world.world import Booking


@dataclass(frozen=True, slots=True)
class Place:
    """One booking that was made, joined or found; *seat_uid* of a seated one."""

    booking: Booking
    seat_uid: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """What a create made; a series is answered as an array, even of one."""

    places: list[Place]
    is_series: bool = False


def create(call: Call, body: dict[str, Any]) -> Made:
    """Return what a body that passed the pipe makes; raises the vendor's refusal.

    Of a series that is refused what came before stays, as the vendor makes one occurrence after the other
    (source: handleNewRecurringBooking).
    """
    event_type = booked_event_type(call.world, body)
    check_bookable(call, event_type)
    if body.get("instant"):
        return Made([_instant(call, event_type, body)])
    wish = checked_wish(call, event_type, body)
    recurring_uid = call.world.new_uuid() if event_type.recurrence else None
    places: list[Place] = []
    for start in _starts(wish):
        keep = places[0].booking.host_ids if places else ()
        places.append(_place(call, wish, start, keep=keep, recurring_uid=recurring_uid))
        if "series-unchecked" in call.quirks:
            wish = replace(wish, allowed=replace(wish.allowed, conflicts=True))
    return Made(places, is_series=recurring_uid is not None)


def created_trigger(booking: Booking) -> str:
    """Return the event of a booking that was made, or moved into one that waits."""
    return "BOOKING_REQUESTED" if booking.status == "pending" else "BOOKING_CREATED"


def _seat_extra(place: Place) -> dict[str, Any]:
    return {"seat_uid": place.seat_uid} if place.seat_uid else {}


def _starts(wish: Wish) -> Iterator[int]:
    start = start_of(wish.body["start"])
    recurrence = wish.event_type.recurrence
    if recurrence is None:
        return iter([start])
    count = wish.body.get("recurrenceCount") or recurrence.occurrences
    if count > recurrence.occurrences:
        raise ApiError(400, texts.TOO_MANY_OCCURRENCES)
    return occurrences(recurrence, count, start, ZoneInfo(wish.body["attendee"]["timeZone"]))


def _place(call: Call, wish: Wish, start: int, *, keep: tuple[int, ...], recurring_uid: str | None) -> Place:
    """Make one booking and tell of it, or take a seat in the one that is there."""
    found = _made_before(call, wish, start)
    if found is not None:
        return Place(found, None)
    shared = joinable_at(call.world, wish.event_type, start)
    place = _join(call, wish, shared) if shared else _make(call, wish, start, keep, recurring_uid)
    call.world.store(place.booking)
    call.world.emit(created_trigger(place.booking), place.booking, **_seat_extra(place))
    return place


def _made_before(call: Call, wish: Wish, start: int) -> Booking | None:
    """Return what the same attendee has at that time already, where the vendor answers that as if made now.

    It does so for round robin, and where bookings wait for confirmation (source: handleNewBooking).
    """
    waits = wish.event_type.requires_confirmation
    if not waits and wish.event_type.scheduling_type != "roundRobin":
        return None
    wanted = person_of(wish.body["attendee"])
    hosts = call.world.hosts_of(wish.event_type)
    there = (found for host in hosts for found in call.world.active_touching(host, start, start))
    for found in there:
        same = (found.event_type_id, found.start) == (wish.event_type.id, start)
        if same and found.status == ("pending" if waits else "accepted") and _takes_part(found, wanted):
            return found
    return None


def _takes_part(booking: Booking, wanted: Person) -> bool:
    """Tell whether *wanted* attends; a number that was not given means any."""
    return any(
        person["email"] == wanted["email"] and wanted["phoneNumber"] in (None, person.get("phoneNumber"))
        for person in booking.attendees
    )


def _make(call: Call, wish: Wish, start: int, keep: tuple[int, ...], recurring_uid: str | None) -> Place:
    hosts = find_hosts(call, wish.event_type, wish.span(start), wish.allowed, keep=keep)
    if "race409" in call.quirks:
        raise ApiError(409, messages.CONFLICT, raw=True)
    status = "pending" if wish.event_type.requires_confirmation else "accepted"
    booking = new_booking(call, wish, hosts, start, status)
    booking.recurring_uid = recurring_uid
    if wish.event_type.seats_per_time_slot:
        booking.attendee |= _seat_part(call, wish, booking.attendee)
    return Place(booking, booking.attendee.get("seatUid"))


def _join(call: Call, wish: Wish, booking: Booking) -> Place:
    check_time(call, wish.event_type, booking.start, wish.allowed)
    person = person_of(wish.body["attendee"])
    check_seat(wish.event_type, booking, person["email"], full=texts.NO_SEATS, raw=False)
    person |= _seat_part(call, wish, person)
    booking.others.append(person)
    booking.updated_at = call.now
    return Place(booking, person["seatUid"])


def _seat_part(call: Call, wish: Wish, person: Person) -> Person:
    """Return what a seat adds to its attendee: its uid, and his own answers and metadata."""
    responses = responses_of(wish.body, person)
    return {
        "seatUid": call.world.new_uuid(),
        "responses": {key: value for key, value in responses.items() if value is not None},
        "metadata": dict(wish.body.get("metadata") or {}),
    }


def _instant(call: Call, event_type: EventType, body: dict[str, Any]) -> Place:
    """Make a booking that waits for whichever host takes it; no time is checked."""
    if event_type.id not in call.world.team_of:
        raise ApiError(400, texts.INSTANT_FOR_TEAMS)
    wish = Wish(event_type, body, event_type.length_in_minutes, privileges(call, event_type, body))
    booking = new_booking(call, wish, (), start_of(body["start"]), "awaiting_host")
    call.world.store(booking)
    call.world.emit("INSTANT_MEETING", booking)
    return Place(booking, None)
