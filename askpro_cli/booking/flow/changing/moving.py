"""Move an appointment: the same row, another time, a new booking in its chain.

While it is under way the row holds both times, so nobody takes the one it may come back to, nor the one it
goes to. A move makes a new booking at Cal.com; the row follows it and never gets a twin.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from askpro_cli.base.errors import AskproError, RefusedError, SlotUnavailableError
from askpro_cli.base.times import Interval, iso_local
from askpro_cli.booking import change
from askpro_cli.booking.change import Changed
from askpro_cli.booking.flow import conflicts, leases
from askpro_cli.booking.flow.changing import changing, following, letting_go
from askpro_cli.booking.flow.changing.changing import Begun, Change, Terms
from askpro_cli.booking.flow.changing.following import CANCELLED_THERE, AtVendor, follow, links_of
from askpro_cli.booking.flow.changing.letting_go import outcome
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Held, Taken
from askpro_cli.booking.flow.making import completion
from askpro_cli.booking.flow.making.claims import OURS
from askpro_cli.booking.flow.outcomes import SyncOutcome
from askpro_cli.booking.flow.states import CANCELLED, MOVING
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

_REASON = "reason"
_BEGUN_BEFORE = Terms(notice=timedelta(0), override=True)
_TOO_LATE = "its new time had come before it could be moved"


async def move_appointment(flow: FlowDesk, reference: int | str, start: datetime, terms: Terms) -> Change:
    """Move an appointment to *start*; its length stays. Moving it to where it stands is a success.

    Args:
        flow: the tools.
        reference: our id, or any uid that a booking of it ever had.
        start: aware, UTC, in the future.
        terms: the limit, and what the attendee is told.

    Raises:
        NotFoundError: the records know none of this id or uid.
        RefusedError: it begins too soon, is over or cancelled, here or at Cal.com; or it has seats.
        SlotUnavailableError: the new time is taken, by our records or at Cal.com; it stays where it was.
        PendingError: another run is at it.
        FateUnknownError: it was sent and nobody can say; the next sync finds out.
        RecordsError: the database cannot be used; if Cal.com has moved it, the next sync completes it.
    """
    begun = await changing.take_up(flow, lambda session: _begin(session, flow, reference, start, terms))
    if isinstance(begun, Appointment):
        raise changing.refuse_state(begun, "moved")
    flow.at_step("move_committed")
    try:
        async with leases.kept(flow, begun.held):
            done = await _ask(flow, begun.row, start, terms)
    except RefusedError as error:
        await _refused(flow, begun, error)
        raise
    except BaseException as error:
        await letting_go.let_go(flow, begun.held, error)
        raise
    flow.at_step("moved_at_vendor")
    row = await _completed(flow, begun.held, done)
    flow.at_step("move_completed")
    already = done.changed.already and done.elsewhere is None
    return Change(row, done.changed, already=already, elsewhere=done.elsewhere)


async def finish_move(flow: FlowDesk, appointment_id: int) -> SyncOutcome:
    """Finish a move whose run is gone: it may have been sent, so one looks before it is sent again.

    Raises:
        RecordsError: the database cannot be used.
    """
    taken = await flow.run(
        lambda session: leases.take(session, appointment_id, (MOVING,), seconds=flow.lease_seconds),
        "take up a move",
    )
    if not isinstance(taken, Taken):
        now = taken.status if taken else MOVING
        return outcome(Held(appointment_id, ""), MOVING, now, "busy" if now == MOVING else "finished")
    flow.at_step("move_taken_up")
    try:
        async with leases.kept(flow, taken.held):
            done = await _ask_again(flow, taken.row)
    except RefusedError as error:
        if await _follow_cancelled(flow, taken, error):
            return outcome(taken.held, MOVING, CANCELLED, "finished", CANCELLED_THERE)
        return await letting_go.settle_later(flow, taken.held, MOVING, error)
    except AskproError as error:
        return await letting_go.settle_later(flow, taken.held, MOVING, error)
    flow.at_step("moved_at_vendor")
    row = await _completed(flow, taken.held, done)
    return outcome(taken.held, MOVING, row.status, "finished", done.elsewhere)


def _begin(
    session: TenantSession, flow: FlowDesk, reference: int | str, start: datetime, terms: Terms
) -> Begun:
    """Let the row hold both times."""
    taken = changing.take(session, flow, reference)
    if not isinstance(taken, Taken):
        return taken
    row = taken.row
    wanted = Interval(start, start + (row.ends_at - row.starts_at))
    if start != row.starts_at:
        changing.check_terms(session, flow, row, terms)
        refuse_taken(session, flow, row, wanted)
    row.status = MOVING
    row.moving_to_starts_at, row.moving_to_ends_at = wanted.start, wanted.end
    row.payload = {_REASON: terms.reason}
    return taken


def refuse_taken(session: TenantSession, flow: FlowDesk, row: Appointment, wanted: Interval) -> None:
    """Raise when another appointment has the time; its own is not in its way.

    Raises:
        SlotUnavailableError: so it is, by our records; Cal.com was not asked.
    """
    calendar = changing.calendar_of(session, row)
    if calendar is None or conflicts.in_the_way(session, calendar, wanted, own_id=row.id) is None:
        return
    when = iso_local(wanted.start, flow.desk.zone)
    raise SlotUnavailableError(
        f"appointment {row.id} cannot be moved to {when}: that time is taken",
        vendor=OURS,
        subject=str(row.id),
        hint="askpro alternatives shows the nearest free times",
    )


async def _ask(flow: FlowDesk, row: Appointment, start: datetime, terms: Terms) -> AtVendor:
    return await follow(flow, row, terms, lambda uid: change.reschedule(flow.desk, uid, start, terms.reason))


async def _ask_again(flow: FlowDesk, row: Appointment) -> AtVendor:
    """Ask for a move that an earlier run began; once its time has come, look only.

    Raises:
        RefusedError: it was not moved, and is not any more.
        AskproError: as :func:`askpro_cli.booking.change.reschedule`.
    """
    start = row.moving_to_starts_at or row.starts_at
    if start > flow.desk.clock.now():
        return await _ask(flow, row, start, _again(row))
    return await follow(flow, row, _again(row), lambda uid: _look(flow, uid, start))


async def _look(flow: FlowDesk, uid: str, start: datetime) -> Changed:
    planned = await change.plan_move(flow.desk, uid, start)
    if isinstance(planned, Changed):
        return planned
    raise RefusedError(_TOO_LATE, subject=uid)


def _again(row: Appointment) -> Terms:
    """Return the terms of a move that was allowed when it began."""
    reason = (row.payload or {}).get(_REASON)
    return Terms(notice=_BEGUN_BEFORE.notice, override=True, reason=reason)


async def _refused(flow: FlowDesk, begun: Taken, error: RefusedError) -> None:
    """Settle the row of a refused move.

    Raises:
        RefusedError: it was cancelled at Cal.com, which the records say now.
    """
    if not await _follow_cancelled(flow, begun, error):
        await letting_go.let_go(flow, begun.held, error)
        return
    raise RefusedError(
        f"appointment {begun.row.id} was cancelled at Cal.com and cannot be moved; the records say so now",
        subject=str(begun.row.id),
        hint="askpro book makes a new one",
    ) from error


async def _follow_cancelled(flow: FlowDesk, taken: Taken, error: RefusedError) -> bool:
    """Bring the row of a booking that was cancelled at Cal.com to that; tell whether it was."""
    if "status" not in error.details:
        return False

    links = await links_of(flow, (await flow.desk.client.booking(error.subject or "")).value)

    def work(session: TenantSession) -> None:
        row = leases.mine(session, taken.held)
        if row is not None:
            following.catch_up(session, flow, row, links)

    await flow.run(work, "follow a cancellation")
    return True


async def _completed(flow: FlowDesk, held: Held, done: AtVendor) -> Appointment:
    happened = f"Cal.com has moved it to {done.changed.booking.uid}"
    return await changing.settled(
        flow, lambda session: complete(session, flow, held, done), "complete a move", happened=happened
    )


def complete(session: TenantSession, flow: FlowDesk, held: Held, done: AtVendor) -> Appointment:
    """Let the row stand at the new time, with its chain, its mail and its activity.

    Returns:
        The row; as another run left it where that took it over.
    """
    row = leases.mine(session, held)
    if row is None:
        return session.get_one(Appointment, held.appointment_id)
    booking = done.changed.booking
    same = row.starts_at == booking.start and row.calcom_v2_booking_uid == booking.uid
    for link in done.between:
        completion.link(session, row, link)
    if done.changed.previous.uid != booking.uid:
        completion.link(session, row, done.changed.previous, CANCELLED)
    completion.link(session, row, booking)
    if same:
        completion.stand(session, row, booking)
        letting_go.close(row)
    else:
        following.moved(session, flow, row, booking)
    flow.at_step("completing_move")
    return row
