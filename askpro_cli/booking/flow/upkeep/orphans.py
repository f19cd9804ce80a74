"""Bookings at Cal.com that no appointment of ours goes with: each is adopted or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from askpro_cli.base.errors import AskproError, VendorNotFoundError
from askpro_cli.booking.change import cancel
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.making.compensation import REASON
from askpro_cli.booking.flow.making.completion import link
from askpro_cli.booking.flow.making.drafting import APPOINTMENT_ENTRY
from askpro_cli.booking.flow.making.reasons import stands_behind_breaker
from askpro_cli.booking.flow.outcomes import Did, SyncOutcome
from askpro_cli.booking.flow.states import BOOKING, CANCELLED, ORPHAN, PENDING_SYNC
from askpro_cli.booking.verification import is_active
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.schema import Appointment, CalcomBooking
from askpro_cli.platform.tenancy import TenantSession


def due_orphans(session: TenantSession, limit: int) -> Sequence[str]:
    """Return the uids of bookings that wait to be adopted or cancelled."""
    query = select(CalcomBooking.calcom_uid).where(
        CalcomBooking.status == ORPHAN, CalcomBooking.appointment_id.is_(None)
    )
    return session.scalars(query.order_by(CalcomBooking.id).limit(limit)).all()


async def settle_orphan(flow: FlowDesk, uid: str) -> SyncOutcome:
    """Adopt or cancel one; several syncs at once do the same thing once.

    Adopted is a booking whose appointment stands with it. One whose appointment is still open is left to
    that one's own sync; any other is cancelled: whoever asked was told that there is no appointment.
    """
    try:
        return await _settle(flow, uid)
    except AskproError as error:
        kept = _told(uid, None, ORPHAN, "kept", error.message)
        return replace(kept, held_back=stands_behind_breaker(error))


async def _settle(flow: FlowDesk, uid: str) -> SyncOutcome:
    try:
        booking = (await flow.desk.client.booking(uid)).value
    except VendorNotFoundError:
        await flow.run(lambda session: _close(session, uid, CANCELLED), "close an orphan")
        return _told(uid, None, CANCELLED, "cancelled", "Cal.com does not know it any more")
    owner = await flow.run(lambda session: _owner(session, booking), "look for an appointment")
    if owner is not None and owner.status in (BOOKING, PENDING_SYNC):
        return _told(uid, owner.id, ORPHAN, "kept", f"appointment {owner.id} is still open")
    if owner is not None and owner.calcom_v2_booking_uid == uid:
        await flow.run(lambda session: link(session, owner, booking), "adopt an orphan")
        return _told(uid, owner.id, owner.status, "adopted")
    if is_active(booking):
        await cancel(flow.desk, uid, REASON)
        flow.at_step("orphan_cancelled")
    await flow.run(lambda session: link(session, None, booking, CANCELLED), "close an orphan")
    return _told(uid, owner.id if owner else None, CANCELLED, "cancelled")


def _owner(session: TenantSession, booking: Booking) -> Appointment | None:
    """Return the appointment that the booking's metadata names."""
    named = str(booking.metadata.get(APPOINTMENT_ENTRY, ""))
    if not named.isdecimal():
        return None
    return session.scalar(select(Appointment).where(Appointment.id == int(named)))


def _close(session: TenantSession, uid: str, status: str) -> None:
    row = session.scalar(select(CalcomBooking).where(CalcomBooking.calcom_uid == uid).with_for_update())
    if row is not None:
        row.status = status


def _told(uid: str, appointment_id: int | None, now: str, did: Did, reason: str | None = None) -> SyncOutcome:
    return SyncOutcome(f"booking {uid}", appointment_id, ORPHAN, now, did, reason)
