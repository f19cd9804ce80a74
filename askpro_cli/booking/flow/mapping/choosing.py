"""Which event type books a service at a branch, and which people it books: one answer, or an error."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from askpro_cli.base.errors import InvalidValueError, RefusedError
from askpro_cli.booking.flow.mapping.naming import listed, only
from askpro_cli.booking.flow.mapping.reading import (
    Bookable,
    Offered,
    Person,
    Place,
    Shop,
    read_event_types,
    read_staff,
)
from askpro_cli.platform.schema import Branch
from askpro_cli.platform.tenancy import TenantSession


def event_types_of(session: TenantSession, service: Offered) -> Sequence[Bookable]:
    """Return the event types a service is booked by.

    Raises:
        RefusedError: there is none.
    """
    found = read_event_types(session, service.id)
    if not found:
        raise _unbookable(service, "it has no event type of Cal.com")
    return found


def find_staff(session: TenantSession, text: str | None, service: Offered, company: Shop) -> Person | None:
    """Return the person that is wanted.

    Raises:
        NotFoundError: no such person.
        InvalidValueError: two are called so, or the person does not offer the service.
    """
    if text is None:
        return None
    known, offering = read_staff(session, service.id)
    person = only(known, text, what="staff", option="--staff", company=company.slug)
    if person.id in offering:
        return person
    names = listed(one.name for one in known if one.id in offering)
    raise InvalidValueError(
        f"--staff: {person.name} does not offer {service.name}",
        subject="--staff",
        hint=f"offered by {names}" if names else "askpro provision check",
    )


def check_place(session: TenantSession, staff: Person | None, branch: Place | None) -> None:
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


def works_at(staff: Person, branch: Place | None) -> bool:
    """Tell whether somebody can be offered at a branch; where none is meant, anybody can."""
    return branch is None or staff.branch_id in (None, branch.id)


def choose(
    session: TenantSession,
    candidates: Sequence[Bookable],
    service: Offered,
    branch: Place | None,
    staff: Person | None,
) -> Bookable:
    """Return the one event type that books this service here with this person.

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
    served = _served(session, here, service, branch)
    fitting = [one for one in served if _fits(one, staff)]
    if staff is None:  # one that several serve is meant, unless each has an own one
        fitting = [one for one in fitting if one.staff_id is None] or fitting
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise _ambiguous(service, fitting)
    raise _no_such_choice(service, staff, here)


def _served(
    session: TenantSession,
    here: Sequence[Bookable],
    service: Offered,
    branch: Place | None,
) -> Sequence[Bookable]:
    """Return those that book somebody who works here, or nobody by name; whom a team sends Cal.com decides.

    Raises:
        RefusedError: all book people of other branches.
    """
    served = [one for one in here if not one.people or any(works_at(person, branch) for person in one.people)]
    if served:
        return served
    people = [person for one in here for person in one.people]
    raise _unbookable(service, _elsewhere(session, people, branch))


def _elsewhere(session: TenantSession, people: Sequence[Person], branch: Place | None) -> str:
    """Return in words where people work who do not work at *branch*."""
    places = session.scalars(select(Branch.slug).where(Branch.id.in_({one.branch_id for one in people})))
    names, work = listed(one.name for one in people), "works" if len(people) == 1 else "work"
    return f"{names} {work} at {listed(places)}, not at {branch.slug if branch else 'this branch'}"


def _fits(event_type: Bookable, staff: Person | None) -> bool:
    """Tell whether it books *staff*: where Cal.com chooses among several, nobody can ask for one."""
    if staff is None:
        return event_type.staff_id is None or bool(event_type.people)
    return [one.id for one in event_type.people] == [staff.id]


def single_host(named: int | None, people: Sequence[Person]) -> int | None:
    """Return the one person that an event type books, *named* or alone, None where Cal.com chooses."""
    return named or (people[0].id if len(people) == 1 else None)


def _unbookable(service: Offered, why: str) -> RefusedError:
    return RefusedError(
        f"{service.name} cannot be booked: {why}",
        subject=service.name,
        hint="askpro provision check tells what is missing",
    )


def _ambiguous(service: Offered, fitting: Sequence[Bookable]) -> InvalidValueError:
    people = listed(person.name for one in fitting for person in one.people)
    named = ", ".join(f"{one.calcom_event_type_id} ({one.name})" for one in fitting)
    return InvalidValueError(
        f"{service.name} is booked by several event types: {named}",
        subject=service.name,
        hint=f"add --staff: {people}" if people else "give the event type's id in place of the service",
    )


def _no_such_choice(
    service: Offered,
    staff: Person | None,
    here: Sequence[Bookable],
) -> RefusedError:
    if staff is None:
        return _unbookable(service, "nobody of its event type can be booked now")
    several = [one for one in here if staff.id in {person.id for person in one.people}]
    if several:
        names = listed(person.name for one in several for person in one.people)
        why = f"Cal.com chooses among {names}"
        message = f"{service.name} cannot be booked with {staff.name} alone: {why}"
        return RefusedError(message, subject="--staff", hint="leave --staff out")
    return _unbookable(service, f"no event type of Cal.com books it with {staff.name}")
