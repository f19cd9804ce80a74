"""Did an unanswered move or cancellation happen? The booking itself tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from askpro_cli.base.errors import UnknownError, VendorNotFoundError
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Attendee, Booking

if TYPE_CHECKING:
    from askpro_cli.calcom.operations.bookings import BookingCalls

_OVER = frozenset({"cancelled", "rejected"})


async def moved_to(client: BookingCalls, uid: str, start: datetime) -> Booking | None:
    """Return the successor of *uid* if it starts at *start*, so that the move has happened."""
    old = (await client.booking(uid)).value
    if not old.rescheduled_to_uid:
        return None
    return _at(start, (await client.booking(old.rescheduled_to_uid)).value)


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat, and the booking it was in before it was to be moved."""

    uid: str
    booking: Booking

    @property
    def contact(self) -> str:
        """Return the address or number of who has the seat, "" when the booking does not tell."""
        people = (person for person in self.booking.attendees if person.seat_uid == self.uid)
        return next((_contact(person) for person in people), "")

    def is_of_somebody_in(self, booking: Booking) -> bool:
        """Tell whether who has the seat attends *booking*; not where it is not known who that is."""
        return bool(self.contact) and self.contact in map(_contact, booking.attendees)


async def seat_moved_to(client: BookingCalls, seat: Seat, start: datetime) -> Booking | None:
    """Return the booking at *start* in which the attendee now sits, None while the seat is where it was.

    The vendor gives a seat that moves alone to a free time a new uid, so it is the attendee who is looked
    for, among the bookings of the event type; but only once the seat has left its booking, for he may have
    had another one there before.

    Raises:
        UnknownError: the seat has left its booking, and this key does not see where it went (a team's).
    """
    if await _still_there(client, seat):
        return None
    kind, length = seat.booking.of_event_type, seat.booking.end - seat.booking.start
    wanted = BookingFilter(
        event_type_ids=(kind,) if kind else (), after_start=start, before_end=start + length
    )
    found = (await client.bookings(wanted)).value.bookings
    there = (one for one in found if _at(start, one) and one.status not in _OVER)
    moved = next((one for one in there if seat.is_of_somebody_in(one)), None)
    if moved is not None:
        return moved
    raise UnknownError(
        "the seat has left its booking, and where it went is not shown to this key",
        subject=seat.booking.uid,
        hint="a key of the host, or of a team admin, sees it: `askpro bookings list`",
    )


async def _still_there(client: BookingCalls, seat: Seat) -> bool:
    left = (await client.booking(seat.booking.uid)).value
    return left.status not in _OVER and any(person.seat_uid == seat.uid for person in left.attendees)


def _contact(person: Attendee) -> str:
    return (person.email or person.phone_number).casefold()


async def cancelled(client: BookingCalls, uid: str) -> Booking | None:
    """Return *uid* if it is cancelled; one that was moved lives on under another uid."""
    booking = (await client.booking(uid)).value
    return booking if _is_gone(booking) else None


async def cancelled_from(client: BookingCalls, uid: str) -> Booking | None:
    """Return *uid* if it and all later bookings of its series are cancelled."""
    whole = (await client.booking_series(uid)).value
    booking = next((one for one in whole if one.uid == uid), whole[0])
    stands = any(one.start >= booking.start and one.status not in _OVER for one in whole)
    return booking if _is_gone(booking) and not stands else None


async def seat_given_up(client: BookingCalls, uid: str, seat_uid: str) -> Booking | None:
    """Return booking *uid* if the seat is no longer in it."""
    try:
        await client.booking_by_seat(seat_uid)
    except VendorNotFoundError:
        return (await client.booking(uid)).value
    return await cancelled(client, uid)


def _at(start: datetime, booking: Booking) -> Booking | None:
    return booking if booking.start == start.replace(microsecond=0) else None


def _is_gone(booking: Booking) -> bool:
    return booking.status == "cancelled" and not booking.rescheduled_to_uid
