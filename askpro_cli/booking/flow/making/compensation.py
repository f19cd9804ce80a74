"""A remote booking without an appointment of ours: taken back, or written down to be taken back later."""

from __future__ import annotations

from askpro_cli.base.errors import AskproError, RecordsError
from askpro_cli.booking.change import cancel
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.making.completion import link
from askpro_cli.booking.flow.states import CANCELLED, ORPHAN
from askpro_cli.calcom.models import Booking

REASON = "Die Buchung konnte nicht abgeschlossen werden."
"""Told to the attendee by Cal.com."""


async def take_back(flow: FlowDesk, booking: Booking) -> str:
    """Cancel a booking that no appointment goes with, or record it as an orphan for the next sync.

    Returns:
        The status under which it is recorded: ``cancelled`` or ``orphan``.

    Raises:
        RecordsError: it could be neither cancelled nor recorded; the error names the uid.
    """
    try:
        await cancel(flow.desk, booking.uid, REASON)
        status = CANCELLED
    except AskproError as error:
        flow.desk.log.event("booking.orphaned", level="warning", uid=booking.uid, reason=error.message)
        status = ORPHAN
    flow.at_step("taken_back")
    await record(flow, booking, status)
    return status


async def record(flow: FlowDesk, booking: Booking, status: str) -> None:
    """Write down a remote booking without appointment.

    Raises:
        RecordsError: it could not be; an orphan then is known to the log and the message alone.
    """
    try:
        await flow.run(lambda session: link(session, None, booking, status), "record an orphan")
    except RecordsError as error:
        if status != ORPHAN:  # gone there, nothing here: nothing is left to do
            return
        raise RecordsError(
            f"booking {booking.uid} stands at Cal.com without an appointment: {error.message}",
            subject=booking.uid,
            hint=f"askpro cancel {booking.uid} --reason …",
        ) from error
