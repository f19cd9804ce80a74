"""Cancel an appointment in the records alone: its booking is no more at Cal.com, or was never seen there."""

from __future__ import annotations

from sqlalchemy import update

from askpro_cli.base.errors import (
    PendingError,
    RecordsError,
    RefusedError,
    UnknownError,
    VendorError,
    VendorNotFoundError,
)
from askpro_cli.booking import change
from askpro_cli.booking.change import Changed
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.changing import changing, letting_go
from askpro_cli.booking.flow.changing.cancelling import take_or_drop
from askpro_cli.booking.flow.changing.changing import Begun, Change, Terms
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Held, Taken
from askpro_cli.booking.flow.states import CANCELLED, CANCELLING, MOVING, SCHEDULED
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.schema import Appointment, CalcomBooking
from askpro_cli.platform.tenancy import TenantSession

ASKED_ABOUT = (SCHEDULED, MOVING, CANCELLING)
"""States in which an appointment may have a booking at Cal.com, and nobody makes one."""

_ALONE = "cancelled in the records alone"


async def cancel_in_records(flow: FlowDesk, reference: int | str, terms: Terms) -> Change:
    """Cancel an appointment whose booking does not stand at Cal.com; nothing is sent but that question.

    One that is cancelled already is a success that asks nobody. A run that is killed leaves it as it was.

    Args:
        flow: the tools.
        reference: our id, or any uid that a booking of it ever had.
        terms: the limit; the reason is told to nobody.

    Raises:
        NotFoundError: the records know none of this id or uid.
        RefusedError: its booking stands at Cal.com; or it begins too soon, is over, or not booked yet.
        PendingError: another run is at it.
        UnknownError: Cal.com could not be asked; nothing was changed.
        RecordsError: the database cannot be used; nothing was changed.
    """
    begun = await changing.take_up(flow, lambda session: _begin(session, flow, reference, terms))
    if isinstance(begun, Appointment):
        if begun.status == CANCELLED:
            return Change(begun, None, already=True)
        raise changing.refuse_state(begun, "cancelled")
    if begun.row.status == CANCELLED:
        return Change(begun.row, None)
    flow.at_step("records_only_taken_up")
    try:
        async with leases.kept(flow, begun.held):
            gone = await gone_there(flow, begun.row)
    except BaseException:
        await _give_back(flow, begun.held)
        raise
    row = await flow.run(lambda session: _complete(session, flow, begun.held, gone), "cancel in the records")
    return Change(row, None)


async def gone_there(flow: FlowDesk, row: Appointment) -> Booking | None:
    """Return the booking of an appointment, which does not stand any more; None: Cal.com knows none.

    Raises:
        RefusedError: it stands, or another one to which it was moved does.
        UnknownError: Cal.com could not be asked.
    """
    uid = row.calcom_v2_booking_uid
    if uid is None:
        return None
    try:
        found = await change.plan_cancel(flow.desk, uid, all_seats=True)
    except VendorNotFoundError:
        return None
    except RefusedError as error:
        raise _stands(row, str(error.details.get("successor") or uid)) from error
    except (VendorError, UnknownError) as error:
        message = f"Cal.com could not be asked whether booking {uid} stands: {error.message}"
        raise UnknownError(message, subject=str(row.id), hint=f"nothing was changed; {error.hint}") from error
    if isinstance(found, Changed):
        return found.booking
    raise _stands(row, uid)


def _stands(row: Appointment, uid: str) -> RefusedError:
    return RefusedError(
        f"booking {uid} of appointment {row.id} stands at Cal.com",
        subject=str(row.id),
        hint=f"askpro cancel {row.id} --reason … (without --records-only) cancels both",
    )


def _begin(session: TenantSession, flow: FlowDesk, reference: int | str, terms: Terms) -> Begun:
    """Take it up without saying more: what ends in between must not be sent by a later run.

    A move or a cancellation that an earlier run left cannot be finished where Cal.com knows no booking.
    """
    taken = take_or_drop(session, flow, reference, ASKED_ABOUT)
    if isinstance(taken, Taken) and taken.row.status in (SCHEDULED, MOVING):
        changing.check_terms(session, flow, taken.row, terms)
    return taken


def _complete(session: TenantSession, flow: FlowDesk, held: Held, gone: Booking | None) -> Appointment:
    row = leases.mine(session, held)
    if row is None:
        message = f"appointment {held.appointment_id} was changed by another run meanwhile"
        raise PendingError(message, subject=str(held.appointment_id), hint="run the same command again")
    uid = row.calcom_v2_booking_uid
    if gone is None:
        known = update(CalcomBooking).where(CalcomBooking.calcom_uid == uid)
        session.execute(known.values(status=CANCELLED))
    why = f"booking {uid} is {gone.status} there" if gone else f"Cal.com knows no booking {uid}"
    return letting_go.cancel_row(session, flow, row, gone, f"{_ALONE}: {why}")


async def _give_back(flow: FlowDesk, held: Held) -> None:
    """Let the next run have the row at once; records that fail now hide no error, for the lease ends."""
    try:
        await flow.run(lambda session: letting_go.left_open(session, held), "leave an appointment as it is")
    except RecordsError as error:
        flow.desk.log.event("appointment.not_settled", level="warning", reason=error.message)
