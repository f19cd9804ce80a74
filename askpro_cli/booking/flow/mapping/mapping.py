"""From company, branch, service and staff, or a call, to the event type that is booked.

Nothing is guessed: a name that fits nothing or several things is an error that names what there is. On the
platform we serve, fallbacks to the first company, the default service and the nearest event type hid every
mistake of a mapping until somebody stood before a closed door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from askpro_cli.base.errors import InvalidValueError, NotFoundError, RefusedError
from askpro_cli.booking.customers.active import active_customer
from askpro_cli.booking.flow.mapping.choosing import (
    check_place,
    choose,
    event_types_of,
    find_staff,
    single_host,
)
from askpro_cli.booking.flow.mapping.naming import listed, only
from askpro_cli.booking.flow.mapping.reading import Bookable, Offered, Place, Shop, read_places, read_shop
from askpro_cli.booking.flow.mapping.wishes import Contact, ServiceWish, Target
from askpro_cli.platform.schema import Call, PhoneNumber
from askpro_cli.platform.tenancy import TenantSession

# Made once: making a query costs more than asking it.
_CALL = select(Call).where(Call.retell_call_id == bindparam("call"))
_NUMBER = select(PhoneNumber).where(PhoneNumber.number == bindparam("number"))


def resolve(session: TenantSession, wish: ServiceWish) -> Target:
    """Return what *wish* comes down to.

    Args:
        session: of the company that is asked for.
        wish: names as a person gave them.

    Raises:
        NotFoundError: no such service, branch, person, customer or call in this company.
        InvalidValueError: a name means several, or branch or person do not offer the service.
        RefusedError: the service has no event type, or the call was dialled to a number of somebody else.
    """
    company = read_shop(session)
    call, branch_of_call = _call(session, wish.call, company)
    service = only(company.services, wish.service, what="service", option="--service", company=company.slug)
    candidates = event_types_of(session, service)
    places = _Places(company, service, candidates, read_places(session, service.id))
    branch = places.branch(wish.branch, branch_of_call)
    staff = find_staff(session, wish.staff, service, company)
    check_place(session, staff, branch)
    event_type = choose(session, candidates, service, branch, staff)
    own_price = branch.price_cents if branch else None
    return Target(
        service_id=service.id,
        service=service.name,
        duration=(branch.duration if branch else None) or service.duration,
        price_cents=service.price_cents if own_price is None else own_price,
        event_type_row=event_type.id,
        event_type_id=event_type.calcom_event_type_id,
        event_type=event_type.name,
        team_id=event_type.team_id,
        staff_ids=tuple(one.id for one in event_type.people),
        staff_id=single_host(event_type.staff_id, event_type.people),
        branch_id=branch.id if branch else None,
        branch=branch.slug if branch else None,
        timezone=(branch.timezone if branch else None) or company.timezone,
        call_id=call.id if call else None,
        contact=_contact(session, wish.customer),
    )


def _call(session: TenantSession, call_id: str | None, company: Shop) -> tuple[Call | None, int | None]:
    """Return the call that asks, and the branch whose number was dialled.

    Raises:
        NotFoundError: this company has no such call.
        RefusedError: the number it was dialled to is not this company's.
    """
    if call_id is None:
        return None, None
    call = session.scalar(_CALL, {"call": call_id})
    if call is None:
        raise NotFoundError(f"company {company.slug} has no call {call_id!r}", subject=call_id)
    dialled = session.scalar(_NUMBER, {"number": call.to_number})
    if dialled is None:
        raise RefusedError(
            f"call {call_id} was not dialled to a number of company {company.slug}",
            subject=call_id,
            hint="askpro phones resolve NUMBER says whose number it is",
        )
    return call, call.branch_id or dialled.branch_id


@dataclass(frozen=True)
class _Places:
    """Finds the branch of an appointment."""

    company: Shop
    service: Offered
    event_types: Sequence[Bookable]
    branches: Sequence[Place]

    def branch(self, text: str | None, of_call: int | None) -> Place | None:
        """Return the branch that is named, else that of the call, else the only one that offers it.

        Raises:
            NotFoundError: no such branch.
            InvalidValueError: it does not offer the service, or several do and none is named.
        """
        known = [one for one in self.branches if one.is_open]
        if text is not None:
            found = only(known, text, what="branch", option="--branch", company=self.company.slug)
            return self._offering(found, known)
        if of_call is not None:
            return self._offering(self._of_call(of_call, known), known)
        offering = [one for one in known if one.id in self._offered()]
        if len(offering) > 1:
            names = listed(one.slug for one in offering)
            message = f"--branch: {self.service.name} is offered at several branches: {names}"
            raise InvalidValueError(message, subject="--branch", hint="name one of them")
        return offering[0] if offering else None

    def _of_call(self, branch_id: int, known: Sequence[Place]) -> Place:
        found = next((one for one in known if one.id == branch_id), None)
        if found is None:
            message = f"the branch that was called takes no appointments: branch {branch_id} is not active"
            raise RefusedError(message, subject=str(branch_id), hint="askpro provision check")
        return found

    def _offering(self, branch: Place, known: Sequence[Place]) -> Place:
        offered = self._offered()
        if not offered or branch.id in offered:
            return branch
        names = listed(one.slug for one in known if one.id in offered)
        raise InvalidValueError(
            f"--branch: {branch.slug} does not offer {self.service.name}",
            subject="--branch",
            hint=f"it is offered at {names}" if names else "askpro provision check",
        )

    def _offered(self) -> set[int]:
        """Return the branches that say they offer it, and those of its event types."""
        own = {one.branch_id for one in self.event_types if one.branch_id is not None}
        return {one.id for one in self.branches if one.offers} | own


def _contact(session: TenantSession, customer_id: int | None) -> Contact | None:
    """Return a known customer; one that was merged is the one it went into.

    Raises:
        NotFoundError: there is none, or it was erased.
    """
    if customer_id is None:
        return None
    row = active_customer(session, customer_id)
    return Contact(row.id, row.name, row.email, row.phone, row.preferred_language)
