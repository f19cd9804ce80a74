"""Statements beside the models: one that lacks its company cannot be made, and the others stay inside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import bindparam, exists, func, literal_column, or_, select, text, true, union_all
from support.records import opened
from support.two_companies import Two, fill

from askpro_cli.base.errors import AskproError
from askpro_cli.platform.bounded import Bounded, of, table_of
from askpro_cli.platform.row_writing import add_row, add_unless_there, change_row
from askpro_cli.platform.schema import Activity, Branch, Company, Customer, User
from askpro_cli.platform.tenancy import TenantSession

BRANCHES, CUSTOMERS, COMPANIES = table_of(Branch), table_of(Customer), table_of(Company)
PAIRS = BRANCHES.c.company_id == CUSTOMERS.c.company_id
OTHERS = CUSTOMERS.alias("others")


@pytest.fixture
def two(platform_url: str) -> Iterator[Two]:
    with opened(platform_url) as platform:
        yield fill(platform)


@pytest.fixture
def embedded(sqlite_platform_url: str) -> Iterator[Two]:
    with opened(sqlite_platform_url) as platform:
        yield fill(platform)


UNBOUNDED: dict[str, Callable[[], Any]] = {
    "nothing said": lambda: select(CUSTOMERS.c.id),
    "a company itself": lambda: select(COMPANIES.c.id),
    "a table that may lack its company": lambda: select(table_of(Activity).c.id),
    "one that an operator chose": lambda: select(CUSTOMERS.c.id).where(CUSTOMERS.c.company_id == 1),
    "by another value": lambda: select(CUSTOMERS.c.id).where(CUSTOMERS.c.company_id == bindparam("mine")),
    "by another column": lambda: select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == bindparam("of_company")),
    "or anything": lambda: select(CUSTOMERS.c.id).where(or_(of(CUSTOMERS), true())),
    "not": lambda: select(CUSTOMERS.c.id).where(~of(CUSTOMERS)),
    "one of two": lambda: select(CUSTOMERS.c.id, BRANCHES.c.id).where(of(CUSTOMERS), PAIRS),
    "the other side of an outer join": lambda: select(CUSTOMERS.c.id).select_from(
        CUSTOMERS.outerjoin(BRANCHES, of(CUSTOMERS, BRANCHES))
    ),
    "both sides of a full join": lambda: select(CUSTOMERS.c.id).select_from(
        CUSTOMERS.join(BRANCHES, of(CUSTOMERS, BRANCHES), full=True)
    ),
    "the table of an alias": lambda: select(OTHERS.c.id).where(of(CUSTOMERS)),
    "an alias beside its table": lambda: select(OTHERS.c.id, CUSTOMERS.c.id).where(of(CUSTOMERS)),
    "a question inside": lambda: select(BRANCHES.c.id).where(of(BRANCHES), exists(select(CUSTOMERS.c.id))),
    "a number inside": lambda: select(
        BRANCHES.c.id, select(func.count(CUSTOMERS.c.id)).scalar_subquery()
    ).where(of(BRANCHES)),
    "rows inside": lambda: select(select(CUSTOMERS.c.id).subquery().c.id),
    "half of a union": lambda: union_all(select(CUSTOMERS.c.id).where(of(CUSTOMERS)), select(BRANCHES.c.id)),
    "text": lambda: select(CUSTOMERS.c.id).where(of(CUSTOMERS), text("1 = 1")),
    "a column in words": lambda: select(literal_column("(SELECT max(name) FROM customers)")),
}


@pytest.mark.parametrize("name", UNBOUNDED)
def test_a_query_that_lacks_its_company_cannot_be_made(name: str) -> None:
    with pytest.raises(AskproError) as caught:
        Bounded(UNBOUNDED[name]())
    assert type(caught.value) is AskproError


BOUNDED: dict[str, Callable[[], Any]] = {
    "a condition": lambda: select(CUSTOMERS.c.company_id).where(of(CUSTOMERS)),
    "among others": lambda: select(CUSTOMERS.c.company_id).where(CUSTOMERS.c.id > 0, of(CUSTOMERS)),
    "an alias": lambda: select(OTHERS.c.company_id).where(of(OTHERS)),
    "a company itself": lambda: select(COMPANIES.c.id).where(of(COMPANIES)),
    "a join": lambda: select(CUSTOMERS.c.company_id).select_from(
        CUSTOMERS.join(BRANCHES, of(CUSTOMERS, BRANCHES))
    ),
    "an outer join": lambda: (
        select(BRANCHES.c.company_id)
        .select_from(CUSTOMERS.outerjoin(BRANCHES, of(BRANCHES)))
        .where(of(CUSTOMERS))
    ),
    "a union": lambda: union_all(
        select(CUSTOMERS.c.company_id).where(of(CUSTOMERS)), select(BRANCHES.c.company_id).where(of(BRANCHES))
    ),
    "a question inside": lambda: select(BRANCHES.c.company_id).where(
        of(BRANCHES), exists(select(CUSTOMERS.c.id).where(of(CUSTOMERS)))
    ),
}


@pytest.mark.parametrize("name", BOUNDED)
def test_a_bounded_query_brings_the_rows_of_its_session_s_company_alone(embedded: Two, name: str) -> None:
    query = Bounded(BOUNDED[name]())
    for records in (embedded.salon, embedded.rival, embedded.salon):
        found = records.run_in_transaction(query.all)
        assert {row[0] for row in found} == {records.company_id}


def test_without_one_company_nothing_is_asked_and_nothing_written(embedded: Two) -> None:
    query = Bounded(select(CUSTOMERS.c.id).where(of(CUSTOMERS)))
    for records in (embedded.platform, embedded.platform.platform_wide("a test")):
        with pytest.raises(AskproError, match="whose"):
            records.run_in_transaction(query.all)
        with pytest.raises(AskproError, match="whose"):
            records.run_in_transaction(lambda session: add_row(session, Branch, slug="x", name="X"))


def test_a_new_row_has_the_company_and_the_times_of_its_session(two: Two) -> None:
    def work(session: TenantSession) -> Branch:
        return session.get_one(Branch, add_row(session, Branch, slug="west", name="West"))

    row = two.rival.run_in_transaction(work)
    assert (row.company_id, row.slug, row.is_active) == (two.rival.company_id, "west", True)
    assert row.created_at == row.updated_at
    with pytest.raises(AskproError, match="company"):
        two.salon.run_in_transaction(
            lambda session: add_row(session, User, name="Eve", email="e@example.org", company_id=2)
        )


def test_a_row_like_one_that_is_there_is_passed_over_and_the_transaction_goes_on(two: Two) -> None:
    def work(session: TenantSession) -> list[int | None]:
        slugs = ("east", "east", "mitte", "north")
        return [add_unless_there(session, Branch, slug=slug, name="Here") for slug in slugs]

    first, again, known, another = two.salon.run_in_transaction(work)
    assert first
    assert another
    assert again is known is None
    slugs = Bounded(select(BRANCHES.c.slug).where(of(BRANCHES)).order_by(BRANCHES.c.slug))
    found = two.salon.run_in_transaction(slugs.all)
    assert [row.slug for row in found] == ["east", "mitte", "north"]


def test_a_change_reaches_the_company_s_own_rows_alone(two: Two) -> None:
    def rename(session: TenantSession) -> bool:
        return change_row(session, Customer, two.foreign.id, name="Eve", email=None)

    def read(session: TenantSession) -> Customer:
        return session.get_one(Customer, two.foreign.id)

    assert not two.salon.run_in_transaction(rename)
    assert two.rival.run_in_transaction(read).name == "Anna"
    assert two.rival.run_in_transaction(rename)
    row = two.rival.run_in_transaction(read)
    assert (row.name, row.email, row.phone) == ("Eve", None, two.foreign.phone)
    assert row.updated_at >= row.created_at
    with pytest.raises(AskproError, match="company"):
        two.rival.run_in_transaction(
            lambda session: change_row(session, Customer, row.id, company_id=two.salon.company_id)
        )
