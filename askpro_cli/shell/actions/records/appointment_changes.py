"""``askpro reschedule`` and ``askpro cancel`` for an appointment of the records: both sides change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import NotFoundError, SlotUnavailableError
from askpro_cli.base.times import iso_local, iso_utc
from askpro_cli.booking.flow.changing.cancelling import cancel_appointment
from askpro_cli.booking.flow.changing.changing import Change, Terms
from askpro_cli.booking.flow.changing.moving import move_appointment
from askpro_cli.booking.flow.changing.plans import plan_cancel, plan_move
from askpro_cli.booking.flow.changing.records_only import cancel_in_records
from askpro_cli.booking.flow.showing import listing
from askpro_cli.booking.flow.showing.views import appointment_view
from askpro_cli.booking.flow.states import CANCELLED
from askpro_cli.booking.views import booking_view, short_view
from askpro_cli.shell.actions.booking_tables import must_be_confirmed, properties_table
from askpro_cli.shell.actions.changes import alternatives_to
from askpro_cli.shell.actions.desk import remember
from askpro_cli.shell.actions.records.appointment_tables import (
    appointments_table,
    named_appointment,
    told_appointment,
)
from askpro_cli.shell.actions.records.flow_desk import open_flow
from askpro_cli.shell.actions.records.opened import company_records
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.booking.flow.desk import FlowDesk
    from askpro_cli.platform.records import Records
    from askpro_cli.shell.context import App

_RECORDS_TOO = "the records say so, too"


@dataclass(frozen=True, slots=True)
class Known:
    """An appointment of the records.

    Args:
        records: of the company.
        id: our id.
    """

    records: Records
    id: int


def find_known(app: App, name: int | str) -> Known | None:
    """Return the appointment of an id or uid; None for a uid that the records, if there are any, do not know.

    Raises:
        NotFoundError: there is no appointment of this id.
        ConfigError, RecordsError: the database cannot be used, so nobody knows; nothing was changed.
    """
    try:
        records = _records(app)
        row = records.run_in_transaction(
            lambda session: listing.find_appointment(session, name), context="look for an appointment"
        )
    except NotFoundError:
        if isinstance(name, int):
            raise
        return None
    return Known(records, row.id)


def _records(app: App) -> Records:
    """Return the company's records where there are any: looking for a uid makes none."""
    from askpro_cli.platform.reading import require_some
    from askpro_cli.shell.wiring import records_url

    require_some(records_url(app))
    return company_records(app)


def terms_of(app: App, reason: str | None, *, override: bool) -> Terms:
    """Return under which terms this run may change an appointment."""
    notice = timedelta(hours=app.settings.number("booking.modify_notice_hours"))
    return Terms(notice=notice, override=override, reason=reason)


async def move(app: App, known: Known, start: datetime, terms: Terms, *, dry_run: bool) -> Result:
    """Move an appointment, or show what would be moved.

    Raises:
        AskproError: as :func:`askpro_cli.booking.flow.changing.moving.move_appointment`; a refused time is a
            Result.
    """
    async with app.calcom() as client:
        flow = await open_flow(app, client, known.records)
        try:
            if dry_run:
                return await _move_plan(app, flow, known.id, start, terms)
            done = await move_appointment(flow, known.id, start, terms)
        except SlotUnavailableError as error:
            return await _refused(app, flow, known.id, start, error)
        said = ("stands already:", "for") if done.already else ("moved", "to")
        return await _changed(app, flow, done, *said)


async def cancel(
    app: App, known: Known, terms: Terms, *, records_only: bool = False, dry_run: bool
) -> Result:
    """Cancel an appointment, on both sides or in the records alone, or show which would be cancelled.

    Raises:
        AskproError: as :func:`askpro_cli.booking.flow.changing.cancelling.cancel_appointment`, or as
            :func:`askpro_cli.booking.flow.changing.records_only.cancel_in_records`.
    """
    async with app.calcom() as client:
        flow = await open_flow(app, client, known.records)
        if dry_run:
            return await _cancel_plan(app, flow, known.id, terms, records_only=records_only)
        work = cancel_in_records if records_only else cancel_appointment
        done = await work(flow, known.id, terms)
        verb = "was cancelled before:" if done.already else "cancelled"
        return await _changed(app, flow, done, verb, "of")


def confirm_cancellation(app: App, known: Known, *, records_only: bool = False) -> None:
    """Let a cancellation pass when a person says yes; one that is cancelled needs no yes.

    Raises:
        ConfirmationError: nobody is there to ask; nothing was sent.
        RefusedError: the person said no.
    """
    listed = known.records.run_in_transaction(
        lambda session: listing.one(session, known.id), context="show an appointment"
    )
    if listed.appointment.status == CANCELLED:
        return
    zone = app.company.zone
    where = " in the records alone" if records_only else ""
    app.confirm(f"cancel{where} {named_appointment(appointment_view(listed, zone), zone)}", yes=False)


async def _changed(app: App, flow: FlowDesk, done: Change, verb: str, link: str) -> Result:
    zone = app.company.zone
    view = await _view(app, flow, done.appointment.id)
    booking = booking_view(done.vendor.booking, zone) if done.vendor else None
    data: dict[str, Any] = {
        "appointment": view,
        "booking": booking,
        "previous": short_view(done.vendor.previous, zone) if done.vendor else None,
        "already": done.already,
        "elsewhere": done.elsewhere,
    }
    if done.vendor is not None:
        await remember(app, done.vendor.booking)
    meta = vendor_meta(app, done.vendor.meta if done.vendor else None, flow.desk.client.requests)
    lines = [told_appointment(verb, view, zone, link)]
    lines += [f"booking {booking['uid']} is {booking['status']}; {_RECORDS_TOO}"] if booking else []
    lines += must_be_confirmed(booking) if booking else []
    lines += [done.elsewhere] if done.elsewhere else []
    return Result(data=data, table=appointments_table([view], zone), messages=[*lines, told(meta)], meta=meta)


async def _view(app: App, flow: FlowDesk, appointment_id: int) -> dict[str, Any]:
    listed = await flow.run(lambda session: listing.one(session, appointment_id), "show an appointment")
    return appointment_view(listed, app.company.zone)


async def _refused(
    app: App, flow: FlowDesk, appointment_id: int, start: datetime, error: SlotUnavailableError
) -> Result:
    """Offer other times for the same event type; the appointment stays where it was."""
    client, view = flow.desk.client, await _view(app, flow, appointment_id)
    offered = await alternatives_to(app, client, view["uid"], start)
    offered.point_out(error)
    meta = vendor_meta(app, client.last, client.requests)
    return Result(
        data={"appointment": view, "booking": None, "alternatives": offered.views},
        table=offered.table,
        errors=[error],
        messages=[f"appointment {appointment_id} stays where it was", *offered.lines],
        meta=meta,
        records="alternatives",
    )


async def _move_plan(app: App, flow: FlowDesk, appointment_id: int, start: datetime, terms: Terms) -> Result:
    moves, zone = await plan_move(flow, appointment_id, start, terms), app.company.zone
    view = await _view(app, flow, appointment_id)
    length = datetime.fromisoformat(view["end"]) - datetime.fromisoformat(view["start"])
    plan = {
        "action": "reschedule" if moves else "none",
        "appointment": view,
        "from": view["start"],
        "start": iso_local(start, zone),
        "end": iso_local(start + length, zone),
        "start_utc": iso_utc(start),
    }
    return _planned(app, flow, plan, "dry run: nothing was moved" if moves else "stands there already")


async def _cancel_plan(
    app: App, flow: FlowDesk, appointment_id: int, terms: Terms, *, records_only: bool
) -> Result:
    cancels = await plan_cancel(flow, appointment_id, terms, records_only=records_only)
    view = await _view(app, flow, appointment_id)
    plan = {"action": "cancel" if cancels else "none", "appointment": view}
    return _planned(
        app, flow, plan, "dry run: nothing was cancelled" if cancels else "it is cancelled already"
    )


def _planned(app: App, flow: FlowDesk, plan: dict[str, Any], line: str) -> Result:
    meta = vendor_meta(app, flow.desk.client.last, flow.desk.client.requests)
    return Result(data={"plan": plan}, table=properties_table(plan), messages=[line], meta=meta)
