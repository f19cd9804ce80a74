"""An appointment is brought to what its bookings have become; what it has come to already changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from askpro_cli.booking.events.chains import tip
from askpro_cli.booking.events.facts import Facts, facts_of, is_over
from askpro_cli.booking.events.triggers import REJECTED
from askpro_cli.booking.flow.changing import following, letting_go
from askpro_cli.booking.flow.changing.following import CANCELLED_THERE
from askpro_cli.booking.flow.desk import Doer
from askpro_cli.booking.flow.making import completion
from askpro_cli.booking.flow.states import CANCELLED, COMPLETED, NO_SHOW, SCHEDULED
from askpro_cli.calcom.models import Booking, Host
from askpro_cli.platform.schema import Appointment, CalcomBooking
from askpro_cli.platform.tenancy import TenantSession

REJECTED_THERE = "rejected at Cal.com"
_SETTLED = frozenset({SCHEDULED, COMPLETED, NO_SHOW, CANCELLED})
_CHAIN = select(CalcomBooking).where(CalcomBooking.appointment_id == bindparam("appointment"))
_NOTES = {
    COMPLETED: ("appointment.completed", "its time is over"),
    NO_SHOW: ("appointment.no_show", "marked at Cal.com: nobody came"),
    SCHEDULED: ("appointment.scheduled", "no longer marked at Cal.com: nobody came"),
}


def follow(session: TenantSession, doer: Doer, row: Appointment) -> None:
    """Let an appointment stand where its booking does, or be over as that is; its customer is told.

    The mails are those that the flow writes when it finds such a change by itself
    (:func:`~askpro_cli.booking.flow.changing.following.catch_up`), no others.

    Args:
        session: of the company.
        doer: who does it.
        row: locked, and no run is at it.
    """
    if row.status not in _SETTLED or row.calcom_v2_booking_uid is None:
        return
    chain: Sequence[CalcomBooking] = session.scalars(_CHAIN, {"appointment": row.id}).all()
    newest = tip(chain, row.calcom_v2_booking_uid)
    if newest is None:
        return
    if is_over(newest.status):
        _call_off(session, doer, row, newest)
        return
    if newest.calcom_uid != row.calcom_v2_booking_uid:
        following.moved(session, doer, row, _booking(newest))
    if row.status != CANCELLED:
        _take_place(session, doer, row, facts_of(newest.told))


def _call_off(session: TenantSession, doer: Doer, row: Appointment, newest: CalcomBooking) -> None:
    """Let it be cancelled; one that was so before stays so, at the end of its chain."""
    before = row.status == CANCELLED
    if before and row.calcom_v2_booking_uid == newest.calcom_uid:
        return
    completion.stand(session, row, _booking(newest))
    why = REJECTED_THERE if newest.status == REJECTED else CANCELLED_THERE
    letting_go.cancel_row(session, doer, row, None, why, mail=not before)


def _take_place(session: TenantSession, doer: Doer, row: Appointment, facts: Facts) -> None:
    """Let it say that it took place, or that nobody came; what nobody told stays as it is."""
    now = _outcome(row, facts)
    if now == row.status:
        return
    row.status = now
    row.version += 1
    completion.note(session, row, *_NOTES[now], doer.correlation_id)


def _outcome(row: Appointment, facts: Facts) -> str:
    if facts.no_show:
        return NO_SHOW
    if facts.ended:
        return COMPLETED
    taken_back = facts.no_show is False and row.status == NO_SHOW
    return SCHEDULED if taken_back else row.status


def _booking(link: CalcomBooking) -> Booking:
    hosts = [Host(id=host) for host in facts_of(link.told).hosts]
    return Booking(
        uid=link.calcom_uid, status=link.status, start=link.starts_at, end=link.ends_at, hosts=hosts
    )
