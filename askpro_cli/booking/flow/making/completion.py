"""The last step of a booking, in one transaction: the appointment, its customer, its mail, its log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, literal, null, select, union_all

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
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.bounded import Bounded, of, table_of
from askpro_cli.platform.row_writing import add_row, change_row
from askpro_cli.platform.schema import Activity, Appointment, CalcomBooking, CalcomEventType, Staff
from askpro_cli.platform.tenancy import TenantSession

_SHORTEST = timedelta(minutes=1)
_LONGEST_REASON = 500
_LINK = select(CalcomBooking).where(CalcomBooking.calcom_uid == bindparam("uid"))

_IS_LINKED, _HAS_IT, _IS_HOST = range(3)
_rows, _links, _staff = table_of(Appointment), table_of(CalcomBooking), table_of(Staff)
_HOST_IDS = select(_staff.c.id).where(
    of(_staff), _staff.c.calcom_user_id.in_(bindparam("users", expanding=True))
)
_HOSTS = Bounded(_HOST_IDS)
_KNOWN = Bounded(
    union_all(
        select(literal(_IS_LINKED).label("kind"), _links.c.id, _links.c.appointment_id.label("of")).where(
            of(_links), _links.c.calcom_uid == bindparam("uid")
        ),
        select(literal(_HAS_IT), _rows.c.id, _rows.c.id).where(
            of(_rows), _rows.c.calcom_v2_booking_uid == bindparam("uid")
        ),
        _HOST_IDS.with_only_columns(literal(_IS_HOST), _staff.c.id, null()),
    )
)
"""What our records know of a remote booking, by one question."""
_MINE = Bounded(
    select(*_rows.c)
    .where(of(_rows), _rows.c.id == bindparam("id"), _rows.c.lock_token == bindparam("token"))
    .with_for_update()
)
_CHANGED = (
    *("customer_id", "staff_id", "status", "status_reason", "starts_at", "ends_at", "idempotency_key"),
    *("calcom_v2_booking_uid", "moving_to_starts_at", "moving_to_ends_at", "payload", "booking_metadata"),
    *("next_attempt_at", "lock_token", "lock_expires_at", "version"),
)
"""What a completion sets."""


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
    row, booking = _held_row(session, held), booked.booking
    known = _known_of(session, booking)
    if row is None or row.status not in (BOOKING, PENDING_SYNC) or known.of not in (None, row.id):
        found = session.scalar(select(Appointment).where(Appointment.id == held.appointment_id))
        return NotOurs(found, known.of)
    _schedule(session, row, booking, known.host)
    change_row(session, Appointment, row.id, **{name: getattr(row, name) for name in _CHANGED})
    note(session, row, "appointment.scheduled", f"booked at Cal.com as {booking.uid}", flow.correlation_id)
    for earlier in before:
        link(session, row, earlier)
    _write_link(session, known.link, row, booking)
    outbox.queue(session, row, "confirmation", correlation_id=row.correlation_id)
    flow.at_step("completing")
    return row


def _held_row(session: TenantSession, held: Held) -> Appointment | None:
    """Return the row, locked, as :func:`leases.mine` does; the session does not follow what becomes of it."""
    found = _MINE.first(session, id=held.appointment_id, token=held.token)
    return Appointment(**found._asdict()) if found else None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the records know of a remote booking: what is written down, whose it is, and who is booked."""

    link: CalcomBooking | None
    of: int | None
    host: int | None


def _known_of(session: TenantSession, booking: Booking) -> _Known:
    found = _KNOWN.all(session, uid=booking.uid, users=_users(booking))
    linked = next((one for one in found if one.kind == _IS_LINKED), None)
    owner = next((one.id for one in found if one.kind == _HAS_IT), None)
    link_row = session.get_one(CalcomBooking, linked.id) if linked else None
    hosts = [one.id for one in found if one.kind == _IS_HOST]
    return _Known(link_row, (linked and linked.of) or owner, _single(hosts))


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
) -> None:
    """Write the remote booking down; one that is known, perhaps as an orphan, becomes that of *row*."""
    with session.no_autoflush:  # all that was changed goes out together with the link
        known = session.scalar(_LINK, {"uid": booking.uid})
    _write_link(session, known, row, booking, status)


def _write_link(
    session: TenantSession,
    known: CalcomBooking | None,
    row: Appointment | None,
    booking: Booking,
    status: str | None = None,
) -> None:
    values = {
        "appointment_id": row.id if row else None,
        "branch_id": row.branch_id if row else None,
        "event_type_id": row.calcom_event_type_id if row else _event_type(session, booking),
        "calcom_id": booking.id,
        "rescheduled_from_uid": booking.rescheduled_from_uid or None,
        "status": status or booking.status.lower(),
        "starts_at": booking.start,
        "ends_at": max(booking.end, booking.start + _SHORTEST),
        "correlation_id": row.correlation_id if row else None,
    }
    if known is None:
        add_row(session, CalcomBooking, calcom_uid=booking.uid, **values)
        return
    for name, value in values.items():
        setattr(known, name, value)
    session.flush()


def note(session: TenantSession, row: Appointment, event: str, text: str, correlation_id: str) -> None:
    """Write into the activity log what happened to an appointment; no personal data."""
    add_row(
        session,
        Activity,
        log_name="appointments",
        event=event,
        description=text,
        subject_type=SUBJECT,
        subject_id=row.id,
        batch_uuid=row.correlation_id,
        properties=None if correlation_id == row.correlation_id else {"by": correlation_id},
    )


def _schedule(session: TenantSession, row: Appointment, booking: Booking, host: int | None) -> None:
    """Bring the row to what the vendor says, with its customer where it had none before."""
    asked = Payload.unpack(row.payload or {}, 0, row.starts_at).request
    if row.customer_id is None:
        row.customer_id = matching.key_of(
            session, name=asked.name, phone=asked.phone, email=asked.email, language=asked.language
        )
    if booking.start != row.starts_at:
        row.idempotency_key = None  # it stands for the time that was asked for
    _stand(row, booking, host)
    row.payload = None
    row.booking_metadata = (row.booking_metadata or {}) | {ATTENDEE: attendee_of(asked)}
    row.next_attempt_at = None
    leases.let_go(row)


def stand(session: TenantSession, row: Appointment, booking: Booking) -> None:
    """Let the row stand where its booking does."""
    users = _users(booking)
    hosts = [one.id for one in _HOSTS.all(session, users=users)] if users else []
    _stand(row, booking, _single(hosts))


def _stand(row: Appointment, booking: Booking, host: int | None) -> None:
    row.staff_id = host or row.staff_id
    row.status, row.status_reason = SCHEDULED, None
    row.calcom_v2_booking_uid = booking.uid
    row.starts_at, row.ends_at = booking.start, max(booking.end, booking.start + _SHORTEST)
    row.moving_to_starts_at = row.moving_to_ends_at = None


def _users(booking: Booking) -> list[int]:
    return [host.id for host in booking.hosts if host.id is not None]


def _single(hosts: Sequence[int]) -> int | None:
    """Return the one member of staff who is booked; None when the answer names none of ours, or several."""
    return hosts[0] if len(hosts) == 1 else None


def _event_type(session: TenantSession, booking: Booking) -> int | None:
    query = select(CalcomEventType.id).where(CalcomEventType.calcom_event_type_id == booking.of_event_type)
    return session.scalar(query)
