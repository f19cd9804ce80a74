"""``askpro bookings`` between the command line and the rooms below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.booking.chain import chain_of
from askpro_cli.booking.checks import chain_findings, chain_unknowns
from askpro_cli.booking.views import booking_view
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.lookup import find_event_type, parse_reference
from askpro_cli.shell.actions.booking_tables import bookings_table, properties_table
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.calcom.models import Booking
    from askpro_cli.shell.context import App


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
    dropped = answer.value.dropped
    if dropped and app.options.verbose:
        sent = "1 booking" if dropped == 1 else f"{dropped} bookings"
        messages.insert(0, f"Cal.com sent {sent} outside the filter, dropped here")
    return Result(
        data={"bookings": views, "total": len(found), "dropped": dropped},
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
    links = [_link(app, booking) for booking in chain.links]
    data = {"booking": view, "chain": links}
    return Result(
        data=data,
        table=properties_table(view),
        messages=[*_moves(links), told(meta)],
        findings=chain_findings(chain.breaks),
        unknown=chain_unknowns(chain.breaks),
        meta=meta,
    )


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
