"""Series of appointments: how far they reach, and what of one still stands.

A recurring event type of API V2 has ``recurrence {interval, occurrences, frequency}``; creating with
``recurrenceCount`` answers an array whose members share a ``recurringBookingUid``.
"""

from __future__ import annotations

from datetime import timedelta

from askpro_cli.booking.verification import is_active
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.models import Booking, EventType

_LONGEST = {"yearly": 366, "monthly": 31, "weekly": 7, "daily": 1}


def series_span(event_type: EventType) -> timedelta:
    """Return how long after its first appointment a series may go on at most; nothing without a series."""
    series = event_type.recurrence or {}
    days = _LONGEST.get(str(series.get("frequency", "")).lower(), 0)
    return timedelta(days=days * _count(series.get("interval")) * _count(series.get("occurrences")))


async def standing_of(client: CalcomClient, booking: Booking) -> list[Booking]:
    """Return what stands of the series *booking* belongs to, in order of starts; just itself without one.

    Raises:
        VendorError, UnknownError: the vendor could not be asked.
    """
    if not booking.recurring_booking_uid:
        return [booking] if is_active(booking) else []
    answer = await client.booking_series(booking.recurring_booking_uid)
    return sorted((one for one in answer.value if is_active(one)), key=lambda one: one.start)


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 1
