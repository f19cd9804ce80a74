"""Did an unanswered move or cancellation happen? The booking itself tells."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from askpro_cli.base.errors import VendorNotFoundError
from askpro_cli.calcom.models import Booking

if TYPE_CHECKING:
    from askpro_cli.calcom.bookings import BookingCalls

_OVER = frozenset({"cancelled", "rejected"})


async def moved_to(client: BookingCalls, uid: str, start: datetime) -> Booking | None:
    """Return the successor of *uid* if it starts at *start*, so that the move has happened."""
    old = (await client.booking(uid)).value
    if not old.rescheduled_to_uid:
        return None
    return _at(start, (await client.booking(old.rescheduled_to_uid)).value)


async def seat_moved_to(client: BookingCalls, seat_uid: str, start: datetime) -> Booking | None:
    """Return the booking that the seat belongs to if it starts at *start*; a seat keeps its uid."""
    return _at(start, (await client.booking_by_seat(seat_uid)).value)


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
