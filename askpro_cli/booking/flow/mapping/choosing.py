"""Which event type books a service at a branch, and which people it books: one answer, or an error."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from askpro_cli.base.errors import InvalidValueError, RefusedError
from askpro_cli.booking.flow.mapping.naming import listed, only
from askpro_cli.platform.schema import (
    Branch,
    CalcomEventType,
    Company,
    Service,
    ServiceStaff,
    Staff,
    StaffEventType,
)
from askpro_cli.platform.tenancy import TenantSession

_BOOKABLE = (
    select(Staff).where(Staff.is_active, Staff.is_bookable, Staff.deleted_at.is_(None)).order_by(Staff.id)
)
_HOSTS = _BOOKABLE.join(StaffEventType, StaffEventType.staff_id == Staff.id).where(
    StaffEventType.event_type_id == bindparam("event_type")
)
_PERSON = _BOOKABLE.where(Staff.id == bindparam("staff"))
_OFFERING = select(ServiceStaff.staff_id).where(
    ServiceStaff.service_id == bindparam("service"), ServiceStaff.is_active
)
_EVENT_TYPES = (
    select(CalcomEventType)
    .where(CalcomEventType.service_id == bindparam("service"), CalcomEventType.is_active)
    .order_by(CalcomEventType.id)
)


def bookable_hosts(session: TenantSession, event_type_row: int) -> Sequence[Staff]:
    """Return whom an event type may book now, by id."""
    return session.scalars(_HOSTS, {"event_type": event_type_row}).all()


def event_types_of(session: TenantSession, service: Service) -> Sequence[CalcomEventType]:
    """Return the event types a service is booked by.

    Raises:
        RefusedError: there is none.
    """
    found = session.scalars(_EVENT_TYPES, {"service": service.id}).all()
    if not found:
        raise _unbookable(service, "it has no event type of Cal.com")
    return found


def find_staff(session: TenantSession, text: str | None, service: Service, company: Company) -> Staff | None:
    """Return the person that is wanted.

    Raises:
        NotFoundError: no such person.
        InvalidValueError: two are called so, or the person does not offer the service.
    """
    if text is None:
        return None
    known = session.scalars(_BOOKABLE).all()
    person = only(known, text, what="staff", option="--staff", company=company.slug)
    offering = set(session.scalars(_OFFERING, {"service": service.id}))
    if person.id in offering:
        return person
    names = listed(one.name for one in known if one.id in offering)
    raise InvalidValueError(
        f"--staff: {person.name} does not offer {service.name}",
        subject="--staff",
        hint=f"offered by {names}" if names else "askpro provision check",
    )


def check_place(session: TenantSession, staff: Staff | None, branch: Branch | None) -> None:
    """Raise when the person that is wanted works at another branch; one without a branch works at all.

    Raises:
        InvalidValueError: naming where that is.
    """
    if staff is None or works_at(staff, branch):
        return
    raise InvalidValueError(
        f"--staff: {_elsewhere(session, [staff], branch)}",
        subject="--staff",
        hint="name somebody else, or that branch",
    )


def works_at(staff: Staff, branch: Branch | None) -> bool:
    """Tell whether somebody can be offered at a branch; where none is meant, anybody can."""
    return branch is None or staff.branch_id in (None, branch.id)


def choose(
    session: TenantSession,
    candidates: Sequence[CalcomEventType],
    service: Service,
    branch: Branch | None,
    staff: Staff | None,
) -> tuple[CalcomEventType, Sequence[Staff]]:
    """Return the one event type that books this service here with this person, and whom it books.

    Raises:
        RefusedError: none does.
        InvalidValueError: several do.
    """
    here = [one for one in candidates if one.branch_id in (None, branch.id if branch else None)]
    here = [one for one in here if one.branch_id is not None] or here  # the branch's own come first
    if not here:
        raise _unbookable(
            service, f"no event type of Cal.com books it at {branch.slug if branch else 'no branch'}"
        )
    hosts = {one.id: _hosts(session, one) for one in here}
    served = _served(session, here, hosts, service, branch)
    fitting = [one for one in served if _fits(one, hosts[one.id], staff)]
    if staff is None:  # one that several serve is meant, unless each has an own one
        fitting = [one for one in fitting if one.staff_id is None] or fitting
    if len(fitting) == 1:
        return fitting[0], hosts[fitting[0].id]
    if fitting:
        raise _ambiguous(service, fitting, hosts)
    raise _no_such_choice(service, staff, here, hosts)


def _served(
    session: TenantSession,
    here: Sequence[CalcomEventType],
    hosts: dict[int, Sequence[Staff]],
    service: Service,
    branch: Branch | None,
) -> Sequence[CalcomEventType]:
    """Return those that book somebody who works here, or nobody by name; whom a team sends Cal.com decides.

    Raises:
        RefusedError: all book people of other branches.
    """
    served = [
        one for one in here if not hosts[one.id] or any(works_at(person, branch) for person in hosts[one.id])
    ]
    if served:
        return served
    people = [person for one in here for person in hosts[one.id]]
    raise _unbookable(service, _elsewhere(session, people, branch))


def _elsewhere(session: TenantSession, people: Sequence[Staff], branch: Branch | None) -> str:
    """Return in words where people work who do not work at *branch*."""
    places = session.scalars(select(Branch.slug).where(Branch.id.in_({one.branch_id for one in people})))
    names, work = listed(one.name for one in people), "works" if len(people) == 1 else "work"
    return f"{names} {work} at {listed(places)}, not at {branch.slug if branch else 'this branch'}"


def _hosts(session: TenantSession, event_type: CalcomEventType) -> Sequence[Staff]:
    """Return whom it books: the person it names, else its hosts."""
    if event_type.staff_id is None:
        return bookable_hosts(session, event_type.id)
    return session.scalars(_PERSON, {"staff": event_type.staff_id}).all()


def _fits(event_type: CalcomEventType, hosts: Sequence[Staff], staff: Staff | None) -> bool:
    """Tell whether it books *staff*: where Cal.com chooses among several, nobody can ask for one."""
    if staff is None:
        return event_type.staff_id is None or bool(hosts)
    return [one.id for one in hosts] == [staff.id]


def single_host(event_type: CalcomEventType, people: Sequence[Staff]) -> int | None:
    """Return the one person an event type books, None where Cal.com chooses."""
    return event_type.staff_id or (people[0].id if len(people) == 1 else None)


def _unbookable(service: Service, why: str) -> RefusedError:
    return RefusedError(
        f"{service.name} cannot be booked: {why}",
        subject=service.name,
        hint="askpro provision check tells what is missing",
    )


def _ambiguous(
    service: Service, fitting: Sequence[CalcomEventType], hosts: dict[int, Sequence[Staff]]
) -> InvalidValueError:
    people = listed(person.name for one in fitting for person in hosts[one.id])
    named = ", ".join(f"{one.calcom_event_type_id} ({one.name})" for one in fitting)
    return InvalidValueError(
        f"{service.name} is booked by several event types: {named}",
        subject=service.name,
        hint=f"add --staff: {people}" if people else "give the event type's id in place of the service",
    )


def _no_such_choice(
    service: Service,
    staff: Staff | None,
    here: Sequence[CalcomEventType],
    hosts: dict[int, Sequence[Staff]],
) -> RefusedError:
    if staff is None:
        return _unbookable(service, "nobody of its event type can be booked now")
    several = [one for one in here if staff.id in {person.id for person in hosts[one.id]}]
    if several:
        names = listed(person.name for one in several for person in hosts[one.id])
        why = f"Cal.com chooses among {names}"
        message = f"{service.name} cannot be booked with {staff.name} alone: {why}"
        return RefusedError(message, subject="--staff", hint="leave --staff out")
    return _unbookable(service, f"no event type of Cal.com books it with {staff.name}")
