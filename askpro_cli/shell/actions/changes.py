"""``askpro reschedule`` and ``askpro cancel`` between the command line and the rooms below."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError, SlotUnavailableError
from askpro_cli.base.times import iso_local, iso_utc
from askpro_cli.booking import change
from askpro_cli.booking.change import Changed
from askpro_cli.booking.views import booking_view
from askpro_cli.calcom.lookup import Reference, find_event_type
from askpro_cli.calcom.models import Booking
from askpro_cli.shell.actions.alternatives import Offered, offer
from askpro_cli.shell.actions.booking_tables import bookings_table, in_words, properties_table, sentence
from askpro_cli.shell.actions.desk import make_desk, remember, wish_around
from askpro_cli.shell.actions.slot_tables import when
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App


async def reschedule(app: App, uid: str, start: datetime, reason: str | None, *, dry_run: bool) -> Result:
    """Move a booking, or show what would be moved.

    Raises:
        AskproError: as :func:`askpro_cli.booking.change.reschedule`; a refused slot is a Result.
    """
    async with app.calcom() as client:
        desk = make_desk(app, client)
        if dry_run:
            planned = await change.plan_move(desk, uid, start)
            return _move_plan(app, client, planned, start)
        try:
            changed = await change.reschedule(desk, uid, start, reason)
        except SlotUnavailableError as error:
            return await _refused(app, client, uid, start, error)
        await remember(app, changed.booking)
        view = booking_view(changed.booking, app.company.zone)
        data = {"booking": view, "previous": _short(app, changed.previous), "already": changed.already}
        verb = "stands already:" if changed.already else f"moved {uid} to"
        return _changed(app, client, changed, data, sentence(verb, view, app.company.zone))


def confirm_cancellation(app: App, uid: str) -> None:
    """Let a cancellation pass when a person says yes to what is cancelled; one that is gone needs no yes.

    Raises:
        ConfirmationError: nobody is there to ask; nothing was sent.
        RefusedError: the person said no, or the booking was moved.
        VendorNotFoundError: there is no such booking.
    """
    from askpro_cli.shell.running import wait_for

    what = wait_for(_standing(app, uid)) if app.can_ask else f"booking {uid}"
    if what is not None:
        app.confirm(f"cancel {what}", yes=False)


async def _standing(app: App, uid: str) -> str | None:
    """Return a booking in the words of a question, None when it is gone already."""
    async with app.calcom() as client:
        planned = await change.plan_cancel(make_desk(app, client), uid)
    if isinstance(planned, Changed):
        return None
    zone = app.company.zone
    return in_words(booking_view(planned.value, zone), zone)


async def cancel(app: App, uid: str, reason: str, *, dry_run: bool) -> Result:
    """Cancel a booking, or show which would be cancelled.

    Raises:
        AskproError: as :func:`askpro_cli.booking.change.cancel`.
    """
    async with app.calcom() as client:
        if dry_run:
            return await _cancel_plan(app, client, uid)
        changed = await change.cancel(make_desk(app, client), uid, reason)
        await remember(app, changed.booking)
        view = booking_view(changed.booking, app.company.zone)
        what = f"booking {view['uid']} of {when(view['start'], app.company.zone)}"
        line = f"{what} was {view['status']} before" if changed.already else f"cancelled {what}"
        data = {"booking": view, "already": changed.already}
        return _changed(app, client, changed, data, line)


def _changed(app: App, client: CalcomClient, changed: Changed, data: dict[str, Any], line: str) -> Result:
    meta = vendor_meta(app, changed.meta, client.requests)
    table = bookings_table([data["booking"]], app.company.zone)
    return Result(data=data, table=table, messages=[line, told(meta)], meta=meta)


async def _refused(
    app: App, client: CalcomClient, uid: str, start: datetime, error: SlotUnavailableError
) -> Result:
    """Offer other times for the same event type; the booking stays where it was."""
    offered = await _alternatives(app, client, uid, start)
    offered.point_out(error)
    data = {"booking": None, "alternatives": offered.views}
    meta = vendor_meta(app, client.last_write, client.requests)
    lines = [f"booking {uid} stays where it was", *offered.lines]
    return Result(
        data=data, table=offered.table, errors=[error], messages=lines, meta=meta, records="alternatives"
    )


async def _alternatives(app: App, client: CalcomClient, uid: str, start: datetime) -> Offered:
    try:
        event_type_id = (await client.booking(uid)).value.of_event_type
        if event_type_id is None:
            return Offered([], ["no alternatives: Cal.com does not say of which event type the booking is"])
        found = await find_event_type(client, app.cache(), Reference(id=event_type_id))
    except AskproError as error:
        return Offered([], [f"no alternatives could be looked up: {error.message}"])
    return await offer(app, client, wish_around(app, found.event_type, start))


def _move_plan(app: App, client: CalcomClient, planned: Any, start: datetime) -> Result:
    already = isinstance(planned, Changed)
    booking: Booking = planned.booking if already else planned.value
    zone = app.company.zone
    plan = {
        "action": "none" if already else "reschedule",
        "uid": booking.uid,
        "from": iso_local(booking.start, zone),
        "start": iso_local(start, zone),
        "end": iso_local(start + (booking.end - booking.start), zone),
        "start_utc": iso_utc(start),
    }
    line = "stands there already" if already else "dry run: nothing was moved"
    return _planned(app, client, plan, line)


async def _cancel_plan(app: App, client: CalcomClient, uid: str) -> Result:
    planned = await change.plan_cancel(make_desk(app, client), uid)
    already = isinstance(planned, Changed)
    booking = planned.booking if isinstance(planned, Changed) else planned.value
    plan = {"action": "none" if already else "cancel", "booking": booking_view(booking, app.company.zone)}
    line = f"it is {booking.status} already" if already else "dry run: nothing was cancelled"
    return _planned(app, client, plan, line)


def _planned(app: App, client: CalcomClient, plan: dict[str, Any], line: str) -> Result:
    meta = vendor_meta(app, client.last, client.requests)
    return Result(data={"plan": plan}, table=properties_table(plan), messages=[line], meta=meta)


def _short(app: App, booking: Booking) -> dict[str, str]:
    zone = app.company.zone
    return {
        "uid": booking.uid,
        "start": iso_local(booking.start, zone),
        "end": iso_local(booking.end, zone),
        "status": booking.status,
    }
