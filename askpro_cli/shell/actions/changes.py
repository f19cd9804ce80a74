"""``askpro reschedule`` and ``askpro cancel`` between the command line and the rooms below."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from askpro_cli.base.errors import AskproError, SlotUnavailableError
from askpro_cli.base.times import iso_local, iso_utc
from askpro_cli.booking import change, seats
from askpro_cli.booking.change import Changed
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.seats import Seat
from askpro_cli.booking.views import booking_view, short_view
from askpro_cli.calcom.client import Answer
from askpro_cli.calcom.event_types.lookup import Reference, find_event_type
from askpro_cli.calcom.models import Booking
from askpro_cli.shell.actions.alternatives import Offered, offer
from askpro_cli.shell.actions.booking_tables import (
    bookings_table,
    in_words,
    must_be_confirmed,
    properties_table,
    sentence,
)
from askpro_cli.shell.actions.desk import make_desk, remember, wish_around
from askpro_cli.shell.actions.slot_tables import when
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App


class Cancellation(NamedTuple):
    """What of a booking is cancelled: all of it, unless a seat is named.

    Args:
        seat: the uid of one seat; the appointment stands for the others.
        all_seats: an appointment that several people share, for all of them.
        subsequent: the later ones of its series, too.
    """

    seat: str | None = None
    all_seats: bool = False
    subsequent: bool = False

    @property
    def part(self) -> str:
        """Return which part it is, in front of the booking in a sentence."""
        return f"seat {self.seat} of " if self.seat else ""


class Move(NamedTuple):
    """Where a booking, or one seat of it, is moved.

    Args:
        start: aware, UTC.
        reason: told to the attendee; none for a seat.
        seat: the uid of one seat; the others stay.
    """

    start: datetime
    reason: str | None = None
    seat: str | None = None


async def reschedule(app: App, uid: str, move: Move, *, dry_run: bool) -> Result:
    """Move a booking, or one seat of it, or show what would be moved.

    Raises:
        AskproError: as :func:`askpro_cli.booking.change.reschedule` and
            :func:`askpro_cli.booking.seats.move_seat`; a refused slot is a Result.
    """
    async with app.calcom() as client:
        desk = make_desk(app, client)
        if dry_run:
            return _move_plan(app, client, await _plan_move(desk, uid, move), move)
        try:
            changed = await _move(desk, uid, move)
        except SlotUnavailableError as error:
            return await _refused(app, client, uid, move.start, error)
        await remember(app, changed.booking)
        view = booking_view(changed.booking, app.company.zone)
        data = {
            "booking": view,
            "previous": short_view(changed.previous, app.company.zone),
            "already": changed.already,
        }
        verb = "stands already:" if changed.already else f"moved {uid} to"
        lines = [sentence(verb, view, app.company.zone), *must_be_confirmed(view)]
        return _changed(app, client, changed, data, *lines)


async def _move(desk: Desk, uid: str, move: Move) -> Changed:
    if move.seat is not None:
        return await seats.move_seat(desk, Seat(uid, move.seat), move.start)
    return await change.reschedule(desk, uid, move.start, move.reason)


async def _plan_move(desk: Desk, uid: str, move: Move) -> Changed | Answer[Booking]:
    if move.seat is None:
        return await change.plan_move(desk, uid, move.start)
    planned = await seats.plan_move_seat(desk, Seat(uid, move.seat), move.start)
    return planned if planned.already else Answer(planned.booking, planned.meta)


def confirm_cancellation(app: App, uid: str, what: Cancellation) -> None:
    """Let a cancellation pass when a person says yes to what is cancelled; one that is gone needs no yes.

    Raises:
        ConfirmationError: nobody is there to ask; nothing was sent.
        RefusedError: the person said no, or the booking was moved.
        VendorNotFoundError: there is no such booking.
    """
    from askpro_cli.shell.running import wait_for

    named = wait_for(_standing(app, uid, what)) if app.can_ask else f"booking {uid}"
    if named is not None:
        app.confirm(f"cancel {what.part}{named}", yes=False)


async def _standing(app: App, uid: str, what: Cancellation) -> str | None:
    """Return a booking in the words of a question, None when it is gone already."""
    async with app.calcom() as client:
        desk = make_desk(app, client)
        planned = await _plan_cancel(desk, uid, what)
        if isinstance(planned, Changed):
            return None
        later = await _later(desk, planned, what)
    zone = app.company.zone
    also = f", and {len(later)} later of its series" if what.subsequent else ""
    return in_words(booking_view(planned.value, zone), zone) + also


async def _plan_cancel(desk: Desk, uid: str, what: Cancellation) -> Changed | Answer[Booking]:
    if what.seat is None:
        return await change.plan_cancel(desk, uid, all_seats=what.all_seats, subsequent=what.subsequent)
    planned = await seats.plan_cancel_seat(desk, Seat(uid, what.seat))
    return planned if planned.already else Answer(planned.booking, planned.meta)


async def cancel(app: App, uid: str, reason: str, what: Cancellation, *, dry_run: bool) -> Result:
    """Cancel a booking, a seat of it or the rest of its series, or show which would be cancelled.

    Raises:
        AskproError: as :func:`askpro_cli.booking.change.cancel` and
            :func:`askpro_cli.booking.seats.cancel_seat`.
    """
    async with app.calcom() as client:
        desk = make_desk(app, client)
        if dry_run:
            planned = await _plan_cancel(desk, uid, what)
            return _cancel_plan(app, client, planned, what, await _later(desk, planned, what))
        if what.seat is None:
            changed = await change.cancel(
                desk, uid, reason, all_seats=what.all_seats, subsequent=what.subsequent
            )
        else:
            changed = await seats.cancel_seat(desk, Seat(uid, what.seat), reason)
        await remember(app, changed.booking)
        view = booking_view(changed.booking, app.company.zone)
        named = f"{what.part}booking {view['uid']} of {when(view['start'], app.company.zone)}"
        line = f"cancelled {named}" + (" and all later ones of its series" if what.subsequent else "")
        if changed.already:
            line = f"{named} was {'given up' if what.seat else view['status']} before"
        data = {"booking": view, "already": changed.already}
        return _changed(app, client, changed, data, line)


def _changed(app: App, client: CalcomClient, changed: Changed, data: dict[str, Any], *lines: str) -> Result:
    meta = vendor_meta(app, changed.meta, client.requests)
    table = bookings_table([data["booking"]], app.company.zone)
    return Result(data=data, table=table, messages=[*lines, told(meta)], meta=meta)


async def _refused(
    app: App, client: CalcomClient, uid: str, start: datetime, error: SlotUnavailableError
) -> Result:
    """Offer other times for the same event type; the booking stays where it was."""
    offered = await alternatives_to(app, client, uid, start)
    offered.point_out(error)
    data = {"booking": None, "alternatives": offered.views}
    meta = vendor_meta(app, client.last_write, client.requests)
    lines = [f"booking {uid} stays where it was", *offered.lines]
    return Result(
        data=data, table=offered.table, errors=[error], messages=lines, meta=meta, records="alternatives"
    )


async def alternatives_to(app: App, client: CalcomClient, uid: str, start: datetime) -> Offered:
    """Return free times of a booking's event type around *start*; never fails."""
    try:
        event_type_id = (await client.booking(uid)).value.of_event_type
        if event_type_id is None:
            return Offered([], ["no alternatives: Cal.com does not say of which event type the booking is"])
        found = await find_event_type(client, app.cache(), Reference(id=event_type_id))
    except AskproError as error:
        return Offered([], [f"no alternatives could be looked up: {error.message}"])
    offered = await offer(app, client, wish_around(app, found.event_type, start))
    day = start.astimezone(app.company.zone).date()
    return replace(offered, more=f"askpro availability {event_type_id} --from {day}")


def _move_plan(app: App, client: CalcomClient, planned: Changed | Answer[Booking], move: Move) -> Result:
    already = isinstance(planned, Changed)
    booking = planned.booking if isinstance(planned, Changed) else planned.value
    zone = app.company.zone
    plan = {
        "action": "none" if already else "reschedule",
        "uid": booking.uid,
        "from": iso_local(booking.start, zone),
        "start": iso_local(move.start, zone),
        "end": iso_local(move.start + (booking.end - booking.start), zone),
        "start_utc": iso_utc(move.start),
    }
    plan |= {"seat": move.seat} if move.seat else {}
    line = "stands there already" if already else "dry run: nothing was moved"
    return _planned(app, client, plan, line)


async def _later(desk: Desk, planned: Changed | Answer[Booking], what: Cancellation) -> list[Booking]:
    """Return what would be cancelled beside the booking itself."""
    if isinstance(planned, Changed) or not what.subsequent:
        return []
    return await change.later_of(desk, planned.value)


def _cancel_plan(
    app: App,
    client: CalcomClient,
    planned: Changed | Answer[Booking],
    what: Cancellation,
    later: list[Booking],
) -> Result:
    already = isinstance(planned, Changed)
    booking = planned.booking if isinstance(planned, Changed) else planned.value
    zone = app.company.zone
    plan: dict[str, Any] = {"action": "none" if already else "cancel", "booking": booking_view(booking, zone)}
    plan |= {name: value for name, value in what._asdict().items() if value}
    plan |= {"later": [short_view(one, zone) for one in later]} if what.subsequent else {}
    line = "dry run: nothing was cancelled"
    if already:
        line = f"it was {'given up' if what.seat else booking.status} before"
    return _planned(app, client, plan, line)


def _planned(app: App, client: CalcomClient, plan: dict[str, Any], line: str) -> Result:
    meta = vendor_meta(app, client.last, client.requests)
    return Result(data={"plan": plan}, table=properties_table(plan), messages=[line], meta=meta)
