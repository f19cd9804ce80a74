"""A company's session sees, changes and makes rows of that company alone, however the query is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Select, delete, exists, func, select, true, union_all, update
from sqlalchemy.orm import aliased
from support.records import QuietLog, opened
from support.two_companies import PHONE, Two, fill

from askpro_cli.base.errors import AskproError, NotFoundError
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import (
    Activity,
    ApiRequest,
    ApiToken,
    Base,
    Branch,
    Company,
    Customer,
    OfCompany,
    ReplayItem,
    ReplayJob,
    User,
    WebhookAttempt,
    WebhookConflict,
    WebhookEffect,
    WebhookEvent,
    WebhookRejection,
)


@pytest.fixture
def two(platform: Records) -> Two:
    return fill(platform)


@pytest.fixture
def embedded(sqlite_platform_url: str) -> Iterator[Two]:
    with opened(sqlite_platform_url) as platform:
        yield fill(platform)


QUERIES: dict[str, Callable[[], Select[Any]]] = {
    "plain": lambda: select(Customer.company_id),
    "entity": lambda: select(Customer).with_only_columns(Customer.company_id),
    "alias": lambda: select(aliased(Customer).company_id),
    "join": lambda: select(Branch.company_id).join(Customer, Customer.phone == PHONE),
    "joined side": lambda: select(Customer.company_id).select_from(Branch).join(Customer, true()),
    "outer join": lambda: (
        select(Customer.company_id).select_from(Company).join(Customer, Customer.company_id == Company.id)
    ),
    "its company": lambda: select(Company.id),
    "alias of a query": lambda: select(aliased(Customer, select(Customer).subquery()).company_id),
    "subquery": lambda: select(select(Customer).subquery().c.company_id),
    "cte": lambda: select(select(Customer.company_id).cte("them").c.company_id),
    "users": lambda: select(User.company_id),
    "activity": lambda: select(Activity.company_id),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_brings_the_companys_rows_alone(two: Two, name: str) -> None:
    for records in (two.salon, two.rival):
        found = records.run_in_transaction(lambda session: session.scalars(QUERIES[name]()).all())
        assert set(found) == {records.company_id}
        assert len(found) == 1


def test_a_condition_over_others_rows_is_false(embedded: Two) -> None:
    embedded.platform.platform_wide("a test").run_in_transaction(
        lambda session: session.execute(delete(Branch).where(Branch.company_id == embedded.salon.company_id))
    )
    wanted = select(Customer).where(exists().where(Branch.slug == "mitte"))
    assert embedded.salon.run_in_transaction(lambda session: session.scalars(wanted).all()) == []
    assert len(embedded.rival.run_in_transaction(lambda session: session.scalars(wanted).all())) == 1


def test_a_union_of_queries_is_bounded_on_both_sides(embedded: Two) -> None:
    both = union_all(select(Customer.company_id), select(Branch.company_id))
    found = embedded.salon.run_in_transaction(lambda session: session.scalars(both).all())
    assert list(found) == [embedded.salon.company_id] * 2


def test_another_companys_row_does_not_exist(two: Two) -> None:
    [foreign] = two.rival.run_in_transaction(lambda session: session.scalars(select(Customer.id)).all())
    assert two.salon.run_in_transaction(lambda session: session.get(Customer, foreign)) is None


def test_changes_and_deletes_stay_inside(two: Two) -> None:
    two.salon.run_all(
        [
            lambda session: session.execute(update(Customer).values(name="X")),
            lambda session: session.execute(delete(Branch)),
        ]
    )
    salon = two.salon.run_in_transaction(lambda session: session.scalars(select(Customer.name)).all())
    assert list(salon) == ["X"]
    rival = two.rival.run_in_transaction(lambda session: session.scalars(select(Customer.name)).all())
    assert list(rival) == ["Anna"]
    assert two.rival.run_in_transaction(lambda session: session.scalar(select(func.count(Branch.id)))) == 1


def test_without_a_company_a_query_for_its_rows_is_an_error_never_an_empty_list(embedded: Two) -> None:
    with pytest.raises(AskproError, match="without saying whose"):
        embedded.platform.run_in_transaction(lambda session: session.scalars(select(Customer)).all())
    names = embedded.platform.run_in_transaction(lambda session: session.scalars(select(Company.slug)).all())
    assert sorted(names) == ["rival", "salon"]


def test_an_unknown_company_is_named(embedded: Two) -> None:
    with pytest.raises(NotFoundError, match="'nobody'") as caught:
        embedded.platform.for_company("nobody")
    assert caught.value.exit_code == 3


def test_the_way_around_is_told_with_its_reason(embedded: Two) -> None:
    log = QuietLog()
    wide = Records(embedded.platform.engine, log=log).platform_wide("audit of numbers")
    assert len(wide.run_in_transaction(lambda session: session.scalars(select(Customer)).all())) == 2
    [told] = [fields for name, fields in log.events if name == "records.platform_wide"]
    assert told["reason"] == "audit of numbers"


def test_every_table_says_whose_its_rows_are() -> None:
    # The inbox, its replays and the tokens are the platform's: whose an event is may not be known yet.
    of_the_platform = {
        WebhookEvent,
        WebhookConflict,
        WebhookAttempt,
        WebhookEffect,
        WebhookRejection,
        ReplayJob,
        ReplayItem,
        ApiToken,
        ApiRequest,
    }
    free = {Company} | of_the_platform
    undecided = [
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        if not issubclass(mapper.class_, (OfCompany, User, Activity)) and mapper.class_ not in free
    ]
    assert undecided == []
