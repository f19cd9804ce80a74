"""What the next sync has before it, and why: open appointments, and bookings without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from askpro_cli.base.times import human_span
from askpro_cli.booking.flow.leases import database_now
from askpro_cli.booking.flow.showing import listing
from askpro_cli.booking.flow.showing.filters import AppointmentFilter
from askpro_cli.booking.flow.showing.listing import Listed
from askpro_cli.booking.flow.states import BOOKING, CANCELLING, MOVING, OPEN, ORPHAN, PENDING_SYNC
from askpro_cli.platform.schema import Appointment, CalcomBooking
from askpro_cli.platform.tenancy import TenantSession

_WHY = {
    BOOKING: "a run ended while it was booked: whether it stands at Cal.com, sync finds out",
    PENDING_SYNC: "Cal.com was down: it is booked later",
    MOVING: "a run ended while it was moved",
    CANCELLING: "a run ended while it was cancelled",
}


@dataclass(frozen=True, slots=True)
class OpenAppointment:
    """An appointment that a run has to finish.

    Args:
        listed: the row and the names of what it is about.
        lease_seconds: how long a run is still at it, None when none is.
        wait_seconds: how long it is put off after a failure, None when it is due.
    """

    listed: Listed
    lease_seconds: float | None
    wait_seconds: float | None

    @property
    def why(self) -> str:
        """Return why it is open, for a person; no personal data."""
        row = self.listed.appointment
        if self.lease_seconds is not None:
            return f"a run is at it, or was: its lease ends in {human_span(self.lease_seconds)}"
        why = _WHY[row.status]
        if self.wait_seconds is not None:
            why += f"; tried {row.attempts} times, again in {human_span(self.wait_seconds)}"
        return why


@dataclass(frozen=True, slots=True)
class Unfinished:
    """All that waits for a sync."""

    appointments: list[OpenAppointment]
    orphans: Sequence[CalcomBooking]

    @property
    def total(self) -> int:
        """Return how much it is."""
        return len(self.appointments) + len(self.orphans)


def unfinished(session: TenantSession, limit: int) -> Unfinished:
    """Return what waits, at most *limit* of either, the nearest appointment first."""
    now = database_now(session)
    wanted = AppointmentFilter(statuses=tuple(sorted(OPEN)), limit=limit)
    rows = [_open(one, now) for one in listing.list_appointments(session, wanted)]
    return Unfinished(rows, _orphans(session, limit))


def _open(listed: Listed, now: datetime) -> OpenAppointment:
    row: Appointment = listed.appointment
    return OpenAppointment(listed, _left(row.lock_expires_at, now), _left(row.next_attempt_at, now))


def _left(until: datetime | None, now: datetime) -> float | None:
    return (until - now).total_seconds() if until is not None and until > now else None


def _orphans(session: Session, limit: int) -> Sequence[CalcomBooking]:
    query = select(CalcomBooking).where(
        CalcomBooking.status == ORPHAN, CalcomBooking.appointment_id.is_(None)
    )
    return session.scalars(query.order_by(CalcomBooking.id).limit(limit)).all()
