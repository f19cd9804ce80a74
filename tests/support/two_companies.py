"""Two companies with alike rows, for tests of the border between them."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from sqlalchemy import select

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Activity, Branch, Company, Customer, User
from askpro_cli.platform.tenancy import TenantSession

PHONE = "+493023125001"


class Two(NamedTuple):
    """The records of both, and a row of the rival's as a transaction of its own gave it out."""

    platform: Records
    salon: Records
    rival: Records
    foreign: Customer


def fill(platform: Records) -> Two:
    """Make both companies."""

    def companies(session: TenantSession) -> None:
        session.add_all([Company(slug="salon", name="Salon"), Company(slug="rival", name="Rival")])

    platform.run_in_transaction(companies)
    salon, rival = (platform.for_company(slug) for slug in ("salon", "rival"))
    for number, records in enumerate((salon, rival)):
        records.run_in_transaction(partial(_add_rows, number=number))
    return Two(platform, salon, rival, rival.run_in_transaction(_customer))


def _customer(session: TenantSession) -> Customer:
    return session.scalars(select(Customer)).one()


def _add_rows(session: TenantSession, number: int) -> None:
    rows = [
        Customer(name="Anna", phone=PHONE, email="anna@example.org"),
        Branch(slug="mitte", name="Mitte"),
        User(name="Otto", email=f"otto{number}@example.org"),
        Activity(event="made", description="made"),
    ]
    session.add_all(rows)
