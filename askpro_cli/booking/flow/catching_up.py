"""Does an appointment still stand at Cal.com? Where somebody cancelled or moved it there, we follow."""

from __future__ import annotations

from sqlalchemy import select

from askpro_cli.base.errors import VendorNotFoundError
from askpro_cli.booking.chain import chain_of
from askpro_cli.booking.flow import completion
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.outcomes import Outcome
from askpro_cli.booking.flow.states import CANCELLED, SCHEDULED
from askpro_cli.booking.verification import is_active
from askpro_cli.calcom.client import Answer
from askpro_cli.calcom.event_types.lookup import VENDOR_IS_DOWN
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession


async def confirm(flow: FlowDesk, row: Appointment) -> Outcome | None:
    """Return the appointment if it stands where it did; None when it was cancelled or moved at Cal.com.

    Then our row is brought to what is true, and its key is free. A vendor that is down leaves our word.
    """
    uid = row.calcom_v2_booking_uid
    if row.status != SCHEDULED or uid is None:
        return Outcome(row, None, replayed=True)
    try:
        answer = await _ask(flow, uid)
    except VENDOR_IS_DOWN as error:
        flow.desk.notify(
            f"appointment {row.id} stands in our records; Cal.com was not asked: {error.message}"
        )
        return Outcome(row, None, replayed=True)
    if answer is not None and is_active(answer.value):
        return Outcome(row, answer.value, answer.meta, replayed=True)
    newest = (await chain_of(flow.desk.client, answer.value)).links[-1] if answer else None
    await flow.run(lambda session: _follow(session, flow, row.id, uid, newest), "follow a booking")
    return None


async def _ask(flow: FlowDesk, uid: str) -> Answer[Booking] | None:
    try:
        return await flow.desk.client.booking(uid)
    except VendorNotFoundError:
        return None


def _follow(
    session: TenantSession, flow: FlowDesk, appointment_id: int, uid: str, newest: Booking | None
) -> None:
    """Bring the row to the newest booking of its chain, unless somebody else changed it meanwhile."""
    query = select(Appointment).where(
        Appointment.id == appointment_id,
        Appointment.status == SCHEDULED,
        Appointment.calcom_v2_booking_uid == uid,
    )
    row = session.scalar(query.with_for_update())
    if row is None:
        return
    row.idempotency_key = None
    row.version += 1
    if newest is not None and is_active(newest):
        row.calcom_v2_booking_uid = newest.uid
        row.starts_at, row.ends_at = newest.start, newest.end
        completion.link(session, row, newest)
        completion.note(session, row, "appointment.moved", "moved at Cal.com", flow.correlation_id)
        return
    row.status, row.status_reason = CANCELLED, "cancelled at Cal.com"
    row.cancelled_at = flow.desk.clock.now()
    completion.note(session, row, "appointment.cancelled", "cancelled at Cal.com", flow.correlation_id)
