"""``askpro bookings`` between the command line and the rooms below."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import day_bounds, parse_day, parse_instant
from askpro_cli.booking.addresses import check_email
from askpro_cli.booking.change import chain_of
from askpro_cli.booking.views import booking_view
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.lookup import find_event_type, parse_reference
from askpro_cli.shell.booking_tables import bookings_table, properties_table
from askpro_cli.shell.result import Result
from askpro_cli.shell.vendor_meta import told, vendor_meta

if TYPE_CHECKING:
    from askpro_cli.calcom.models import Booking
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


async def list_bookings(
    app: App, wanted: BookingFilter, event_type: str | None, *, limit: int | None, reveal: bool
) -> Result:
    """Return the bookings of a filter, paged through to the end or to *limit*.

    Raises:
        NotFoundError: no such event type.
        VendorError, UnknownError: Cal.com could not be asked.
    """
    from dataclasses import replace

    async with app.calcom() as client:
        if event_type is not None:
            reference = parse_reference(event_type, app.company.event_types)
            known = await find_event_type(client, app.cache(), reference)
            wanted = replace(wanted, event_type_ids=(known.event_type.id,))
        answer = await client.bookings(wanted)
        found = answer.value.bookings
        meta = vendor_meta(app, answer.meta, client.requests)
    shown = found if limit is None else found[:limit]
    views = _views(app, shown, reveal=reveal)
    messages = [f"{len(shown)} of {len(found)} bookings", told(meta)]
    if answer.value.dropped:
        messages.insert(
            0, f"Cal.com sent {answer.value.dropped} bookings outside the filter; they were dropped"
        )
    return Result(
        data={"bookings": views, "total": len(found), "dropped": answer.value.dropped},
        table=bookings_table(views, app.company.zone, contact=reveal),
        messages=messages,
        meta=meta,
        records="bookings",
    )


async def show_booking(app: App, uid: str, *, reveal: bool) -> Result:
    """Return one booking with the moves before and after it.

    Raises:
        VendorNotFoundError: there is no such booking.
    """
    async with app.calcom() as client:
        answer = await client.booking(uid)
        chain = await chain_of(client, answer.value)
        view = _views(app, [answer.value], reveal=reveal)[0]
        meta = vendor_meta(app, answer.meta, client.requests)
    links = [_link(app, booking) for booking in chain]
    data = {"booking": view, "chain": links}
    return Result(data=data, table=properties_table(view), messages=[*_moves(links), told(meta)], meta=meta)


def _views(app: App, bookings: list[Booking], *, reveal: bool) -> list[dict[str, Any]]:
    """Return the bookings as shown; revealing people is written to the run's log."""
    if reveal:
        app.log.event("personal_data_revealed", uids=[booking.uid for booking in bookings])
    return [booking_view(booking, app.company.zone, reveal=reveal) for booking in bookings]


def _link(app: App, booking: Booking) -> dict[str, str]:
    view = booking_view(booking, app.company.zone)
    return {name: view[name] for name in ("uid", "status", "start", "end")}


def _moves(chain: list[dict[str, str]]) -> list[str]:
    return [f"moved: {' → '.join(link['uid'] for link in chain)}"] if len(chain) > 1 else []
