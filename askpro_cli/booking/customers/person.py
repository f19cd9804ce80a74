"""All that the records hold of one person: the customer, the rows merged into it, and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import QueryableAttribute

from askpro_cli.base.errors import NotFoundError, RefusedError
from askpro_cli.booking.customers.mentions import may_mention, mentions
from askpro_cli.platform import tenancy
from askpro_cli.platform.schema import (
    Activity,
    Appointment,
    CalcomBooking,
    Call,
    Company,
    Customer,
    Notification,
)
from askpro_cli.platform.tenancy import TenantSession

ACTIVE, MERGED, ERASED = "active", "merged", "erased"
SUBJECT = "customer"
"""``subject_type`` of a customer's rows in the activity log."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person's rows, each list in order of its keys.

    Args:
        customer: the row that stands for the person.
        merged: the rows that went into it, however long ago.
        appointments, bookings, calls, notifications, activity: what hangs on any of them, or names their
            number or address without hanging on anybody.
    """

    customer: Customer
    merged: list[Customer]
    appointments: list[Appointment]
    bookings: list[CalcomBooking]
    calls: list[Call]
    notifications: list[Notification]
    activity: list[Activity]

    @property
    def rows(self) -> list[Customer]:
        """The customer and those merged into it."""
        return [self.customer, *self.merged]


def find_customer(session: TenantSession, customer_id: int, *, lock: bool = False) -> Customer:
    """Return a customer of the session's company.

    Args:
        session: of one company.
        customer_id: its key.
        lock: hold the row until the transaction ends.

    Raises:
        NotFoundError: this company has none.
    """
    query = select(Customer).where(Customer.id == customer_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is not None:
        return found
    slug = session.get_one(Company, session.info[tenancy.COMPANY]).slug
    message = f"company {slug} has no customer {customer_id}"
    raise NotFoundError(message, subject=str(customer_id), hint="askpro customers list shows those it has")


def survivor(session: TenantSession, customer: Customer, *, lock: bool = False) -> Customer:
    """Return the row that a merged one went into, however often; any other is itself.

    Args:
        session: of one company.
        customer: perhaps merged.
        lock: let nobody merge or erase the rows on the way until the transaction ends.
    """
    seen = {customer.id}
    while customer.status == MERGED and customer.merged_into_id not in seen:
        into = standing(session, Customer.id, customer.merged_into_id, lock=lock)
        if not into:
            break
        customer = into[0]
        seen.add(customer.id)
    return customer


def standing(
    session: TenantSession, column: QueryableAttribute[Any], value: object, *, lock: bool = False
) -> list[Customer]:
    """Return the rows with *value*, by their keys; with *lock* as they stand now, and held as they are."""
    return list(session.scalars(_with_value(column.key, lock=lock), {"value": value}))


@cache
def _with_value(column: str, *, lock: bool) -> Select[Customer]:
    """Return the query for a value; kept, for making it costs more than asking it."""
    query = select(Customer).where(getattr(Customer, column) == bindparam("value")).order_by(Customer.id)
    return query.with_for_update(read=True).execution_options(populate_existing=True) if lock else query


def gather(session: TenantSession, customer_id: int, *, lock: bool = False, activity: bool = True) -> Person:
    """Return all that the records hold of a person.

    Args:
        session: of one company.
        customer_id: of the row that stands for the person.
        lock: hold the customer's rows until the transaction ends.
        activity: look through the company's activity log, which takes as long as that is.

    Raises:
        NotFoundError: this company has no such customer.
        RefusedError: the row was merged into another, which stands for the person.
    """
    customer = find_customer(session, customer_id, lock=lock)
    refuse_merged(session, customer)
    merged = merged_into(session, [customer.id], lock=lock)
    keys = [customer.id, *(row.id for row in merged)]
    contacts = contacts_of([customer, *merged])
    calls = list(session.scalars(select(Call).where(_of_call(keys, contacts)).order_by(Call.id)))
    appointments = _appointments(session, keys, [call.id for call in calls], contacts)
    booked = [row.id for row in appointments]
    mails = _notifications(session, keys, booked, contacts)
    bookings = (
        select(CalcomBooking).where(CalcomBooking.appointment_id.in_(booked)).order_by(CalcomBooking.id)
    )
    subjects = {
        SUBJECT: keys,
        "appointment": booked,
        "call": [row.id for row in calls],
        "notification": [row.id for row in mails],
    }
    return Person(
        customer,
        merged,
        appointments,
        list(session.scalars(bookings)),
        calls,
        mails,
        _activity(session, subjects, contacts) if activity else [],
    )


def refuse_merged(session: TenantSession, customer: Customer) -> None:
    """Refuse a row that does not stand for anybody any more.

    Raises:
        RefusedError: it was merged; the hint names the row it went into.
    """
    if customer.status == MERGED:
        into = survivor(session, customer).id
        message = f"customer {customer.id} was merged into customer {into}"
        raise RefusedError(message, subject=str(customer.id), hint=f"askpro customers show {into}")


def merged_into(session: TenantSession, keys: list[int], *, lock: bool = False) -> list[Customer]:
    """Return the rows that went into these customers, directly or by way of others."""
    found: dict[int, Customer] = {}
    while keys:
        query = select(Customer).where(Customer.merged_into_id.in_(keys)).order_by(Customer.id)
        rows = session.scalars(query.with_for_update() if lock else query).all()
        keys = [row.id for row in rows if row.id not in found]
        found |= {row.id: row for row in rows}
    return sorted(found.values(), key=lambda row: row.id)


def contacts_of(rows: Iterable[Customer]) -> list[str]:
    """Return the numbers and addresses of rows, each once."""
    found: dict[str, None] = {}
    for row in rows:
        for contact in (row.phone, row.email, *(row.phone_variants or [])):
            if contact:
                found[contact] = None
    return list(found)


def _appointments(
    session: TenantSession, keys: list[int], calls: list[int], contacts: list[str]
) -> list[Appointment]:
    """Return a person's appointments, and those of nobody yet that came of its calls or name a contact.

    Those that somebody made from another customer's number name an address which that customer does not have.
    """
    texts = (Appointment.payload, Appointment.notes, Appointment.booking_metadata, Appointment.status_reason)
    named = or_(Appointment.call_id.in_(calls), may_mention(texts, contacts))
    sharing = select(Customer.id).where(Customer.email.in_(contacts))
    elsewhere = and_(
        Appointment.customer_id.not_in(sharing), may_mention((Appointment.booking_metadata,), contacts)
    )
    condition = or_(
        Appointment.customer_id.in_(keys), and_(Appointment.customer_id.is_(None), named), elsewhere
    )
    found = session.scalars(select(Appointment).where(condition).order_by(Appointment.id))
    return [
        row
        for row in found
        if row.customer_id in keys or row.call_id in calls or mentions(row, texts, contacts)
    ]


def _of_call(keys: list[int], contacts: list[str]) -> ColumnElement[bool]:
    """Return the condition for a person's calls, and for those of nobody from or to its numbers."""
    numbers = or_(Call.from_number.in_(contacts), Call.to_number.in_(contacts))
    return or_(Call.customer_id.in_(keys), and_(Call.customer_id.is_(None), numbers))


def _notifications(
    session: TenantSession, keys: list[int], booked: list[int], contacts: list[str]
) -> list[Notification]:
    condition = or_(
        Notification.customer_id.in_(keys),
        Notification.appointment_id.in_(booked),
        and_(Notification.customer_id.is_(None), func.lower(Notification.recipient).in_(contacts)),
    )
    return list(session.scalars(select(Notification).where(condition).order_by(Notification.id)))


def _activity(session: TenantSession, subjects: dict[str, list[int]], contacts: list[str]) -> list[Activity]:
    """Return what happened to any of these rows, and what names a contact whatever it is about."""
    texts = (Activity.properties, Activity.description)
    about = [
        and_(Activity.subject_type == kind, Activity.subject_id.in_(keys)) for kind, keys in subjects.items()
    ]
    condition = or_(*about, may_mention(texts, contacts))
    found = session.scalars(select(Activity).where(condition).order_by(Activity.id))
    return [
        row
        for row in found
        if row.subject_id in subjects.get(row.subject_type or "", ()) or mentions(row, texts, contacts)
    ]


def calcom_uids(person: Person) -> list[str]:
    """Return every booking at Cal.com that was the person's, each once, the oldest first."""
    chained = [booking.calcom_uid for booking in person.bookings]
    newest = [row.calcom_v2_booking_uid for row in person.appointments if row.calcom_v2_booking_uid]
    return list(dict.fromkeys([*chained, *newest]))
