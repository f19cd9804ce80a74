"""The demo company: adds what is missing of it and changes nothing that is there, in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import time
from typing import Any, TypeVar

from sqlalchemy import select

from askpro_cli.base.errors import RefusedError
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import (
    Base,
    Branch,
    BranchService,
    CalcomEventType,
    Company,
    PhoneNumber,
    Service,
    ServiceStaff,
    Staff,
    StaffEventType,
    WorkingHours,
)
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.platform.upkeep.seed_file import Number, Offer, Person, SeedFile, read_seed_file

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What a run of :func:`seed` did.

    Args:
        company: the slug of the demo company.
        added: rows made, by table; tables with none are left out.
        present: rows that were there already and stayed as they were, by table.
    """

    company: str
    added: dict[str, int]
    present: dict[str, int]


def seed(records: Records, *, beside_others: bool = False) -> SeedReport:
    """Load the demo company that matches the sandbox's salon; safe to run again.

    Args:
        records: of the whole platform; its company, if one was chosen, does not count.
        beside_others: also where the records hold other companies, as those of an operator do.

    Raises:
        RefusedError: other companies are there, the demo company was deleted, or one of its numbers
            belongs to somebody else.
        RecordsError: the database cannot be used.
    """
    wanted = read_seed_file()

    def work(session: TenantSession) -> SeedReport:
        if not beside_others:
            _refuse_others(session, wanted.company["slug"])
        seeding = _Seeding(session)
        seeding.load(wanted)
        return SeedReport(wanted.company["slug"], dict(seeding.added), dict(seeding.present))

    wide = records.platform_wide("load the demo company")
    return wide.run_in_transaction(work, context="load the demo company")


def _refuse_others(session: TenantSession, slug: str) -> None:
    others = session.scalars(select(Company.slug).where(Company.slug != slug).order_by(Company.slug)).all()
    if others:
        shown = ", ".join(others[:3]) + (" and more" if len(others) > 3 else "")  # noqa: PLR2004 - enough names
        message = f"the records hold other companies than the demo's: {shown}"
        hint = "look at the database this goes to; --beside-others loads the demo company all the same"
        raise RefusedError(message, hint=hint, subject=slug)


@dataclass
class _Seeding:
    """One run: finds each row by what makes it unique, and adds it when there is none."""

    session: TenantSession
    added: Counter[str] = field(default_factory=Counter)
    present: Counter[str] = field(default_factory=Counter)
    branches: dict[str, int] = field(default_factory=dict)
    staff: dict[int, int] = field(default_factory=dict)
    company_id: int = 0

    def load(self, wanted: SeedFile) -> None:
        """Load everything, parents before children."""
        self._company(wanted.company)
        for columns in wanted.branches:
            self._branch(columns)
        for number in wanted.phone_numbers:
            self._number(number)
        for person in wanted.staff:
            self._person(person)
        for position, offer in enumerate(wanted.services, start=1):
            self._offer(offer, position)

    def _ensure(self, model: type[Row], unique: dict[str, Any], **more: Any) -> Row:
        """Return the row with the columns *unique*, made with *more* when it was missing."""
        conditions = [getattr(model, name) == value for name, value in unique.items()]
        row = self.session.scalars(select(model).where(*conditions).limit(1)).first()
        if row is not None:
            self.present[model.__tablename__] += 1
            return row
        row = model(**unique, **more)
        self.session.add(row)
        self.session.flush()
        self.added[model.__tablename__] += 1
        return row

    def _own(self, model: type[Row], unique: dict[str, Any], **more: Any) -> Row:
        """Do the same for a row of the demo company."""
        return self._ensure(model, {"company_id": self.company_id, **unique}, **more)

    def _company(self, columns: dict[str, Any]) -> None:
        company = self._ensure(Company, {"slug": columns["slug"]}, **_without_slug(columns))
        if company.deleted_at is not None:
            message = f"company {company.slug} was deleted from these records"
            raise RefusedError(message, hint="use another database for the demo", subject=company.slug)
        self.company_id = company.id

    def _branch(self, columns: dict[str, Any]) -> None:
        branch = self._own(Branch, {"slug": columns["slug"]}, **_without_slug(columns))
        self.branches[branch.slug] = branch.id

    def _number(self, wanted: Number) -> None:
        row = self._ensure(
            PhoneNumber,
            {"number": wanted.number},
            company_id=self.company_id,
            branch_id=self.branches[wanted.branch] if wanted.branch else None,
            type=wanted.type,
            description=wanted.description,
            is_primary=wanted.is_primary,
        )
        if row.company_id != self.company_id:
            message = f"the number {wanted.number} of the demo company belongs to another one"
            raise RefusedError(message, hint="use another database for the demo", subject=wanted.number)

    def _person(self, wanted: Person) -> None:
        row = self._own(
            Staff,
            {"calcom_user_id": wanted.calcom_user},
            branch_id=self.branches[wanted.branch] if wanted.branch else None,
            name=wanted.name,
            email=wanted.email,
        )
        self.staff[wanted.calcom_user] = row.id
        for hours in wanted.hours:
            for day in hours.days:
                begin = time.fromisoformat(hours.start)
                unique = {"staff_id": row.id, "day_of_week": day, "start_time": begin}
                self._own(WorkingHours, unique, end_time=time.fromisoformat(hours.end))

    def _offer(self, wanted: Offer, position: int) -> None:
        service = self._own(
            Service,
            {"name": wanted.name, "deleted_at": None},
            description=wanted.description,
            category=wanted.category,
            duration=wanted.duration,
            price_cents=wanted.price_cents,
            sort_order=position,
        )
        for slug in wanted.branches:
            self._own(BranchService, {"branch_id": self.branches[slug], "service_id": service.id})
        event_type = self._event_type(wanted, service)
        for host in wanted.hosts:
            staff_id = self.staff[host]
            self._own(ServiceStaff, {"staff_id": staff_id, "service_id": service.id})
            unique = {"staff_id": staff_id, "event_type_id": event_type.id}
            self._own(StaffEventType, unique, is_primary=len(wanted.hosts) == 1)

    def _event_type(self, wanted: Offer, service: Service) -> CalcomEventType:
        """Ensure the event type; of one branch or person where the service has only that one."""
        return self._own(
            CalcomEventType,
            {"calcom_event_type_id": wanted.event_type.id},
            branch_id=self.branches[wanted.branches[0]] if len(wanted.branches) == 1 else None,
            service_id=service.id,
            staff_id=self.staff[wanted.hosts[0]] if len(wanted.hosts) == 1 else None,
            name=wanted.name,
            slug=wanted.event_type.slug,
            team_id=wanted.event_type.team_id,
            duration_minutes=wanted.duration,
        )


def _without_slug(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if name != "slug"}
