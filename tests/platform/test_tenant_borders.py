"""What could carry a row over the border between two companies is refused, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import (
    column,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.orm import aliased, make_transient_to_detached
from support.records import opened
from support.two_companies import Two, fill

from askpro_cli.base.errors import AskproError
from askpro_cli.platform.schema import Branch, Customer
from askpro_cli.platform.tenancy import TenantSession

CUSTOMERS: Any = Customer.__table__


@pytest.fixture
def embedded(sqlite_platform_url: str) -> Iterator[Two]:
    with opened(sqlite_platform_url) as platform:
        yield fill(platform)


QUERIES: dict[str, Callable[[], Any]] = {
    "text": lambda: text("SELECT * FROM customers"),
    "text as rows": lambda: select(Customer).from_statement(text("SELECT * FROM customers")),
    "text beside a model": lambda: select(Branch.id, text("(SELECT max(name) FROM customers)")),
    "column in words": lambda: select(Branch.id, literal_column("(SELECT max(name) FROM customers)")),
    "name of a table": lambda: select(Branch.id, table("customers", column("name")).c.name),
    "table": lambda: select(CUSTOMERS),
    "table as rows": lambda: select(Customer).from_statement(select(CUSTOMERS)),
    "table beside a model": lambda: select(Branch.id, CUSTOMERS.c.name),
    "table beside an alias of its model": lambda: select(aliased(Customer).id, CUSTOMERS.c.name),
    "alias of a table": lambda: select(Branch.id, CUSTOMERS.alias().c.name),
    "alias beside its own model": lambda: select(Customer.id, CUSTOMERS.alias().c.name),
    "joined table": lambda: select(func.count(Branch.id)).join(CUSTOMERS, true()),
    "table joined to a table": lambda: select(Branch.id).select_from(
        Branch.__table__.join(CUSTOMERS, true())
    ),
    "counted table": lambda: select(Branch.id, select(func.count()).select_from(CUSTOMERS).scalar_subquery()),
    "counted alias": lambda: select(
        Branch.id, select(func.count()).select_from(CUSTOMERS.alias()).scalar_subquery()
    ),
    "table in a condition": lambda: select(Branch.id).where(exists().where(CUSTOMERS.c.name == "Anna")),
    "table in a deletion": lambda: delete(Branch).where(Branch.id.in_(select(CUSTOMERS.c.id))),
    "union with a table": lambda: union_all(select(Customer.company_id), select(CUSTOMERS.c.company_id)),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_past_the_models_is_refused(embedded: Two, name: str) -> None:
    for records in (embedded.salon, embedded.platform):
        with pytest.raises(AskproError) as caught:
            records.run_in_transaction(lambda session: session.execute(QUERIES[name]()).all())
        assert type(caught.value) is AskproError


def _invent(session: TenantSession, two: Two) -> None:
    """Claim a row of the rival's without having read it."""
    row = Customer(id=two.foreign.id, company_id=two.salon.company_id)
    make_transient_to_detached(row)
    session.add(row)
    row.name = "Eve"


def _hand_over(session: TenantSession, two: Two) -> None:
    session.scalars(select(Customer)).one().company_id = two.rival.company_id or 0


def _eve(two: Two) -> dict[str, Any]:
    now = two.foreign.created_at
    return {"name": "Eve", "company_id": two.rival.company_id, "created_at": now, "updated_at": now}


def _changed(two: Two) -> list[dict[str, Any]]:
    return [{"id": two.foreign.id, "name": "Eve"}]


CHANGES: dict[str, Callable[[TenantSession, Two], Any]] = {
    "new row of another": lambda session, two: session.add(Customer(**_eve(two))),
    "row handed over": _hand_over,
    "rows handed over": lambda session, two: session.execute(
        update(Customer).values(company_id=two.rival.company_id)
    ),
    "rows handed over in order": lambda session, two: session.execute(
        update(Customer).ordered_values(("company_id", two.rival.company_id))
    ),
    "rows handed over by parameters": lambda session, two: session.execute(
        update(Customer), {"company_id": two.rival.company_id}
    ),
    "rows inserted": lambda session, two: session.execute(insert(Customer), [_eve(two)]),
    "rows changed by their keys": lambda session, two: session.execute(update(Customer), _changed(two)),
    "rows changed in bulk": lambda session, two: session.bulk_update_mappings(
        Customer,
        _changed(two),
    ),
    "rows made in bulk": lambda session, two: session.bulk_insert_mappings(
        Customer,
        [_eve(two)],
    ),
    "rows saved in bulk": lambda session, two: session.bulk_save_objects([Customer(**_eve(two))]),
    "another's row deleted": lambda session, two: session.delete(two.foreign),
    "another's row taken up": lambda session, two: session.add(two.foreign),
    "another's row merged": lambda session, two: session.merge(two.foreign, load=False),
    "row invented": _invent,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_over_the_border_is_refused_and_nothing_stays(embedded: Two, name: str) -> None:
    with pytest.raises(AskproError) as caught:
        embedded.salon.run_in_transaction(lambda session: (CHANGES[name](session, embedded), None)[1])
    assert type(caught.value) is AskproError
    counts = select(Customer.company_id, Customer.name)
    wide = embedded.platform.platform_wide("look at all")
    found = wide.run_in_transaction(lambda session: session.execute(counts).all())
    assert sorted(found) == sorted((one.company_id, "Anna") for one in (embedded.salon, embedded.rival))
