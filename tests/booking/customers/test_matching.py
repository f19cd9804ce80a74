"""Whose appointment it is: by number, then by address, inside one company.

On every database where its unique rules or locks decide.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, func, select
from support.people import company

from askpro_cli.base.errors import AskproError, InvalidValueError
from askpro_cli.booking.customers.matching import find_or_create
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Customer

ANNA = {"name": "Anna Schmidt", "phone": "0171 3920012", "email": "Anna@Example.org", "language": "de"}


def matched(records: Records, **wish: Any) -> Customer:
    """Return whom a wish is taken for, ANNA's unless said otherwise."""
    return records.run_in_transaction(lambda session: find_or_create(session, **{**ANNA, **wish}))


def in_another_thread(work: Callable[[], Customer]) -> Customer:
    """Return what *work* returns; a transaction inside this thread's would be refused."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(20)


def how_many(records: Records) -> int:
    """Return how many customers the company has."""
    return records.run_in_transaction(lambda session: session.scalar(select(func.count(Customer.id))) or 0)


def test_a_number_is_one_customer_however_it_is_written(platform: Records) -> None:
    salon = company(platform, "salon")
    first = matched(salon)
    assert (first.phone, first.email, first.status) == ("+491713920012", "anna@example.org", "active")
    for spelling in ("+49 171 3920012", "00491713920012", "491713920012", "+49 (0)171/3920012"):
        assert matched(salon, phone=spelling).id == first.id
    assert how_many(salon) == 1


def test_a_known_number_keeps_its_name_address_and_language(sqlite_platform: Records) -> None:
    salon = company(sqlite_platform, "salon")
    first = matched(salon, email=None)
    again = matched(salon, name="Otto Becker", language="en")
    assert (again.id, again.name, again.preferred_language) == (first.id, "Anna Schmidt", "de")
    assert again.email == "anna@example.org"  # it was lacking
    assert matched(salon, email="otto@example.org").email == "anna@example.org"


def test_an_address_finds_a_customer_whose_number_does_not_contradict(sqlite_platform: Records) -> None:
    salon = company(sqlite_platform, "salon")
    by_mail = matched(salon, phone="anonymous")
    assert by_mail.phone is None
    with_number = matched(salon)
    assert (with_number.id, with_number.phone) == (by_mail.id, "+491713920012")
    assert matched(salon, phone=None, email="ANNA@example.org").id == by_mail.id


def test_a_family_on_one_address_stays_several_customers(sqlite_platform: Records) -> None:
    salon = company(sqlite_platform, "salon")
    anna = matched(salon)
    otto = matched(salon, name="Otto Schmidt", phone="030 23125001")
    assert otto.id != anna.id
    nobody_knows = matched(salon, name="Anna Schmidt", phone=None)
    assert nobody_knows.id not in {anna.id, otto.id}
    assert matched(salon, phone="").id == nobody_knows.id
    assert how_many(salon) == 3


def test_a_name_alone_matches_nobody(sqlite_platform: Records) -> None:
    salon = company(sqlite_platform, "salon")
    anna = matched(salon)
    assert matched(salon, phone="030 23125002", email=None).id != anna.id


def test_a_merged_row_leads_to_the_one_it_went_into(sqlite_platform: Records) -> None:
    salon = company(sqlite_platform, "salon")
    anna, other = matched(salon), matched(salon, phone="030 23125001", email="office@example.org")
    third = matched(salon, phone="030 23125002", email=None)

    def merge(session: Any) -> None:
        rows = {row.id: row for row in session.scalars(select(Customer))}
        for one, into in ((third, other), (other, anna)):
            rows[one.id].status, rows[one.id].merged_into_id = "merged", into.id

    salon.run_in_transaction(merge)
    assert matched(salon, phone="03023125002").id == anna.id
    assert matched(salon, phone=None, email="office@example.org").id == anna.id


def test_the_same_number_in_another_company_is_another_customer(platform: Records) -> None:
    salon, praxis = company(platform, "salon"), company(platform, "praxis")
    anna = matched(salon)
    there = matched(praxis)
    assert (there.id, there.company_id) != (anna.id, anna.company_id)
    assert matched(praxis, phone=None).id == there.id


@pytest.mark.parametrize("wish", [{"phone": None, "email": None}, {"phone": "unknown", "email": " "}])
def test_nobody_is_stored_without_any_contact(sqlite_platform: Records, wish: dict[str, Any]) -> None:
    salon = company(sqlite_platform, "salon")
    with pytest.raises(InvalidValueError, match="neither") as caught:
        matched(salon, **wish)
    assert caught.value.hint
    assert how_many(salon) == 0


@pytest.mark.parametrize("wish", [{"phone": "12"}, {"email": "nobody"}, {"name": " "}, {"email": "a@b"}])
def test_malformed_contacts_change_nothing(sqlite_platform: Records, wish: dict[str, Any]) -> None:
    salon = company(sqlite_platform, "salon")
    with pytest.raises(InvalidValueError):
        matched(salon, **wish)
    assert how_many(salon) == 0


def test_a_name_longer_than_the_column_is_cut(sqlite_platform: Records) -> None:
    """It is written when the booking stands already: nothing is gained by refusing it then."""
    salon = company(sqlite_platform, "salon")
    assert matched(salon, name="A" * 300).name == "A" * 255


def test_customers_are_never_matched_over_the_whole_platform(sqlite_platform: Records) -> None:
    company(sqlite_platform, "salon")
    for records in (sqlite_platform, sqlite_platform.platform_wide("a test")):
        with pytest.raises(AskproError, match="whose"):
            matched(records)


def test_callers_at_the_same_moment_end_with_one_row(platform: Records) -> None:
    salon = company(platform, "salon")
    together = threading.Barrier(6)

    def call(_: int) -> int:
        together.wait(20)
        return matched(salon).id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(call, range(6)))) == how_many(salon) == 1


def test_a_number_taken_between_the_look_and_the_write_is_found_again(platform: Records) -> None:
    """Both transactions look before either writes: what the unique rule then refuses is read again."""
    if platform.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets no second writer in")
    salon = company(platform, "salon")
    before_the_write: list[Customer] = []

    def slow(session: Any) -> int:
        def meanwhile(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("INSERT INTO customers") and not before_the_write:
                before_the_write.append(in_another_thread(lambda: matched(salon)))

        event.listen(session.connection(), "before_cursor_execute", meanwhile)
        return find_or_create(session, **ANNA).id

    found = salon.run_in_transaction(slow)
    assert found == before_the_write[0].id
    assert how_many(salon) == 1
