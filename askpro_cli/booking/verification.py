"""Is the booking in the answer the one that was just asked for?

A vendor that already holds a booking for the same attendee and slot may answer with that one. It is told
by its age and by our key in its metadata; taking it for a success would tell a caller "booked" about
somebody else's appointment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.booking.requests import KEY_ENTRY
from askpro_cli.calcom.models import Attendee, Booking

ACTIVE = frozenset({"accepted", "pending", "awaiting_host"})


def is_active(booking: Booking) -> bool:
    """Tell whether the appointment takes place, or waits for its confirmation."""
    return booking.status.lower() in ACTIVE


def has_seats(booking: Booking) -> bool:
    """Tell whether several people share the appointment, each with a seat of their own."""
    return bool(booking.seat_uid) or any(person.seat_uid for person in booking.attendees)


def carries_key(booking: Booking, key: str) -> bool:
    """Tell whether our key stands in the booking's metadata, or, with seats, in an attendee's."""
    return key in _keys(booking)


def seat_of(booking: Booking, key: str) -> str:
    """Return the seat that was booked under our key, "" for none; the vendor names it in one answer only."""
    if booking.seat_uid:
        return booking.seat_uid
    return next((person.seat_uid for person in booking.attendees if _attendee_key(person) == key), "")


def find_ours(bookings: Iterable[Booking], key: str, start: datetime) -> Booking | None:
    """Return the active booking that was made under our key, or None.

    A move keeps the metadata. So an appointment that was moved to another time than *start*, the one
    asked for now, carries the key of an earlier booking, which the move has made void.
    """
    ours = (one for one in bookings if is_active(one) and carries_key(one, key))
    return next((one for one in ours if one.start == start or not one.rescheduled_from_uid), None)


def find_all_ours(bookings: Iterable[Booking], key: str, start: datetime) -> list[Booking]:
    """Return what was made under our key in order of starts: one booking, or the rest of a series.

    The booking that :func:`find_ours` finds stands for all: without it, what else carries the key was moved.
    """
    known = list(bookings)
    first = find_ours(known, key, start)
    if first is None:
        return []
    if not first.recurring_booking_uid:
        return [first]
    return sorted(
        (one for one in known if is_active(one) and carries_key(one, key)), key=lambda one: one.start
    )


def check_created(
    booking: Booking,
    key: str,
    *,
    start: datetime,
    sent_at: datetime,
    vendor_now: datetime | None,
    now: datetime,
    fresh: float,
) -> None:
    """Raise unless *booking* was made by the request that has just been answered, and stands.

    Args:
        booking: from the answer.
        key: sent as metadata.
        start: asked for.
        sent_at: when the request left, by our clock.
        vendor_now: the answer's ``Date``; it corrects for a clock that differs from ours.
        now: our clock when the answer came.
        fresh: seconds that ``createdAt`` may lie before the request (``booking.fresh_seconds``).

    Raises:
        VendorProtocolError: a foreign or old booking was returned; whether ours exists is not known.
    """
    skew = vendor_now - now if vendor_now else timedelta()
    oldest = sent_at + skew - timedelta(seconds=fresh)
    if not carries_key(booking, key):
        raise _not_ours(booking, "it does not carry the key of this request")
    if booking.start != start:
        raise _not_ours(booking, f"it starts at {booking.start:%Y-%m-%d %H:%M:%S} UTC")
    if not is_active(booking):
        raise _not_ours(booking, f"it is {booking.status}")
    if booking.created_at is None and not _attendee_keys(booking):
        raise _not_ours(booking, "it does not say when it was made")
    if booking.created_at is not None and booking.created_at < oldest and not _attendee_keys(booking):
        raise _not_ours(
            booking, f"it was made at {booking.created_at:%Y-%m-%d %H:%M:%S} UTC, before this request"
        )


def _keys(booking: Booking) -> set[Any]:
    """Return our keys in it; with seats the booking itself keeps that of who came first, even when gone."""
    if has_seats(booking) and any("metadata" in person.raw for person in booking.attendees):
        return _attendee_keys(booking)
    return {booking.metadata.get(KEY_ENTRY), *_attendee_keys(booking)} - {None}


def _attendee_keys(booking: Booking) -> set[Any]:
    """Return the keys of single seats: a seated booking is as old as its first attendee."""
    return {_attendee_key(person) for person in booking.attendees} - {None}


def _attendee_key(person: Attendee) -> Any:
    entry = person.raw.get("metadata")
    return (entry.get(KEY_ENTRY) or None) if isinstance(entry, dict) else None


def _not_ours(booking: Booking, why: str) -> VendorProtocolError:
    return VendorProtocolError(
        f"Cal.com answered with a foreign or old booking returned as new: {why}",
        subject=booking.uid,
        hint=f"askpro bookings show {booking.uid}; the same command may be run again",
        details={"uid": booking.uid, "reason": "foreign_or_old_booking"},
    )
