"""Customers of a company, found by number, address or the beginning of a name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select

from askpro_cli.booking.customers.person import ACTIVE, survivor
from askpro_cli.platform.schema import Appointment, Customer
from askpro_cli.platform.tenancy import TenantSession


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers are wanted; what is None does not count.

    Args:
        phone: E.164; a merged row's leads to the row it went into.
        email: in small letters; likewise.
        name: how a name begins.
        status: ``active``, ``merged`` or ``erased``; None for all.
        limit: at most so many.
    """

    phone: str | None = None
    email: str | None = None
    name: str | None = None
    status: str | None = ACTIVE
    limit: int = 200


@dataclass(frozen=True, slots=True)
class ListedCustomer:
    """A customer and how many appointments it has."""

    customer: Customer
    appointments: int


def list_customers(session: TenantSession, wanted: CustomerFilter) -> list[ListedCustomer]:
    """Return the customers that are wanted, in order of their keys.

    Args:
        session: of one company.
        wanted: the filter.
    """
    found = {
        row.id: row for row in (_stands_for(session, row, wanted) for row in session.scalars(_query(wanted)))
    }
    counts = _appointments(session, list(found))
    return [ListedCustomer(row, counts.get(key, 0)) for key, row in sorted(found.items())]


def _query(wanted: CustomerFilter) -> Select[Customer]:
    query = select(Customer).order_by(Customer.id).limit(wanted.limit)
    by_contact = wanted.phone is not None or wanted.email is not None
    if wanted.phone is not None:
        query = query.where(Customer.phone == wanted.phone)
    if wanted.email is not None:
        query = query.where(Customer.email == wanted.email)
    if wanted.name is not None:
        begins = Customer.name.startswith(wanted.name, autoescape=True)
        query = query.where(or_(begins, Customer.name.istartswith(wanted.name, autoescape=True)))
    if wanted.status is not None and not (by_contact and wanted.status == ACTIVE):
        query = query.where(Customer.status == wanted.status)
    return query


def _stands_for(session: TenantSession, row: Customer, wanted: CustomerFilter) -> Customer:
    return survivor(session, row) if wanted.status == ACTIVE else row


def _appointments(session: TenantSession, keys: list[int]) -> dict[int, int]:
    """Return how many appointments each customer has; nothing for those without."""
    counted = (
        select(Appointment.customer_id, func.count(Appointment.id))
        .where(Appointment.customer_id.in_(keys))
        .group_by(Appointment.customer_id)
    )
    return {key: number for key, number in session.execute(counted) if key is not None}
