"""Incident tenant-leaks: rows of one company showed up in another's answers.

Queries forgot ``company_id``: a caller was greeted with the name another company had for his number, lists
and counts held foreign rows, and an unknown company became "the first one". Here nobody has to remember it:
the same code, asked for two companies with alike rows, never meets the other's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, select
from support.records import opened
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.errors import NotFoundError
from askpro_cli.booking.customers.matching import find_or_create
from askpro_cli.booking.flow.mapping.mapping import resolve
from askpro_cli.booking.flow.mapping.wishes import ServiceWish
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import (
    Appointment,
    Branch,
    BranchService,
    CalcomEventType,
    Company,
    Customer,
    PhoneNumber,
    Service,
)
from askpro_cli.platform.tenancy import TenantSession

CALLER = "+491713920001"
CUT = "Herrenhaarschnitt"


class Neighbours(NamedTuple):
    """The demo company and a rival who offers the same and knows the same caller."""

    salon: Records
    rival: Records


@pytest.fixture
def neighbours(salon_records: Records) -> Neighbours:
    salon_records.platform_wide("make a second company").run_in_transaction(
        lambda session: session.add(Company(slug="rival", name="Rival"))
    )
    rival = Records(salon_records.engine, log=salon_records._log).for_company("rival")
    rival.run_in_transaction(_furnish)
    return Neighbours(salon_records, rival)


def _furnish(session: TenantSession) -> None:
    branch = Branch(slug="mitte", name="Rival Mitte")
    service = Service(name=CUT, duration=30)
    session.add_all([branch, service])
    session.flush()
    session.add_all(
        [
            BranchService(branch_id=branch.id, service_id=service.id),
            CalcomEventType(service_id=service.id, calcom_event_type_id=9001, name=CUT, branch_id=branch.id),
            PhoneNumber(number="+493023125099", branch_id=branch.id),
            Customer(name="Rivals Kundin", phone=CALLER, email="kundin@example.org", preferred_language="en"),
        ]
    )
    session.add(
        Appointment(
            correlation_id="c",
            status="scheduled",
            starts_at=SANDBOX_NOW,
            ends_at=SANDBOX_NOW + timedelta(minutes=30),
            branch_id=branch.id,
            service_id=service.id,
        )
    )


def test_a_known_number_of_another_company_is_a_stranger_here(neighbours: Neighbours) -> None:
    def greet(session: TenantSession) -> Customer:
        return find_or_create(
            session, name="Anna Schmidt", phone="0171 3920001", email="KUNDIN@example.org", language="de"
        )

    here = neighbours.salon.run_in_transaction(greet)
    assert (here.name, here.preferred_language) == ("Anna Schmidt", "de")
    [there] = neighbours.rival.run_in_transaction(lambda session: session.scalars(select(Customer)).all())
    assert there.name == "Rivals Kundin"
    assert there.id != here.id


def test_the_same_service_and_branch_lead_each_to_its_own_calendar(neighbours: Neighbours) -> None:
    wish = ServiceWish(service=CUT, branch="mitte")
    found = [records.run_in_transaction(lambda session: resolve(session, wish)) for records in neighbours]
    assert [target.event_type_id for target in found] == [1001, 9001]


FOREIGN: dict[str, Callable[[Neighbours, TenantSession], Any]] = {
    "service": lambda _, session: resolve(session, ServiceWish(service="Damenhaarschnitt")),
    "branch": lambda _, session: resolve(session, ServiceWish(service=CUT, branch="kreuzberg")),
    "staff": lambda _, session: resolve(session, ServiceWish(service=CUT, staff="Lea Muster")),
    "customer": lambda _, session: resolve(session, ServiceWish(service=CUT, customer=999)),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_what_only_the_other_company_has_is_not_found(neighbours: Neighbours, what: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        neighbours.rival.run_in_transaction(lambda session: FOREIGN[what](neighbours, session))
    assert "Kreuzberg" not in str(caught.value.hint)
    assert caught.value.exit_code == 3


def test_counts_hold_the_companys_own_rows_alone(neighbours: Neighbours) -> None:
    counted = select(func.count(Appointment.id))
    assert neighbours.salon.run_in_transaction(lambda session: session.scalar(counted)) == 0
    assert neighbours.rival.run_in_transaction(lambda session: session.scalar(counted)) == 1


def test_an_unknown_company_is_never_the_first_one(neighbours: Neighbours) -> None:
    url = neighbours.salon.engine.url.render_as_string(hide_password=False)
    with opened(url) as platform, pytest.raises(NotFoundError, match="'salom'"):
        platform.for_company("salom")
