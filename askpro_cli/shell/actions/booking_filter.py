"""The filter of ``askpro bookings list``, checked before anything is opened; imports nothing heavy."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import day_bounds, parse_day, parse_instant
from askpro_cli.booking.addresses import check_email
from askpro_cli.calcom.filters import BookingFilter

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


def read_filter(
    app: App, *, status: list[str], email: str | None, start: str | None, end: str | None
) -> BookingFilter:
    """Return the filter that was typed.

    Raises:
        InvalidValueError: an unknown status, a malformed address, day or time, or no time between the two.
    """
    first, last = _bound(app, start, field="--from", last=False), _bound(app, end, field="--to", last=True)
    if first is not None and last is not None and last <= first:
        raise InvalidValueError("--to: it does not lie after --from", subject="--to")
    return BookingFilter(
        status=tuple(status),
        attendee_email=check_email(email, field="--attendee-email") if email else None,
        after_start=first,
        before_end=last,
    )


def _bound(app: App, text: str | None, *, field: str, last: bool) -> datetime | None:
    """Return an instant, or the first or last one of a day."""
    zone = app.company.zone
    if text is None:
        return None
    if ":" in text:
        return parse_instant(text, zone, field=field)
    bounds = day_bounds(parse_day(text, zone, app.clock, field=field), zone)
    return bounds.end if last else bounds.start
