"""``askpro book --service`` between the command line and the flow: checked wishes in, Result out."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import SlotUnavailableError
from askpro_cli.base.times import iso_local
from askpro_cli.booking.flow.mapping import mapping
from askpro_cli.booking.flow.showing import listing
from askpro_cli.booking.flow.showing.nearest import Asked, book_nearest, book_strictly
from askpro_cli.booking.flow.showing.views import appointment_view
from askpro_cli.booking.free_times import NearestFree
from askpro_cli.booking.views import booking_view
from askpro_cli.calcom.event_types.lookup import Reference, find_event_type
from askpro_cli.shell.actions.alternatives import offer
from askpro_cli.shell.actions.booking_tables import must_be_confirmed
from askpro_cli.shell.actions.desk import remember, wish_around
from askpro_cli.shell.actions.records.appointment_tables import appointments_table, told_appointment
from askpro_cli.shell.actions.records.flow_desk import open_flow
from askpro_cli.shell.actions.records.service_plan import plan_of
from askpro_cli.shell.actions.slot_tables import when
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.booking.flow.desk import FlowDesk
    from askpro_cli.booking.flow.mapping.wishes import AppointmentWish
    from askpro_cli.booking.flow.outcomes import Outcome
    from askpro_cli.booking.free_times import Wish
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App


async def book_service(app: App, wish: AppointmentWish, *, next_free: bool, dry_run: bool) -> Result:
    """Book an appointment, or show what would be booked.

    Raises:
        AskproError: as :func:`askpro_cli.booking.flow.making.saga.book_appointment`; a refused time is a
            Result.
    """
    async with app.calcom() as client:
        flow = await open_flow(app, client)
        target = await flow.run(lambda session: mapping.resolve(session, wish.service), "map a service")
        asked = Asked(wish, target)
        if dry_run:
            return await plan_of(app, flow, asked, next_free=next_free)
        try:
            outcome = await _book(app, flow, asked, next_free=next_free)
        except SlotUnavailableError as error:
            return await _refused(app, flow, asked, error, next_free=next_free)
        if outcome.booking is not None:
            await remember(app, outcome.booking)
        return await _booked(app, flow, asked, outcome)


async def _book(app: App, flow: FlowDesk, asked: Asked, *, next_free: bool) -> Outcome:
    if not next_free:
        return await book_strictly(flow, asked)
    client = flow.desk.client
    following = NearestFree(client, app.cache(), await _around(app, client, asked), app.clock)
    return await book_nearest(flow, asked, following)


async def _around(app: App, client: CalcomClient, asked: Asked) -> Wish:
    """Return around what the nearest free times are looked for."""
    reference = Reference(id=asked.target.event_type_id)
    event_type = (await find_event_type(client, app.cache(), reference)).event_type
    length = asked.target.duration if event_type.length_in_minutes_options else None
    return wish_around(app, event_type, asked.wish.start, length=length)


async def _refused(
    app: App, flow: FlowDesk, asked: Asked, error: SlotUnavailableError, *, next_free: bool
) -> Result:
    client = flow.desk.client
    offered = await offer(app, client, await _around(app, client, asked))
    offered.point_out(error, also="" if next_free else ", or add --next")
    error.hint = "; ".join(filter(None, (error.hint, _explain_hint(app, asked))))
    data = {
        "appointment": None,
        "booking": None,
        "idempotency_key": asked.key(flow),
        "alternatives": offered.views,
    }
    meta = vendor_meta(app, client.last_write or client.last, client.requests)
    return Result(
        data=data,
        table=offered.table,
        errors=[error],
        messages=offered.lines,
        meta=meta,
        records="alternatives",
    )


def _explain_hint(app: App, asked: Asked) -> str:
    """Return the command that tells which rule hides the time."""
    named = asked.wish.service
    service = shlex.join(["--service", named.service, *(["--branch", named.branch] if named.branch else [])])
    start = iso_local(asked.wish.start, app.company.zone)
    return f"`askpro availability {service} --explain {start}` says why"


async def _booked(app: App, flow: FlowDesk, asked: Asked, outcome: Outcome) -> Result:
    zone, key = app.company.zone, outcome.appointment.id
    listed = await flow.run(lambda session: listing.one(session, key), "show an appointment")
    view = appointment_view(listed, zone)
    booking = booking_view(outcome.booking, zone) if outcome.booking else None
    data: dict[str, Any] = {
        "appointment": view,
        "booking": booking,
        "idempotency_key": outcome.appointment.idempotency_key,
        "replayed": outcome.replayed,
        "recovered": outcome.recovered,
        "next": outcome.appointment.starts_at != asked.wish.start,
    }
    meta = vendor_meta(app, outcome.meta, flow.desk.client.requests)
    return Result(
        data=data,
        table=appointments_table([view], zone),
        messages=[*_messages(app, asked, outcome, data), told(meta)],
        meta=meta,
    )


def _messages(app: App, asked: Asked, outcome: Outcome, data: dict[str, Any]) -> list[str]:
    zone = app.company.zone
    verb = "stands already:" if outcome.replayed else "booked"
    said = [told_appointment(verb, data["appointment"], zone)]
    said += must_be_confirmed(data["booking"]) if data["booking"] else []
    if outcome.hold:
        said.append(outcome.hold)
    if outcome.recovered:
        said.append("the answer never came; the booking was found by its key")
    if data["next"]:
        said.append(f"asked for {when(iso_local(asked.wish.start, zone), zone)}, which was not free")
    return said
