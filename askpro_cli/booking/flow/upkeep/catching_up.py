"""Does an appointment still stand at Cal.com? Where somebody cancelled or moved it there, we follow."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from askpro_cli.base.errors import VendorNotFoundError
from askpro_cli.booking.flow.changing.following import catch_up, known_links_of, name_unknown
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.outcomes import Outcome
from askpro_cli.booking.flow.states import SCHEDULED
from askpro_cli.booking.verification import is_active
from askpro_cli.calcom.event_types.lookup import VENDOR_IS_DOWN
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession


async def confirm(flow: FlowDesk, row: Appointment) -> Outcome | None:
    """Return the appointment if it stands where it did; None when it was cancelled or moved at Cal.com.

    Then our row is brought to what is true, and its key is free. A vendor that is down leaves our word.

    Raises:
        UnknownError: it was moved at Cal.com, and where to cannot be read.
        VendorNotFoundError: Cal.com does not know the booking, at least not for this key.
    """
    uid = row.calcom_v2_booking_uid
    if row.status != SCHEDULED or uid is None:
        return Outcome(row, None, replayed=True)
    try:
        answer = await flow.desk.client.booking(uid)
    except VendorNotFoundError as error:
        name_unknown(error, row, uid)
        raise
    except VENDOR_IS_DOWN as error:
        flow.desk.notify(
            f"appointment {row.id} stands in our records; Cal.com was not asked: {error.message}"
        )
        return Outcome(row, None, replayed=True)
    if is_active(answer.value):
        return Outcome(row, answer.value, answer.meta, replayed=True)
    links = await known_links_of(flow, answer.value)
    await flow.run(lambda session: _follow(session, flow, row.id, uid, links), "follow a booking")
    return None


def _follow(
    session: TenantSession, flow: FlowDesk, appointment_id: int, uid: str, links: Sequence[Booking]
) -> None:
    """Bring the row to what became of its booking, unless somebody else changed it meanwhile."""
    query = select(Appointment).where(
        Appointment.id == appointment_id,
        Appointment.status == SCHEDULED,
        Appointment.calcom_v2_booking_uid == uid,
    )
    row = session.scalar(query.with_for_update())
    if row is not None:
        catch_up(session, flow, row, links)
