"""Lists of bookings: filters, what a status means, order and pages.

Source: getAllUserBookings and getPagination. `cancelled` lists rejected bookings too; without a sort the
first status decides the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from askpro_cli.sandbox.bookings.texts import unknown_booking
from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError, pipe_error
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.inputs import parse_iso, whole_number
from askpro_cli.sandbox.world.model import Team, User
from askpro_cli.sandbox.world.world import Booking, World

STATUSES = ("upcoming", "recurring", "past", "cancelled", "unconfirmed")
_GONE = ("cancelled", "rejected")
_DESCENDING = ("past", "cancelled")
_DEFAULT_TAKE = 100
_MAX_TAKE = 250
_SORTS: dict[str, Callable[[Booking], Any]] = {
    "sortStart": lambda booking: booking.start,
    "sortEnd": lambda booking: booking.end,
    "sortCreated": lambda booking: booking.created_at,
    "sortUpdatedAt": lambda booking: booking.updated_at,
}
_INSTANTS: dict[str, Callable[[Booking, datetime], bool]] = {
    "afterStart": lambda booking, at: booking.start >= at.timestamp(),
    "beforeEnd": lambda booking, at: booking.end <= at.timestamp(),
    "afterCreatedAt": lambda booking, at: booking.created_at >= at,
    "beforeCreatedAt": lambda booking, at: booking.created_at <= at,
    "afterUpdatedAt": lambda booking, at: booking.updated_at >= at,
    "beforeUpdatedAt": lambda booking, at: booking.updated_at <= at,
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of bookings and how many there are in all."""

    bookings: list[Booking]
    total: int
    take: int
    skip: int

    def pagination(self) -> dict[str, Any]:
        """Return the vendor's pagination object."""
        pages = -(-self.total // self.take)
        skip = min(self.skip, self.total)
        current = min(skip // self.take + 1, max(pages, 1))
        return {
            "returnedItems": len(self.bookings),
            "totalItems": self.total,
            "itemsPerPage": self.take,
            "remainingItems": max(0, self.total - (skip + self.take)),
            "currentPage": current,
            "totalPages": pages,
            "hasNextPage": current < pages,
            "hasPreviousPage": current > 1,
        }


def list_bookings(call: Call, caller: User, team: Team | None = None) -> Page:
    """Return the page a query asks for, of what concerns *caller* or of a *team*; raises the vendor's 400."""
    statuses = _statuses(call)
    take = _bounded(call, "take", default=_DEFAULT_TAKE, least=1, most=_MAX_TAKE)
    skip = _bounded(call, "skip", default=0, least=0, most=None)
    concerns = _of_team(call.world, {team.id}) if team else _concerning(call.world, caller)
    found = list(filter(concerns, call.world.bookings.values()))
    if statuses:
        found = [
            booking for booking in found if any(is_listed(booking, name, call.epoch) for name in statuses)
        ]
    for keep in _filters(call):
        found = list(filter(keep, found))
    ordered = _ordered(call, found, statuses[0] if statuses else STATUSES[0])
    return Page(ordered[skip : skip + take], len(ordered), take, skip)


def is_listed(booking: Booking, status: str, now: int) -> bool:
    """Tell whether *booking* belongs under the status filter at *now* (epoch seconds)."""
    if status == "cancelled":
        return booking.status in _GONE
    if status == "past":
        return booking.end <= now and booking.status not in _GONE
    return booking.end >= now and _is_ahead(booking, status)


def _is_ahead(booking: Booking, status: str) -> bool:
    if status == "unconfirmed":
        return booking.status == "pending"
    if status == "recurring":
        return booking.recurring_uid is not None
    return booking.status == "accepted" if booking.recurring_uid else booking.status not in _GONE


def _statuses(call: Call) -> list[str]:
    given = [part for text in call.query.get("status", []) for part in text.split(",")]
    if not set(given) <= set(STATUSES):
        raise pipe_error({"status": {"isEnum": messages.BAD_STATUS}})
    return sorted(given, key=STATUSES.index)


def _bounded(call: Call, name: str, *, default: int, least: int, most: int | None) -> int:
    text = call.value(name)
    if text is None:
        return default
    number = whole_number(text)
    if number is None:
        raise pipe_error(
            {name: {"isNumber": f"{name} must be a number conforming to the specified constraints"}}
        )
    if number < least:
        raise pipe_error({name: {"min": f"{name} must not be less than {least}"}})
    if most is not None and number > most:
        raise pipe_error({name: {"max": f"{name} must not be greater than {most}"}})
    return number


def _concerning(world: World, caller: User) -> Callable[[Booking], bool]:
    """Return the test for what *caller* hosts, attends or manages."""
    managed = {number for number, found in world.event_types.items() if world.may_manage(caller, found)}
    return lambda booking: (
        booking.event_type_id in managed
        or caller.id in booking.host_ids
        or any(person["email"] == caller.email for person in booking.attendees)
    )


def _of_team(world: World, team_ids: set[int]) -> Callable[[Booking], bool]:
    """Return the test for bookings of the teams' event types, and of the children of managed ones."""
    owned = {number for number, team in world.team_of.items() if team.id in team_ids}
    owned |= {number for number, found in world.event_types.items() if found.parent_event_type_id in owned}
    return lambda booking: booking.event_type_id in owned


def _filters(call: Call) -> Iterable[Callable[[Booking], bool]]:
    """Yield one test for every filter of the query."""
    yield from _text_filters(call)
    yield from _id_filters(call)
    for name, holds in _INSTANTS.items():
        text = call.value(name)
        if text is not None:
            yield _at(holds, _instant(name, text))


def _at(holds: Callable[[Booking, datetime], bool], instant: datetime) -> Callable[[Booking], bool]:
    return lambda booking: holds(booking, instant)


def _instant(name: str, text: str) -> datetime:
    instant = parse_iso(text.replace(" ", "+"))
    if instant is None:
        raise pipe_error({name: {"isISO8601": f"{name} must be a valid ISO 8601 date string"}})
    return instant


def _text_filters(call: Call) -> Iterable[Callable[[Booking], bool]]:
    email = call.value("attendeeEmail")
    if email is not None:
        wanted = email.replace(" ", "+")
        yield lambda booking: any(person["email"] == wanted for person in booking.attendees)
    name = call.value("attendeeName")
    if name is not None:
        yield lambda booking: any(person["name"] == name for person in booking.attendees)
    uid = call.value("bookingUid")
    if uid is not None:
        yield lambda booking: booking.uid == uid


def _id_filters(call: Call) -> Iterable[Callable[[Booking], bool]]:
    types = _ids(call, "eventTypeIds", "eventTypeId")
    if types:
        yield lambda booking: booking.event_type_id in types
    teams = _ids(call, "teamsIds", "teamId")
    if teams:
        yield _of_team(call.world, teams)


def _ids(call: Call, *names: str) -> set[int]:
    texts = [part for name in names for text in call.query.get(name, []) for part in text.split(",")]
    numbers = [whole_number(text) for text in texts]
    if None in numbers:
        raise pipe_error({names[0]: {"isNumber": f"{names[0]} must be a comma separated list of numbers"}})
    return {number for number in numbers if number is not None}


def _ordered(call: Call, found: list[Booking], first_status: str) -> list[Booking]:
    asked = [(name, call.value(name)) for name in _SORTS if call.value(name) is not None]
    for name, direction in asked:
        if direction not in ("asc", "desc"):
            text = f'{name} must be either "asc" or "desc".'
            raise pipe_error({name: {"isEnum": text}})
    if not asked:
        return sorted(
            found, key=lambda booking: (booking.start, booking.id), reverse=first_status in _DESCENDING
        )
    for name, direction in reversed(asked):
        found = sorted(found, key=_SORTS[name], reverse=direction == "desc")
    return found


def booking_by_uid(world: World, uid: str) -> Booking:
    """Return the booking; raises the vendor's 404 of `GET /v2/bookings/{uid}`."""
    booking = world.bookings.get(uid)
    if booking is None:
        raise ApiError(404, unknown_booking(uid))
    return booking


def bookings_by_uid(world: World, uid: str) -> list[Booking]:
    """Return the booking, or every booking of the series of that uid; raises the same 404."""
    return world.series(uid) or [booking_by_uid(world, uid)]
