"""What a mapping reads, by three questions: services, event types with their people, branches with offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from askpro_cli.base.errors import NotFoundError, RefusedError
from askpro_cli.platform.bounded import Bounded, of, table_of
from askpro_cli.platform.schema import (
    Branch,
    BranchService,
    CalcomEventType,
    Company,
    Service,
    ServiceStaff,
    Staff,
    StaffEventType,
)
from askpro_cli.platform.tenancy import TenantSession

_company, _service, _branch, _offer = map(table_of, (Company, Service, Branch, BranchService))
_event_type, _host, _staff, _offering = map(table_of, (CalcomEventType, StaffEventType, Staff, ServiceStaff))
_PERSON = (_staff.c.id, _staff.c.name, _staff.c.branch_id)
_BOOKABLE = _staff.c.is_active & _staff.c.is_bookable & _staff.c.deleted_at.is_(None)

_SERVICES = Bounded(
    select(
        _company.c.slug,
        _company.c.is_active,
        _company.c.timezone,
        _service.c.id,
        _service.c.name,
        _service.c.duration,
        _service.c.price_cents,
    )
    .select_from(
        _company.outerjoin(
            _service,
            of(_service)
            & (_service.c.company_id == _company.c.id)
            & _service.c.is_active
            & _service.c.deleted_at.is_(None),
        )
    )
    .where(of(_company))
    .order_by(_service.c.id)
)
_EVENT_TYPES = Bounded(
    select(
        _event_type.c.id,
        _event_type.c.branch_id,
        _event_type.c.staff_id,
        _event_type.c.calcom_event_type_id,
        _event_type.c.name,
        _event_type.c.team_id,
        *(column.label(f"person_{column.key}") for column in _PERSON),
    )
    .select_from(
        _event_type.outerjoin(
            _host,
            of(_host) & (_host.c.event_type_id == _event_type.c.id) & _event_type.c.staff_id.is_(None),
        ).outerjoin(
            _staff,
            of(_staff) & (_staff.c.id == func.coalesce(_event_type.c.staff_id, _host.c.staff_id)) & _BOOKABLE,
        )
    )
    .where(of(_event_type), _event_type.c.service_id == bindparam("service"), _event_type.c.is_active)
    .order_by(_event_type.c.id, _staff.c.id)
)
_PLACES = Bounded(
    select(
        _branch.c.id,
        _branch.c.slug,
        _branch.c.name,
        _branch.c.timezone,
        (_branch.c.is_active & _branch.c.deleted_at.is_(None)).label("is_open"),
        _offer.c.id.label("offer"),
        _offer.c.duration,
        _offer.c.price_cents,
    )
    .select_from(
        _branch.outerjoin(
            _offer,
            of(_offer)
            & (_offer.c.branch_id == _branch.c.id)
            & (_offer.c.service_id == bindparam("service"))
            & _offer.c.is_active,
        )
    )
    .where(of(_branch))
    .order_by(_branch.c.id)
)
_STAFF = Bounded(
    select(*_PERSON, _offering.c.id.label("offering"))
    .select_from(
        _staff.outerjoin(
            _offering,
            of(_offering)
            & (_offering.c.staff_id == _staff.c.id)
            & (_offering.c.service_id == bindparam("service"))
            & _offering.c.is_active,
        )
    )
    .where(of(_staff), _BOOKABLE)
    .order_by(_staff.c.id)
)
_HOSTS = Bounded(
    select(*_PERSON)
    .select_from(_staff.join(_host, _host.c.staff_id == _staff.c.id))
    .where(of(_staff, _host), _host.c.event_type_id == bindparam("event_type"), _BOOKABLE)
    .order_by(_staff.c.id)
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be booked now, and the branch where that is; None: wherever."""

    id: int
    name: str
    branch_id: int | None


@dataclass(frozen=True, slots=True)
class Bookable:
    """An event type that is in use, and whom it books: the person it names, else its hosts, by id."""

    id: int
    branch_id: int | None
    staff_id: int | None
    calcom_event_type_id: int
    name: str
    team_id: int | None
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A branch; *offers* tells whether it says that it offers the service, at what length and price."""

    id: int
    slug: str
    name: str
    timezone: str | None
    is_open: bool
    offers: bool
    duration: int | None
    price_cents: int | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A service in use."""

    id: int
    name: str
    duration: int
    price_cents: int


@dataclass(frozen=True, slots=True)
class Shop:
    """The session's company, and the services that it has in use, by id."""

    slug: str
    timezone: str | None
    services: Sequence[Offered]


def read_shop(session: TenantSession) -> Shop:
    """Return the session's company.

    Raises:
        NotFoundError: it was deleted meanwhile.
        RefusedError: it is switched off.
    """
    rows = _SERVICES.all(session)
    if not rows:
        message = "the company is not in the records any more"
        raise NotFoundError(message)
    company = rows[0]
    if not company.is_active:
        raise RefusedError(f"company {company.slug} is not active", subject=company.slug)
    services = [
        Offered(row.id, row.name, row.duration, row.price_cents) for row in rows if row.id is not None
    ]
    return Shop(company.slug, company.timezone, services)


def read_event_types(session: TenantSession, service_id: int) -> Sequence[Bookable]:
    """Return the event types that book a service, by id."""
    rows = _EVENT_TYPES.all(session, service=service_id)
    return [_bookable(list(group)) for _, group in groupby(rows, key=lambda row: row.id)]


def read_places(session: TenantSession, service_id: int) -> Sequence[Place]:
    """Return all branches, by id, also those that are closed."""
    return [
        Place(
            id=row.id,
            slug=row.slug,
            name=row.name,
            timezone=row.timezone,
            is_open=bool(row.is_open),
            offers=row.offer is not None,
            duration=row.duration,
            price_cents=row.price_cents,
        )
        for row in _PLACES.all(session, service=service_id)
    ]


def read_staff(session: TenantSession, service_id: int) -> tuple[Sequence[Person], set[int]]:
    """Return everybody who can be booked now, by id, and the ids of those who offer a service."""
    rows = _STAFF.all(session, service=service_id)
    return _people(rows), {row.id for row in rows if row.offering is not None}


def bookable_hosts(session: TenantSession, event_type_row: int) -> Sequence[Person]:
    """Return whom an event type may book now, by id."""
    return _people(_HOSTS.all(session, event_type=event_type_row))


def _people(rows: Iterable[Row[Any]]) -> Sequence[Person]:
    return [Person(row.id, row.name, row.branch_id) for row in rows]


def _bookable(rows: Sequence[Row[Any]]) -> Bookable:
    """Return one event type of its rows, one a person."""
    first = rows[0]
    return Bookable(
        id=first.id,
        branch_id=first.branch_id,
        staff_id=first.staff_id,
        calcom_event_type_id=first.calcom_event_type_id,
        name=first.name,
        team_id=first.team_id,
        people=tuple(
            Person(row.person_id, row.person_name, row.person_branch_id)
            for row in rows
            if row.person_id is not None
        ),
    )
