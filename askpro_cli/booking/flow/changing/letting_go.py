"""How a change ends: taken back, left open for the next run, or with the appointment cancelled."""

from __future__ import annotations

from dataclasses import replace

from askpro_cli.base.errors import (
    AskproError,
    FateUnknownError,
    RecordsError,
    VendorNotFoundError,
    VendorProtocolError,
)
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.changing.changing import SYNC
from askpro_cli.booking.flow.desk import Doer, FlowDesk
from askpro_cli.booking.flow.leases import Held
from askpro_cli.booking.flow.making import completion
from askpro_cli.booking.flow.making.reasons import reason_of, stands_behind_breaker, was_held_back
from askpro_cli.booking.flow.outcomes import Did, SyncOutcome
from askpro_cli.booking.flow.states import CANCELLED, CANCELLING, MOVING, SCHEDULED
from askpro_cli.booking.notifications import outbox
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

_DONE = {MOVING: "moved", CANCELLING: "cancelled"}


def is_unsure(error: BaseException) -> bool:
    """Tell whether nobody knows what became of a request: then the row stays open for the next sync."""
    return not isinstance(error, AskproError) or isinstance(error, FateUnknownError | VendorProtocolError)


def back(session: TenantSession, flow: FlowDesk, held: Held, reason: str) -> Appointment | None:
    """Let an appointment stand where it stood; what it held beside that is free. None: another run has it."""
    row = leases.mine(session, held)
    if row is None:
        return None
    was = row.status
    row.status = SCHEDULED
    row.moving_to_starts_at = row.moving_to_ends_at = None
    close(row)
    completion.note(session, row, f"appointment.not_{_DONE[was]}", f"it stays: {reason}", flow.correlation_id)
    return row


def left_open(session: TenantSession, held: Held) -> None:
    """Give the row back as it is, so that the next run need not wait for the lease."""
    row = leases.mine(session, held)
    if row is not None:
        leases.let_go(row)


async def let_go(flow: FlowDesk, held: Held, error: BaseException) -> None:
    """Settle the row of a change that failed; records that fail now hide no error.

    What surely did not happen is taken back; what may have happened stays open, and the error says so.
    """
    unsure = is_unsure(error)
    try:
        if unsure:
            await flow.run(lambda session: left_open(session, held), "leave an appointment open")
        else:
            await flow.run(lambda session: back(session, flow, held, told(error)), "take a change back")
    except RecordsError as also:
        flow.desk.log.event("appointment.left_open", level="warning", reason=also.message)
        unsure = True
    if unsure and isinstance(error, AskproError):
        error.hint = "run the same command again: it looks first; " + SYNC


def told(error: BaseException) -> str:
    """Return the reason of a failure for the records: our sentence, which holds no personal data."""
    return error.message if isinstance(error, AskproError) else type(error).__name__


def cancel_row(
    session: TenantSession,
    flow: Doer,
    row: Appointment,
    booking: Booking | None,
    why: str | None = None,
    *,
    mail: bool = True,
) -> Appointment:
    """Let an appointment be cancelled on our side.

    Args:
        session: of the company.
        flow: who does it.
        row: locked.
        booking: as it stands at the vendor now, None where it is linked already.
        why: in words, None when a person asked for it.
        mail: tell the customer; not of an appointment that nobody was told of.
    """
    row.status = CANCELLED
    row.status_reason = why
    row.cancelled_at = flow.now()
    row.idempotency_key = None
    row.moving_to_starts_at = row.moving_to_ends_at = None
    close(row)
    if booking is not None:
        completion.link(session, row, booking)
    session.flush()
    if mail:
        outbox.queue(session, row, "cancellation", correlation_id=flow.correlation_id)
    text = why or f"cancelled at Cal.com as {row.calcom_v2_booking_uid}"
    completion.note(session, row, "appointment.cancelled", text, flow.correlation_id)
    return row


def close(row: Appointment) -> None:
    """End the step in hand: nothing of it is left for a later run."""
    row.payload = None
    row.next_attempt_at = None
    row.attempts = 0
    leases.let_go(row)


async def settle_later(flow: FlowDesk, held: Held, was: str, error: AskproError) -> SyncOutcome:
    """Settle the row of a change that an earlier run began and this one could not finish.

    That one may have sent it: only what Cal.com surely refused is taken back, all else is tried again later.
    A booking that Cal.com does not know proves nothing: the key may be that of another account.
    """
    reason = told(error)
    if error.exit_code in (ExitCode.UNKNOWN, ExitCode.AUTH) or isinstance(error, VendorNotFoundError):
        await flow.run(
            lambda session: completion.keep(
                session, flow, held, was, reason_of(error), counts=not was_held_back(error)
            ),
            "keep a change for later",
        )
        return replace(outcome(held, was, was, "kept", reason), held_back=stands_behind_breaker(error))
    await flow.run(lambda session: back(session, flow, held, reason), "take a change back")
    return outcome(held, was, SCHEDULED, "given_up", reason)


def outcome(held: Held, was: str, now: str, did: Did, reason: str | None = None) -> SyncOutcome:
    """Return what a later run made of an open row."""
    return SyncOutcome(f"appointment {held.appointment_id}", held.appointment_id, was, now, did, reason)
