"""The last step of a booking, in one transaction: the appointment, its customer, its mail, its log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select

from askpro_cli.booking.create import Booked
from askpro_cli.booking.customers import matching
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Held, database_now
from askpro_cli.booking.flow.making.payload import Payload
from askpro_cli.booking.flow.showing.listing import SUBJECT
from askpro_cli.booking.flow.states import BOOKING, FAILED, PENDING_SYNC, SCHEDULED
from askpro_cli.booking.notifications import outbox
from askpro_cli.booking.notifications.addressee import ATTENDEE, attendee_of
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.schema import Activity, Appointment, CalcomBooking, CalcomEventType, Customer, Staff
from askpro_cli.platform.tenancy import TenantSession

_SHORTEST = timedelta(minutes=1)
_LONGEST_REASON = 500
_LINK = select(CalcomBooking).where(CalcomBooking.calcom_uid == bindparam("uid"))
_WITH_UID = select(Appointment.id).where(Appointment.calcom_v2_booking_uid == bindparam("uid"))
_HOSTS = select(Staff.id).where(Staff.calcom_user_id.in_(bindparam("users", expanding=True)))


@dataclass(frozen=True, slots=True)
class NotOurs:
    """The row could not be completed: another run has it, or it is over.

    Args:
        row: as it stands, None when it is gone.
        of: the appointment that has the booking already, None when none has.
    """

    row: Appointment | None
    of: int | None = None


def complete(
    session: TenantSession, flow: FlowDesk, held: Held, booked: Booked, before: Sequence[Booking] = ()
) -> Appointment | NotOurs:
    """Let the appointment stand on our side, too; nothing of it happens when any part fails.

    Args:
        session: of the company.
        flow: the tools; nothing of them goes over the network here.
        held: the row that this run is at.
        booked: the remote booking, known to be ours.
        before: what it was before it was moved at Cal.com, oldest first.

    Raises:
        RecordsError: the database cannot be used; the next sync completes it.
    """
    row, booking = leases.mine(session, held), booked.booking
    linked = _link_of(session, booking)
    of = (linked and linked.appointment_id) or session.scalar(_WITH_UID, {"uid": booking.uid})
    if row is None or row.status not in (BOOKING, PENDING_SYNC) or of not in (None, row.id):
        return NotOurs(session.scalar(select(Appointment).where(Appointment.id == held.appointment_id)), of)
    customer = _schedule(session, row, booking)
    note(session, row, "appointment.scheduled", f"booked at Cal.com as {booking.uid}", flow.correlation_id)
    for earlier in before:
        link(session, row, earlier)
    _write_link(session, linked, row, booking)
    outbox.queue(session, row, "confirmation", correlation_id=row.correlation_id)
    flow.at_step("completing")
    del customer  # the session forgets a row that nobody holds, and the mail would read it again
    return row


def give_up(session: TenantSession, flow: FlowDesk, held: Held, reason: str) -> Appointment | None:
    """Let the slot go: nothing stands at the vendor. None when another run has the row."""
    row = leases.mine(session, held)
    if row is None:
        return None
    row.status = FAILED
    row.status_reason = reason[:_LONGEST_REASON]
    row.idempotency_key = None
    row.payload = None
    row.next_attempt_at = None
    leases.let_go(row)
    note(session, row, "appointment.failed", row.status_reason, flow.correlation_id)
    return row


def keep(
    session: TenantSession, flow: FlowDesk, held: Held, status: str, reason: str, *, counts: bool = True
) -> Appointment | None:
    """Leave the row to the next sync, after a pause that grows; None when another run has it.

    Args:
        session: of the company.
        flow: the tools.
        held: the row that this run is at.
        status: the state in which it waits.
        reason: why; no personal data.
        counts: False when nothing was sent: then the pause does not grow, and the same again is not noted.
    """
    row = leases.mine(session, held)
    if row is None:
        return None
    noted = counts or (row.status, row.status_reason) != (status, reason[:_LONGEST_REASON])
    row.attempts -= 0 if counts else 1
    row.status = status
    row.status_reason = reason[:_LONGEST_REASON]
    row.next_attempt_at = database_now(session) + timedelta(seconds=pause_after(max(row.attempts, 1)))
    leases.let_go(row)
    if noted:
        note(session, row, "appointment.kept", f"{status}: {row.status_reason}", flow.correlation_id)
    return row


def pause_after(attempts: int) -> float:
    """Return the seconds until a row is tried again: half a minute at first, an hour at most."""
    return float(min(3600, 30 * 2 ** min(attempts - 1, 10)))


def link(
    session: TenantSession, row: Appointment | None, booking: Booking, status: str | None = None
) -> CalcomBooking:
    """Write the remote booking down; one that is known, perhaps as an orphan, becomes that of *row*."""
    return _write_link(session, _link_of(session, booking), row, booking, status)


def _link_of(session: TenantSession, booking: Booking) -> CalcomBooking | None:
    """Return what is written down of a remote booking already."""
    with session.no_autoflush:  # all that was changed goes out together with the link
        return session.scalar(_LINK, {"uid": booking.uid})


def _write_link(
    session: TenantSession,
    known: CalcomBooking | None,
    row: Appointment | None,
    booking: Booking,
    status: str | None = None,
) -> CalcomBooking:
    link_row = known or CalcomBooking(calcom_uid=booking.uid)
    link_row.appointment_id = row.id if row else None
    link_row.branch_id = row.branch_id if row else None
    link_row.event_type_id = row.calcom_event_type_id if row else _event_type(session, booking)
    link_row.calcom_id = booking.id
    link_row.rescheduled_from_uid = booking.rescheduled_from_uid or None
    link_row.status = status or booking.status.lower()
    link_row.starts_at, link_row.ends_at = booking.start, max(booking.end, booking.start + _SHORTEST)
    link_row.correlation_id = row.correlation_id if row else None
    session.add(link_row)
    session.flush()
    return link_row


def note(session: TenantSession, row: Appointment, event: str, text: str, correlation_id: str) -> None:
    """Write into the activity log what happened to an appointment; no personal data."""
    session.add(
        Activity(
            company_id=row.company_id,
            log_name="appointments",
            event=event,
            description=text,
            subject_type=SUBJECT,
            subject_id=row.id,
            batch_uuid=row.correlation_id,
            properties=None if correlation_id == row.correlation_id else {"by": correlation_id},
        )
    )


def _schedule(session: TenantSession, row: Appointment, booking: Booking) -> Customer | None:
    """Bring the row to what the vendor says; return its customer where it had none before."""
    asked = Payload.unpack(row.payload or {}, 0, row.starts_at).request
    customer = None if row.customer_id is not None else _customer(session, asked)
    if booking.start != row.starts_at:
        row.idempotency_key = None  # it stands for the time that was asked for
    stand(session, row, booking)
    row.customer_id = row.customer_id if customer is None else customer.id
    row.payload = None
    row.booking_metadata = (row.booking_metadata or {}) | {ATTENDEE: attendee_of(asked)}
    row.next_attempt_at = None
    leases.let_go(row)
    return customer


def stand(session: TenantSession, row: Appointment, booking: Booking) -> None:
    """Let the row stand where its booking does."""
    with session.no_autoflush:  # what is asked after a change would write the row twice
        row.staff_id = host_of(session, booking) or row.staff_id
    row.status, row.status_reason = SCHEDULED, None
    row.calcom_v2_booking_uid = booking.uid
    row.starts_at, row.ends_at = booking.start, max(booking.end, booking.start + _SHORTEST)
    row.moving_to_starts_at = row.moving_to_ends_at = None


def _customer(session: TenantSession, asked: BookingRequest) -> Customer:
    return matching.find_or_create(
        session, name=asked.name, phone=asked.phone, email=asked.email, language=asked.language
    )


def host_of(session: TenantSession, booking: Booking) -> int | None:
    """Return the one member of staff who is booked; None when the answer names none of ours, or several."""
    users = [host.id for host in booking.hosts if host.id is not None]
    known = session.scalars(_HOSTS, {"users": users}).all() if users else []
    return known[0] if len(known) == 1 else None


def _event_type(session: TenantSession, booking: Booking) -> int | None:
    query = select(CalcomEventType.id).where(CalcomEventType.calcom_event_type_id == booking.of_event_type)
    return session.scalar(query)
