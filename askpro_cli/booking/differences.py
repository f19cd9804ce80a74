"""What a standing booking does not have of what is wanted now: told, never silently dropped."""

from __future__ import annotations

from askpro_cli.booking.requests import BookingRequest
from askpro_cli.calcom.models import Booking


def not_applied(booking: Booking, request: BookingRequest, *, standing: int = 1) -> list[str]:
    """Return the options of *request* that the booking, made by an earlier run, does not show.

    Args:
        booking: the vendor's document; of a series the first that stands.
        request: what is asked for now.
        standing: how many of the series stand.
    """
    told = {
        "--duration": request.duration not in (None, booking.duration),
        "--guest": bool(_folded(request.guests) - _folded(booking.guests)),
        "--metadata": any(booking.metadata.get(key) != value for key, value in request.metadata.items()),
        "--location": _elsewhere(booking, request),
        "--occurrences": request.occurrences not in (None, standing),
        "--field": any(
            booking.booking_fields_responses.get(slug) != answer for slug, answer in request.fields.items()
        ),
    }
    return [option for option, missing in told.items() if missing]


def _elsewhere(booking: Booking, request: BookingRequest) -> bool:
    """Judge the places an attendee names; of the others the vendor shows an address or a link of its own."""
    place = request.location or {}
    detail = place.get("phone") or place.get("address") or place.get("location")
    return detail is not None and detail not in str(booking.location or "")


def _folded(addresses: tuple[str, ...] | list[str]) -> set[str]:
    return {address.casefold() for address in addresses}
