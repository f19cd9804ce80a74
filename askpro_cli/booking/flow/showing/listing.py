"""Appointments as our own records hold them: those of a stretch of time, and one with its history.

Every function is the work of a transaction of one company; nothing here asks Cal.com.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Select, select

from askpro_cli.base.errors import NotFoundError
from askpro_cli.booking.customers.person import find_customer, survivor
from askpro_cli.booking.flow.mapping.naming import only
from askpro_cli.booking.flow.showing.filters import AppointmentFilter
from askpro_cli.platform import tenancy
from askpro_cli.platform.schema import (
    Activity,
    Appointment,
    Branch,
    CalcomBooking,
    Company,
    Customer,
    Notification,
    Service,
    Staff,
)
from askpro_cli.platform.tenancy import TenantSession

SUBJECT = "appointment"
"""``subject_type`` of an appointment's rows in the activity log."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One appointment with the names of what it is about."""

    appointment: Appointment
    branch: str | None
    service: str | None
    staff: str | None
    customer: Customer | None


@dataclass(frozen=True, slots=True)
class History:
    """One appointment with all that happened to it, oldest first."""

    listed: Listed
    chain: list[CalcomBooking]
    notifications: list[Notification]
    activity: list[Activity]


def list_appointments(session: TenantSession, wanted: AppointmentFilter) -> list[Listed]:
    """Return the appointments that are wanted, in order of their starts.

    Raises:
        NotFoundError: no such branch, person or customer in this company.
        InvalidValueError: a name means several.
    """
    query = _query().where(*_conditions(session, wanted))
    rows = session.execute(query.order_by(Appointment.starts_at, Appointment.id).limit(wanted.limit))
    return [Listed(*row) for row in rows]


def find_appointment(session: TenantSession, reference: int | str) -> Appointment:
    """Return an appointment by its id, or by any uid that a booking of it ever had.

    Raises:
        NotFoundError: this company has none.
    """
    found = _by_id(session, reference) if isinstance(reference, int) else appointment_of(session, reference)
    if found is None:
        named = f"appointment {reference}" if isinstance(reference, int) else f"appointment of {reference}"
        raise NotFoundError(
            f"there is no {named} in the records",
            subject=str(reference),
            hint="askpro appointments list shows those that are there",
        )
    return found


def appointment_of(session: TenantSession, uid: str) -> Appointment | None:
    """Return the appointment to which this uid belongs or belonged, None when the records know none."""
    chained = select(CalcomBooking.appointment_id).where(CalcomBooking.calcom_uid == uid)
    appointment_id = session.scalar(chained)
    if appointment_id is not None:
        return _by_id(session, appointment_id)
    return session.scalar(select(Appointment).where(Appointment.calcom_v2_booking_uid == uid))


def one(session: TenantSession, appointment_id: int) -> Listed:
    """Return one appointment with the names of what it is about; it must be there."""
    return Listed(*session.execute(_query().where(Appointment.id == appointment_id)).one())


def history(session: TenantSession, reference: int | str) -> History:
    """Return an appointment with its bookings, mails and activity.

    Raises:
        NotFoundError: as :func:`find_appointment`.
    """
    key = find_appointment(session, reference).id
    chain = select(CalcomBooking).where(CalcomBooking.appointment_id == key).order_by(CalcomBooking.id)
    mails = select(Notification).where(Notification.appointment_id == key).order_by(Notification.id)
    events = select(Activity).where(Activity.subject_type == SUBJECT, Activity.subject_id == key)
    return History(
        one(session, key),
        list(session.scalars(chain)),
        list(session.scalars(mails)),
        list(session.scalars(events.order_by(Activity.id))),
    )


def _by_id(session: TenantSession, key: int) -> Appointment | None:
    return session.scalar(select(Appointment).where(Appointment.id == key))


@cache
def _query() -> Select[Appointment, str, str, str, Customer]:
    """Return what every list begins with; kept, for putting it together takes as long as reading a row."""
    return (
        select(Appointment, Branch.slug, Service.name, Staff.name, Customer)
        .outerjoin(Branch, Branch.id == Appointment.branch_id)
        .outerjoin(Service, Service.id == Appointment.service_id)
        .outerjoin(Staff, Staff.id == Appointment.staff_id)
        .outerjoin(Customer, Customer.id == Appointment.customer_id)
    )


def _conditions(session: TenantSession, wanted: AppointmentFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.window is not None:
        found += [Appointment.starts_at >= wanted.window.start, Appointment.starts_at < wanted.window.end]
    elif wanted.since is not None:
        found.append(Appointment.starts_at >= wanted.since)
    if wanted.branch is not None:
        found.append(Appointment.branch_id == _branch(session, wanted.branch))
    if wanted.staff is not None:
        found.append(Appointment.staff_id == _person(session, wanted.staff))
    if wanted.customer is not None:
        found.append(Appointment.customer_id == _customer(session, wanted.customer))
    if wanted.statuses:
        found.append(Appointment.status.in_(wanted.statuses))
    return found


def _branch(session: TenantSession, text: str) -> int:
    rows = session.scalars(select(Branch).order_by(Branch.id)).all()
    return only(rows, text, what="branch", option="--branch", company=_slug(session)).id


def _person(session: TenantSession, text: str) -> int:
    rows = session.scalars(select(Staff).order_by(Staff.id)).all()
    return only(rows, text, what="staff", option="--staff", company=_slug(session)).id


def _customer(session: TenantSession, key: int) -> int:
    return survivor(session, find_customer(session, key)).id


def _slug(session: TenantSession) -> str:
    """Return the slug of the session's company, for messages."""
    return session.get_one(Company, session.info[tenancy.COMPANY]).slug
