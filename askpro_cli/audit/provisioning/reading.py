"""Reads companies and branches for the checks: a few short queries a company, and a look at all of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import String, Text, cast, exists, or_, select
from sqlalchemy.orm import defer

from askpro_cli.audit.provisioning.facts import (
    BranchFacts,
    CompanyFacts,
    EventTypeFacts,
    NumberFacts,
    ServiceFacts,
    StretchFacts,
)
from askpro_cli.booking.flow.mapping.naming import only
from askpro_cli.platform.company_names import company_names, no_company
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import (
    Branch,
    BranchService,
    CalcomEventType,
    Company,
    PhoneNumber,
    Service,
    Staff,
    WorkingHours,
)
from askpro_cli.platform.tenancy import TenantSession


def read_companies(records: Records, slug: str | None = None) -> list[CompanyFacts]:
    """Return the companies of the platform without their branches, by slug.

    Args:
        records: of the platform.
        slug: only this one, also when it was deleted; without it, deleted ones that have no branch left are
            left out.

    Raises:
        NotFoundError: there is no company of that slug.
        RecordsError: the database cannot be used.
    """
    of_it = exists().where(Branch.company_id == Company.id, Branch.deleted_at.is_(None))
    wanted = or_(Company.deleted_at.is_(None), of_it) if slug is None else Company.slug == slug
    wide = records.platform_wide("look which companies there are to check")
    rows = wide.run_in_transaction(
        lambda session: session.scalars(select(Company).where(wanted).order_by(Company.slug)).all(),
        context="read the companies",
    )
    if slug is not None and not rows:
        raise no_company(slug, read_names(records), records.engine.url)
    return [_company(row) for row in rows]


def read_names(records: Records) -> Sequence[str]:
    """Return the slugs of the companies that were not deleted.

    Raises:
        RecordsError: the database cannot be used.
    """
    return records.run_in_transaction(company_names, context="look which companies there are")


def read_company(records: Records, company: CompanyFacts, branch: str | None = None) -> CompanyFacts:
    """Return *company* with its branches, or the one called *branch*, and who else uses its event types.

    Args:
        records: of the platform.
        company: whose branches are read.
        branch: slug, name or id, as ``--branch`` takes it elsewhere.

    Raises:
        NotFoundError: it has no such branch.
        InvalidValueError: several are called so.
        RecordsError: the database cannot be used.
    """
    own = records.for_company(company.slug)
    found = own.run_in_transaction(
        lambda session: _read(session, company.slug, branch), context="read the branches"
    )
    ids = {kind.id for one in found for service in one.services for kind in service.event_types}
    return replace(company, branches=tuple(found), shared=_shared(records, company.slug, ids))


def _shared(records: Records, company: str, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return which other companies use one of these event types of Cal.com."""
    wanted = sorted(ids)
    if not wanted:
        return {}
    query = (
        select(CalcomEventType.calcom_event_type_id, Company.slug)
        .join(Company, Company.id == CalcomEventType.company_id)
        .where(
            CalcomEventType.calcom_event_type_id.in_(wanted),
            CalcomEventType.is_active,
            Company.slug != company,
            Company.deleted_at.is_(None),
        )
        .order_by(Company.slug)
    )
    wide = records.platform_wide("look whether other companies use the event types of this one")
    users: dict[int, list[str]] = defaultdict(list)
    rows = wide.run_in_transaction(lambda session: session.execute(query).all(), context="read event types")
    for event_type, slug in rows:
        users[event_type].append(slug)
    return {event_type: tuple(slugs) for event_type, slugs in users.items()}


def _company(row: Company) -> CompanyFacts:
    return CompanyFacts(
        slug=row.slug,
        deleted=row.deleted_at is not None,
        active=row.is_active,
        timezone=row.timezone,
        industry=row.industry,
        team_id=row.calcom_team_id,
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a company that its branches are made of."""

    numbers: Sequence[PhoneNumber]
    links: Sequence[tuple[BranchService, Service]]
    event_types: Sequence[CalcomEventType]
    hours: Sequence[tuple[StretchFacts, int | None]]


def _read(session: TenantSession, company: str, wanted: str | None) -> list[BranchFacts]:
    branches = session.execute(_BRANCHES).all()
    if wanted is not None:
        known = [branch for branch, _ in branches]
        meant = only(known, wanted, what="branch", option="BRANCH", company=company)
        branches = [row for row in branches if row[0] is meant]
    rows = _Rows(
        session.scalars(select(PhoneNumber).where(PhoneNumber.is_active).order_by(PhoneNumber.number)).all(),
        [(link, service) for link, service in session.execute(_LINKS).all()],
        session.scalars(_EVENT_TYPES).all(),
        [
            (StretchFacts(staff, day, begin, end), branch)
            for staff, day, begin, end, branch in session.execute(_HOURS).all()
        ],
    )
    return [replace(_branch(branch, rows), business_hours=_document(hours)) for branch, hours in branches]


def _document(text: str | None) -> Any:
    """Return opening hours as they were written; the text itself where it is no JSON."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


# Hours are read as texts: what no day has, such as MariaDB's 838:59:59, or broken JSON in SQLite, is for the
# checks to find, and must not keep the other branches from being read.
_BRANCHES = (
    select(Branch, cast(Branch.business_hours, Text))
    .options(defer(Branch.business_hours))
    .where(Branch.deleted_at.is_(None))
    .order_by(Branch.slug)
)


_LINKS = (
    select(BranchService, Service)
    .join(Service, Service.id == BranchService.service_id)
    .where(Service.deleted_at.is_(None))
    .order_by(Service.sort_order, Service.id)
)
_EVENT_TYPES = (
    select(CalcomEventType).where(CalcomEventType.is_active).order_by(CalcomEventType.calcom_event_type_id)
)
_HOURS = (
    select(
        WorkingHours.staff_id,
        WorkingHours.day_of_week,
        cast(WorkingHours.start_time, String(20)),
        cast(WorkingHours.end_time, String(20)),
        Staff.branch_id,
    )
    .join(Staff, Staff.id == WorkingHours.staff_id)
    .where(Staff.is_active, Staff.is_bookable, Staff.deleted_at.is_(None))
    .order_by(WorkingHours.staff_id, WorkingHours.day_of_week, WorkingHours.start_time)
)


def _branch(branch: Branch, rows: _Rows) -> BranchFacts:
    kinds = _by_service(branch, rows.event_types)
    return BranchFacts(
        slug=branch.slug,
        name=branch.name,
        phone_number=branch.phone_number,
        address=branch.address,
        city=branch.city,
        timezone=branch.timezone,
        agent_id=branch.retell_agent_id,
        active=branch.is_active,
        numbers=tuple(
            NumberFacts(row.number, hotline=row.branch_id is None)
            for row in rows.numbers
            if row.branch_id in (None, branch.id)
        ),
        services=tuple(
            _service(link, service, kinds.get(service.id, ()))
            for link, service in rows.links
            if link.branch_id == branch.id
        ),
        stretches=tuple(stretch for stretch, works_at in rows.hours if works_at in (None, branch.id)),
    )


def _by_service(branch: Branch, rows: Iterable[CalcomEventType]) -> Mapping[int, tuple[EventTypeFacts, ...]]:
    """Return the event types that book a service at this branch: its own, and those of every branch."""
    found: dict[int, list[EventTypeFacts]] = defaultdict(list)
    for row in rows:
        if row.service_id is not None and row.branch_id in (None, branch.id):
            found[row.service_id].append(EventTypeFacts(row.calcom_event_type_id, row.team_id))
    return {service: tuple(kinds) for service, kinds in found.items()}


def _service(link: BranchService, service: Service, kinds: tuple[EventTypeFacts, ...]) -> ServiceFacts:
    return ServiceFacts(
        id=service.id,
        name=service.name,
        minutes=service.duration if link.duration is None else link.duration,
        active=service.is_active and link.is_active,
        event_types=kinds,
    )
