"""Finish what earlier runs left open: appointments between two states, and bookings without appointment.

Safe beside other syncs and beside the runs themselves: each row is taken up by its lease, and one that
somebody is at is left alone. Nothing is sent again before it was looked for; what lies in the past is only
looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select

from askpro_cli.base.errors import AskproError
from askpro_cli.booking.create import find_booking
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Taken, database_now
from askpro_cli.booking.flow.making import completion
from askpro_cli.booking.flow.making.finishing import finish, look_order_of, order_of, settle
from askpro_cli.booking.flow.making.payload import Payload, remembered
from askpro_cli.booking.flow.making.reasons import reason_of, stands_behind_breaker, was_held_back
from askpro_cli.booking.flow.making.row_ledger import desk_of
from askpro_cli.booking.flow.outcomes import Did, SyncOutcome
from askpro_cli.booking.flow.states import BOOKING, CANCELLING, FAILED, MOVING, OPEN, PENDING_SYNC
from askpro_cli.booking.flow.upkeep.looking_back import caught_up
from askpro_cli.booking.flow.upkeep.orphans import due_orphans, settle_orphan
from askpro_cli.calcom.event_types.lookup import VENDOR_IS_DOWN, Reference, find_event_type
from askpro_cli.calcom.models import EventType
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

_PAST = "its time had come before it could be booked"


@dataclass(frozen=True, slots=True)
class Open:
    """A row that a run has to finish."""

    appointment_id: int
    status: str


async def sync(
    flow: FlowDesk,
    *,
    limit: int = 100,
    appointment_id: int | None = None,
    due_only: bool = True,
    watch: Callable[[SyncOutcome], None] = lambda _: None,
) -> list[SyncOutcome]:
    """Finish open appointments whose run is gone, then orphans; one that fails holds up no other.

    Args:
        flow: the tools.
        limit: at most so many rows, and so many orphans.
        appointment_id: this one alone.
        due_only: leave those whose pause after a failure is not over; False for a person who asks.
        watch: told each outcome as it comes.

    Raises:
        RecordsError: the records cannot be used.
    """
    rows = await flow.run(
        lambda session: open_rows(session, limit, appointment_id, due_only=due_only), "find what is left open"
    )
    outcomes: list[SyncOutcome] = []
    for row in rows:
        outcomes.append(await _settle(flow, row))
        watch(outcomes[-1])
    if appointment_id is None:
        orphans = await flow.run(lambda session: due_orphans(session, limit), "find orphans")
        for orphan in orphans:
            outcomes.append(await settle_orphan(flow, orphan))
            watch(outcomes[-1])
    return outcomes


def open_rows(
    session: TenantSession, limit: int, appointment_id: int | None = None, *, due_only: bool = True
) -> Sequence[Open]:
    """Return the open rows nobody is at, the nearest appointment first."""
    now = database_now(session)
    free = or_(Appointment.lock_expires_at.is_(None), Appointment.lock_expires_at <= now)
    query = select(Appointment.id, Appointment.status).where(Appointment.status.in_(sorted(OPEN)), free)
    if due_only:
        due = or_(Appointment.next_attempt_at.is_(None), Appointment.next_attempt_at <= now)
        query = query.where(due)
    if appointment_id is not None:
        query = query.where(Appointment.id == appointment_id)
    rows = session.execute(query.order_by(Appointment.starts_at, Appointment.id).limit(limit)).all()
    return [Open(*row) for row in rows]


async def _settle(flow: FlowDesk, row: Open) -> SyncOutcome:
    """Finish one row; what it fails with is its outcome."""
    try:
        if row.status in (MOVING, CANCELLING):
            return await _change(flow, row)
        taken = await flow.run(
            lambda session: leases.take(
                session, row.appointment_id, (BOOKING, PENDING_SYNC), seconds=flow.lease_seconds
            ),
            "take an appointment up",
        )
        if not isinstance(taken, Taken):
            return _told(row, taken.status if taken else row.status, "busy")
        flow.at_step("taken_up")
        return await _book(flow, row, taken)
    except AskproError as error:
        return await _failed(flow, row, error)


async def _change(flow: FlowDesk, row: Open) -> SyncOutcome:
    """Finish a move or a cancellation."""
    from askpro_cli.booking.flow.changing import cancelling, moving

    work = moving.finish_move if row.status == MOVING else cancelling.finish_cancel
    return await work(flow, row.appointment_id)


async def _book(flow: FlowDesk, row: Open, taken: Taken) -> SyncOutcome:
    """Finish a booking: send it if its time is still ahead, else only look for it."""
    if taken.row.starts_at <= flow.desk.clock.now():
        return await _look(flow, row, taken, _PAST)
    try:
        order = order_of(taken.row, await _event_type(flow, taken.row), doubt=True)
    except VENDOR_IS_DOWN as error:
        return await _keep(flow, row, taken, error)
    except AskproError as error:  # gone at the vendor, or changed so that it does not fit
        return await _look(flow, row, taken, error.message)
    changed = await caught_up(flow, taken, order)
    if changed is not None:
        return _told(row, changed.status, "finished", changed.status_reason)
    await finish(flow, taken, order)
    return await _now(flow, row, "finished")


async def _look(flow: FlowDesk, row: Open, taken: Taken, reason: str) -> SyncOutcome:
    """Complete what an earlier run has booked; give it up when it has booked nothing. Nothing is sent."""
    order = look_order_of(taken.row, remembered(_known(taken.row)))
    changed = await caught_up(flow, taken, order)
    if changed is not None:
        return _told(row, changed.status, "finished", changed.status_reason)
    try:
        async with leases.kept(flow, taken.held):
            found = await find_booking(desk_of(flow, taken.held, order), order)
    except AskproError as error:
        return await _keep(flow, row, taken, error)
    if found is not None:
        await settle(flow, taken.held, found)
        return await _now(flow, row, "finished")
    await flow.run(
        lambda session: completion.give_up(session, flow, taken.held, reason), "give an appointment up"
    )
    return _told(row, FAILED, "given_up", reason)


async def _keep(flow: FlowDesk, row: Open, taken: Taken, error: AskproError) -> SyncOutcome:
    status, counts = taken.row.status, not was_held_back(error)
    await flow.run(
        lambda session: completion.keep(session, flow, taken.held, status, reason_of(error), counts=counts),
        "keep an appointment for later",
    )
    return _kept(row, status, error)


async def _failed(flow: FlowDesk, row: Open, error: AskproError) -> SyncOutcome:
    """Tell what a failure left: :func:`finish` has written it into the row."""
    try:
        found = await _now(flow, row, "kept", error.message)
    except AskproError:
        return _kept(row, row.status, error)
    gone = found.now == FAILED
    return _told(row, FAILED, "given_up", error.message) if gone else _kept(row, found.now, error)


def _kept(row: Open, now: str, error: AskproError) -> SyncOutcome:
    return replace(_told(row, now, "kept", error.message), held_back=stands_behind_breaker(error))


async def _now(flow: FlowDesk, row: Open, did: Did, reason: str | None = None) -> SyncOutcome:
    status = await flow.run(
        lambda session: session.scalar(
            select(Appointment.status).where(Appointment.id == row.appointment_id)
        ),
        "look at an appointment",
    )
    return _told(row, status or FAILED, did, reason)


async def _event_type(flow: FlowDesk, row: Appointment) -> EventType:
    reference = Reference(id=int(_known(row)["id"]))
    found = await find_event_type(flow.desk.client, flow.desk.cache, reference, stale_ok=True)
    return found.event_type


def _known(row: Appointment) -> dict[str, Any]:
    return dict(Payload.unpack(row.payload or {}, 0, row.starts_at).event_type)


def _told(row: Open, now: str, did: Did, reason: str | None = None) -> SyncOutcome:
    subject = f"appointment {row.appointment_id}"
    return SyncOutcome(subject, row.appointment_id, row.status, now, did, reason)
