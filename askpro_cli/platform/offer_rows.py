"""What a company offers, as its rows stand: services, branches and people, also those switched off.

Every function is the work of a transaction of one company; rows that were deleted are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

from sqlalchemy import select

from askpro_cli.platform.schema import (
    Branch,
    BranchService,
    CalcomEventType,
    PhoneNumber,
    Service,
    ServiceStaff,
    Staff,
)
from askpro_cli.platform.tenancy import TenantSession

K = TypeVar("K")
V = TypeVar("V")


class PlaceRow(NamedTuple):
    """A branch that offers a service: its slug, and the length (minutes) and price (cents) there."""

    slug: str
    minutes: int
    price_cents: int


class PersonRow(NamedTuple):
    """Somebody who offers a service."""

    id: int
    name: str


class ServiceRow(NamedTuple):
    """A service.

    Args:
        id: of the row.
        name: which ``--service`` takes.
        minutes: its length.
        price_cents: its price.
        branches: where it is offered; empty: nothing limits it to some.
        staff: who offers it.
        event_type_ids: Cal.com's ids of what books it.
        is_active: whether the row is switched on.
    """

    id: int
    name: str
    minutes: int
    price_cents: int
    branches: tuple[PlaceRow, ...]
    staff: tuple[PersonRow, ...]
    event_type_ids: tuple[int, ...]
    is_active: bool


class BranchRow(NamedTuple):
    """A branch; its numbers are those in use that lead to it, in E.164."""

    id: int
    slug: str
    name: str
    city: str | None
    timezone: str | None
    numbers: tuple[str, ...]
    is_active: bool


class StaffRow(NamedTuple):
    """Somebody who takes appointments.

    Args:
        id: of the row; ``--staff`` takes it, or the name.
        name: in the clear.
        branch: slug; None: works wherever.
        services: names of what this person offers.
        calcom_user_id: the vendor's id.
        is_bookable: whether appointments may be made with this person.
        is_active: whether the row is switched on.
    """

    id: int
    name: str
    branch: str | None
    services: tuple[str, ...]
    calcom_user_id: int | None
    is_bookable: bool
    is_active: bool


def services(session: TenantSession) -> list[ServiceRow]:
    """Return the company's services, in the order it shows them."""
    rows = session.scalars(
        select(Service).where(Service.deleted_at.is_(None)).order_by(Service.sort_order, Service.id)
    ).all()
    places, people, event_types = _places(session), _people(session), _event_types(session)
    return [
        ServiceRow(
            id=row.id,
            name=row.name,
            minutes=row.duration,
            price_cents=row.price_cents,
            branches=tuple(_place(row, link, slug) for link, slug in places.get(row.id, ())),
            staff=people.get(row.id, ()),
            event_type_ids=event_types.get(row.id, ()),
            is_active=row.is_active,
        )
        for row in rows
    ]


def branches(session: TenantSession) -> list[BranchRow]:
    """Return the company's branches, by slug."""
    numbers = _grouped(
        session.execute(
            select(PhoneNumber.branch_id, PhoneNumber.number)
            .where(PhoneNumber.is_active)
            .order_by(PhoneNumber.number)
        )
    )
    rows = session.scalars(select(Branch).where(Branch.deleted_at.is_(None)).order_by(Branch.slug))
    return [
        BranchRow(row.id, row.slug, row.name, row.city, row.timezone, numbers.get(row.id, ()), row.is_active)
        for row in rows
    ]


def staff(session: TenantSession) -> list[StaffRow]:
    """Return the company's people, by id."""
    offered = _grouped(
        session.execute(
            select(ServiceStaff.staff_id, Service.name)
            .join(Service, Service.id == ServiceStaff.service_id)
            .where(ServiceStaff.is_active, Service.deleted_at.is_(None))
            .order_by(Service.sort_order, Service.id)
        )
    )
    rows = session.execute(
        select(Staff, Branch.slug)
        .outerjoin(Branch, Branch.id == Staff.branch_id)
        .where(Staff.deleted_at.is_(None))
        .order_by(Staff.id)
    )
    return [_person(row, slug, offered.get(row.id, ())) for row, slug in rows]


def _person(row: Staff, branch: str | None, services: tuple[str, ...]) -> StaffRow:
    return StaffRow(row.id, row.name, branch, services, row.calcom_user_id, row.is_bookable, row.is_active)


def _place(service: Service, link: BranchService, slug: str) -> PlaceRow:
    price = service.price_cents if link.price_cents is None else link.price_cents
    return PlaceRow(slug, link.duration or service.duration, price)


def _places(session: TenantSession) -> Mapping[int, tuple[tuple[BranchService, str], ...]]:
    query = (
        select(BranchService, Branch.slug)
        .join(Branch, Branch.id == BranchService.branch_id)
        .where(BranchService.is_active, Branch.deleted_at.is_(None))
        .order_by(Branch.slug)
    )
    return _grouped((link.service_id, (link, slug)) for link, slug in session.execute(query))


def _people(session: TenantSession) -> Mapping[int, tuple[PersonRow, ...]]:
    query = (
        select(ServiceStaff.service_id, Staff.id, Staff.name)
        .join(Staff, Staff.id == ServiceStaff.staff_id)
        .where(ServiceStaff.is_active, Staff.is_active, Staff.deleted_at.is_(None))
        .order_by(Staff.id)
    )
    return _grouped((service, PersonRow(key, name)) for service, key, name in session.execute(query))


def _event_types(session: TenantSession) -> Mapping[int | None, tuple[int, ...]]:
    query = (
        select(CalcomEventType.service_id, CalcomEventType.calcom_event_type_id)
        .where(CalcomEventType.is_active)
        .order_by(CalcomEventType.calcom_event_type_id)
    )
    return _grouped(session.execute(query))


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    """Return the second of each pair by the first, in order."""
    found: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
