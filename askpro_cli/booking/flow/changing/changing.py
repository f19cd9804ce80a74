"""What moving and cancelling an appointment share: under which terms, and taking it up for this run.

Either is three steps: the row says what is under way and is committed; Cal.com is asked; the row says what
came of it. A run that ends in between leaves a row that the next one finishes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from askpro_cli.base.errors import PendingError, RecordsError, RefusedError, UnknownError
from askpro_cli.booking.change import Changed
from askpro_cli.booking.flow import conflicts, leases
from askpro_cli.booking.flow.changing.modify_limit import check_notice
from askpro_cli.booking.flow.conflicts import Calendar
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Taken
from askpro_cli.booking.flow.making import completion
from askpro_cli.booking.flow.mapping.choosing import single_host
from askpro_cli.booking.flow.mapping.reading import bookable_hosts
from askpro_cli.booking.flow.showing import listing
from askpro_cli.booking.flow.states import BOOKING, CANCELLING, MOVING, PENDING_SYNC, SCHEDULED
from askpro_cli.platform.schema import Appointment, CalcomEventType
from askpro_cli.platform.tenancy import TenantSession

SYNC = "askpro appointments sync finishes it"
_PAUSE_SECONDS = 0.2
_SILENT_SECONDS = 1.0  # a healthy change is through by then
_WORDS = {
    MOVING: "being moved",
    CANCELLING: "being cancelled",
    BOOKING: "being booked",
    PENDING_SYNC: "being booked",
    SCHEDULED: "being cancelled in the records",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms an appointment may be changed.

    Args:
        notice: how long before its start it may be changed at the latest.
        override: an operator sets that aside; the log and the activity say so.
        reason: told to the attendee; personal data, so it is kept only while the change is open.
    """

    notice: timedelta
    override: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an appointment.

    Args:
        appointment: our row, detached, as it stands now.
        vendor: what the vendor said, None where it was not asked.
        already: it was so before.
        elsewhere: what had happened to it at Cal.com without us, in words; None for nothing.
    """

    appointment: Appointment
    vendor: Changed | None
    already: bool = False
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class Busy:
    """Another run is at the row."""

    row: Appointment


@dataclass(frozen=True, slots=True)
class Left:
    """A run that is no more left the row open."""

    row: Appointment


Begun = Taken | Appointment | Busy | Left
"""What beginning a change brings: the row for this run, one in another state, or one to wait for."""


async def take_up(flow: FlowDesk, begin: Callable[[TenantSession], Begun]) -> Taken | Appointment:
    """Return the row for this run to change, or as it is in a state in which it is not.

    Waits for another run that is at it, and finishes what one left that is no more.

    Raises:
        PendingError: another run is still at it.
        UnknownError: what an earlier run left could not be finished.
        AskproError: what *begin* raises; nothing was changed.
    """
    waited, finished = 0.0, False
    while True:
        found = await flow.run(begin, "take up an appointment")
        if isinstance(found, Left) and not finished:
            finished = True
            await _finish(flow, found.row)
        elif isinstance(found, Busy | Left):
            if waited >= flow.patience or isinstance(found, Left):
                raise _still_open(found.row)
            if waited >= _SILENT_SECONDS:
                flow.desk.notify(f"another run is at appointment {found.row.id}; waiting for it to end")
            await flow.sleep(_PAUSE_SECONDS)
            waited += _PAUSE_SECONDS
        else:
            return found


async def _finish(flow: FlowDesk, row: Appointment) -> None:
    """Finish what an earlier run began.

    Raises:
        UnknownError: it could not be finished now.
    """
    from askpro_cli.booking.flow.changing import cancelling, moving  # both are built on this module

    work = moving.finish_move if row.status == MOVING else cancelling.finish_cancel
    done = await work(flow, row.id)
    if done.did == "kept":
        raise UnknownError(
            f"appointment {row.id} was {_WORDS[row.status]}, which could not be finished: {done.reason}",
            subject=str(row.id),
            hint=SYNC,
        )


def _still_open(row: Appointment) -> PendingError:
    return PendingError(
        f"appointment {row.id} is {_WORDS.get(row.status, row.status)} by another run",
        subject=str(row.id),
        hint=f"try again in a moment; {SYNC} if that run is no more",
    )


async def settled(
    flow: FlowDesk, work: Callable[[TenantSession], Appointment], context: str, *, happened: str
) -> Appointment:
    """Let the row say what came of a change that Cal.com has made.

    Args:
        flow: the tools.
        work: changes the row.
        context: what is being done, for the error's sentence.
        happened: what Cal.com has done, for the hint.

    Raises:
        RecordsError: the database cannot be used; the hint says that the change happened.
    """
    try:
        return await flow.run(work, context)
    except RecordsError as error:
        error.hint = f"{happened}; {SYNC}"
        raise


def calendar_of(session: TenantSession, row: Appointment) -> Calendar | None:
    """Return whose time an appointment takes, None where the records know neither person nor event type."""
    if row.calcom_event_type_id is None:
        return None if row.staff_id is None else Calendar(0, row.staff_id)
    event_type = session.get_one(CalcomEventType, row.calcom_event_type_id)
    host = single_host(event_type.staff_id, bookable_hosts(session, event_type.id))
    return Calendar(event_type.id, host)


def take(
    session: TenantSession,
    flow: FlowDesk,
    reference: int | str,
    statuses: Collection[str] = (SCHEDULED,),
) -> Begun:
    """Take up an appointment in one of these states under the lock of whoever's time it is.

    Raises:
        NotFoundError: the records know none of this id or uid.
    """
    row = listing.find_appointment(session, reference)
    calendar = calendar_of(session, row)
    if calendar is not None:
        conflicts.lock(session, calendar)
    taken = leases.take(session, row.id, statuses, seconds=flow.lease_seconds)
    if isinstance(taken, Taken) or taken is None:
        return taken or row
    leased = taken.lock_expires_at is not None and taken.lock_expires_at > leases.database_now(session)
    if leased:
        return Busy(taken)
    return Left(taken) if taken.status in (MOVING, CANCELLING) else taken


def refuse_state(row: Appointment, what: str) -> RefusedError:
    """Return why an appointment in this state cannot be moved or cancelled."""
    if row.status in (BOOKING, PENDING_SYNC):
        message = f"appointment {row.id} is not booked at Cal.com yet and cannot be {what}"
        return RefusedError(message, subject=str(row.id), hint=SYNC)
    message = f"appointment {row.id} is {row.status} and cannot be {what}"
    return RefusedError(message, subject=str(row.id), hint="askpro book makes a new one")


def check_terms(session: TenantSession, flow: FlowDesk, row: Appointment, terms: Terms) -> None:
    """Raise when the change comes too late; note when that was set aside.

    Raises:
        RefusedError: as :func:`askpro_cli.booking.flow.changing.modify_limit.check_notice`.
    """
    now = flow.desk.clock.now()
    named = f"appointment {row.id}"
    if check_notice(named, row.starts_at, now, terms.notice, override=terms.override):
        flow.desk.log.event("appointment.notice_overridden", level="warning", appointment=row.id)
        completion.note(
            session, row, "appointment.notice_overridden", "the limit was set aside", flow.correlation_id
        )
