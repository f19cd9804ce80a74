from __future__ import annotations

from sqlalchemy import select

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Company, Customer


def test_tables_are_empty(platform: Records) -> None:
    def make(session):
        session.add(Company(slug="salon", name="Salon"))
    platform.run_in_transaction(make)
    salon = platform.for_company("salon")
    assert salon.run_in_transaction(lambda s: s.scalars(select(Customer)).all()) == []


def test_again(platform: Records) -> None:
    test_tables_are_empty(platform)
