"""An event that comes while a run of ours is at the appointment: what the run sees by itself, what not.

The vendor sends its event before it answers us. So nearly every booking, move and cancellation of ours is
told while its run is still at the row. What the event confirms is left to the run, which writes the same. One
that says something else waits until the run is through, for the run would write its older answer over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from askpro_cli.base.errors import PendingError
from askpro_cli.booking.events.told import Told
from askpro_cli.booking.events.triggers import CANCELLED
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.states import BOOKING, CANCELLING, MOVING, OPEN, PENDING_SYNC
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

MAKING = frozenset({BOOKING, PENDING_SYNC})
_ROW = (
    select(Appointment)
    .where(Appointment.id == bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_AT_THAT_TIME = (
    select(Appointment)
    .where(
        Appointment.status.in_(sorted(OPEN)),
        or_(
            Appointment.starts_at == bindparam("start"), Appointment.moving_to_starts_at == bindparam("start")
        ),
    )
    .order_by(Appointment.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def locked(session: TenantSession, appointment_id: int) -> Appointment:
    """Return an appointment, held until the transaction ends, so that no run writes beside us."""
    return session.scalars(_ROW, {"id": appointment_id}).one()


def open_at(session: TenantSession, start: datetime) -> Sequence[Appointment]:
    """Return the appointments that are being made or moved for *start*, held until the transaction ends.

    A booking that nobody knows may be one of theirs: its row was written before the vendor was asked.
    """
    return session.scalars(_AT_THAT_TIME, {"start": start}).all()


def is_held(session: TenantSession, row: Appointment) -> bool:
    """Tell whether a run is at the row, or may come back to it.

    A run whose lease is over still completes an open row that nobody took up since. So an open row counts as
    held until the next sync has taken it up; any other only while the lease lasts.
    """
    if row.lock_token is None:
        return False
    if row.status in OPEN:
        return True
    return row.lock_expires_at is not None and row.lock_expires_at > leases.database_now(session)


def confirms(row: Appointment, told: Told) -> bool:
    """Tell whether an event says what the run at *row* is about to write by itself."""
    if row.status in MAKING:
        return told.stands and told.before is None
    if row.status == MOVING:
        moved = told.before is not None and told.before.uid == row.calcom_v2_booking_uid
        return told.stands and moved and told.start == row.moving_to_starts_at
    return row.status == CANCELLING and told.status == CANCELLED


def at_work(row: Appointment, told: Told) -> PendingError:
    """Return why an event has to wait."""
    return PendingError(
        f"a run of askpro is at appointment {row.id} ({row.status}), for which {told.trigger} waits",
        subject=str(row.id),
        hint="it is tried again by itself; where the run is no more, askpro appointments sync finishes it",
        details={"appointment_id": row.id},
    )
