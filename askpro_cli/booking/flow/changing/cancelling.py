"""Cancel an appointment, on both sides, once; again is a success."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from askpro_cli.base.errors import AskproError
from askpro_cli.booking import change
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.changing import changing, letting_go
from askpro_cli.booking.flow.changing.changing import Begun, Change, Terms
from askpro_cli.booking.flow.changing.following import AtVendor, follow
from askpro_cli.booking.flow.changing.letting_go import outcome
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Held, Taken
from askpro_cli.booking.flow.making import completion
from askpro_cli.booking.flow.outcomes import SyncOutcome
from askpro_cli.booking.flow.states import CANCELLED, CANCELLING, PENDING_SYNC, SCHEDULED
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

_REASON = "reason"
NEVER_SENT = "cancelled before it was sent to Cal.com"
_NO_REASON = "cancelled"  # the vendor demands one from the host


async def cancel_appointment(flow: FlowDesk, reference: int | str, terms: Terms) -> Change:
    """Cancel an appointment; one that is cancelled already is a success that asks nobody.

    One that waits for Cal.com was never sent: it is cancelled here, and nobody is asked either.

    Args:
        flow: the tools.
        reference: our id, or any uid that a booking of it ever had.
        terms: the limit, and what the attendee is told.

    Raises:
        NotFoundError: the records know none of this id or uid.
        RefusedError: it begins too soon, is over, or not booked yet; or several people share it.
        PendingError: another run is at it.
        FateUnknownError: it was sent and nobody can say; the next sync finds out.
        RecordsError: the database cannot be used; if Cal.com has cancelled it, the next sync completes it.
    """
    begun = await changing.take_up(flow, lambda session: _begin(session, flow, reference, terms))
    if isinstance(begun, Appointment):
        if begun.status == CANCELLED:
            return Change(begun, None, already=True)
        raise changing.refuse_state(begun, "cancelled")
    if begun.row.status == CANCELLED:
        return Change(begun.row, None)
    flow.at_step("cancel_committed")
    try:
        async with leases.kept(flow, begun.held):
            done = await _ask(flow, begun.row, terms)
    except BaseException as error:
        await letting_go.let_go(flow, begun.held, error)
        raise
    flow.at_step("cancelled_at_vendor")
    row = await _completed(flow, begun.held, done)
    flow.at_step("cancel_completed")
    return Change(row, done.changed, elsewhere=_elsewhere(done))


async def finish_cancel(flow: FlowDesk, appointment_id: int) -> SyncOutcome:
    """Finish a cancellation whose run is gone; what is cancelled at Cal.com already is not sent again.

    Raises:
        RecordsError: the database cannot be used.
    """
    taken = await flow.run(
        lambda session: leases.take(session, appointment_id, (CANCELLING,), seconds=flow.lease_seconds),
        "take up a cancellation",
    )
    if not isinstance(taken, Taken):
        now = taken.status if taken else CANCELLING
        return outcome(Held(appointment_id, ""), CANCELLING, now, "busy" if now == CANCELLING else "finished")
    flow.at_step("cancel_taken_up")
    reason = (taken.row.payload or {}).get(_REASON)
    try:
        async with leases.kept(flow, taken.held):
            done = await _ask(flow, taken.row, Terms(notice=timedelta(0), override=True, reason=reason))
    except AskproError as error:
        return await letting_go.settle_later(flow, taken.held, CANCELLING, error)
    flow.at_step("cancelled_at_vendor")
    row = await _completed(flow, taken.held, done)
    return outcome(taken.held, CANCELLING, row.status, "finished", done.elsewhere)


def _begin(session: TenantSession, flow: FlowDesk, reference: int | str, terms: Terms) -> Begun:
    """Let the row say that it is being cancelled; it holds its time until that is so."""
    taken = take_or_drop(session, flow, reference)
    if not isinstance(taken, Taken) or taken.row.status == CANCELLED:
        return taken
    changing.check_terms(session, flow, taken.row, terms)
    taken.row.status = CANCELLING
    taken.row.payload = {_REASON: terms.reason}
    return taken


def take_or_drop(
    session: TenantSession,
    flow: FlowDesk,
    reference: int | str,
    statuses: Collection[str] = (SCHEDULED,),
) -> Begun:
    """Take up an appointment in one of these states; one that surely was never sent is cancelled at once.

    Raises:
        NotFoundError: the records know none of this id or uid.
        RefusedError: it waited for Cal.com, and a run that is no more may have sent it.
    """
    taken = changing.take(session, flow, reference, (*statuses, PENDING_SYNC))
    if not isinstance(taken, Taken) or taken.row.status in statuses:
        return taken
    if taken.row.status != PENDING_SYNC:
        raise changing.refuse_state(taken.row, "cancelled")
    letting_go.cancel_row(session, flow, taken.row, None, NEVER_SENT, mail=False)
    return taken


async def _ask(flow: FlowDesk, row: Appointment, terms: Terms) -> AtVendor:
    reason = terms.reason or _NO_REASON
    return await follow(flow, row, terms, lambda uid: change.cancel(flow.desk, uid, reason))


async def _completed(flow: FlowDesk, held: Held, done: AtVendor) -> Appointment:
    happened = f"Cal.com has cancelled {done.changed.booking.uid}"
    return await changing.settled(
        flow,
        lambda session: complete(session, flow, held, done),
        "complete a cancellation",
        happened=happened,
    )


def complete(session: TenantSession, flow: FlowDesk, held: Held, done: AtVendor) -> Appointment:
    """Let the row be cancelled, with its chain, its mail and its activity.

    Returns:
        The row; as another run left it where that took it over.
    """
    row = leases.mine(session, held)
    if row is None:
        return session.get_one(Appointment, held.appointment_id)
    for link in done.between:
        completion.link(session, row, link)
    row.calcom_v2_booking_uid = done.changed.booking.uid
    letting_go.cancel_row(session, flow, row, done.changed.booking)
    flow.at_step("completing_cancel")
    return row


def _elsewhere(done: AtVendor) -> str | None:
    """Return what had happened at Cal.com without us."""
    if done.changed.already:
        return "it was cancelled at Cal.com before"
    return done.elsewhere
