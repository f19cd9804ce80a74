"""Incident anonymous-callers: who withheld the number could not book, or was taken for somebody else.

The platform looked for the company by the caller's number, kept ``anonymous`` and empty addresses as if they
were contacts, and matched by name, with which one caller could act as another.
"""

from __future__ import annotations

import pytest
from sqlalchemy import or_, select
from support.people import Wish

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.phones import caller_number
from askpro_cli.booking.customers.matching import find_or_create
from askpro_cli.platform.phone_resolution import company_of_call
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Call, Customer

WITHHELD = ["anonymous", "unknown", "restricted", ""]


@pytest.mark.parametrize("caller", WITHHELD)
def test_the_company_is_that_of_the_dialled_number(sqlite_salon_records: Records, caller: str) -> None:
    dialled = company_of_call(sqlite_salon_records, "+493023125020")
    call = Call(
        retell_call_id=f"call_{caller}",
        company_id=dialled.company_id,
        branch_id=dialled.branch_id,
        phone_number_id=dialled.phone_number_id,
        from_number=caller_number(caller),
        to_number="+493023125020",
    )

    sqlite_salon_records.run_in_transaction(lambda session: session.add(call))
    kept = sqlite_salon_records.run_in_transaction(lambda session: session.scalars(select(Call)).one())
    assert (dialled.company, dialled.branch) == ("salon", "kreuzberg")
    assert (kept.from_number, kept.phone_number_id) == (None, dialled.phone_number_id)


def test_two_anonymous_callers_are_two_customers(sqlite_salon_records: Records) -> None:
    """The same name, both numbers withheld: all they share proves nothing."""
    found = sqlite_salon_records.run_in_transaction(
        lambda session: [
            find_or_create(session, name="Anna Schmidt", phone=number, email=email, language="de").id
            for number, email in (("anonymous", "anna@example.org"), ("anonymous", "a.schmidt@example.org"))
        ]
    )
    assert len(set(found)) == 2


@pytest.mark.parametrize("caller", WITHHELD)
def test_without_any_contact_nobody_is_stored(sqlite_salon_records: Records, caller: str) -> None:
    with pytest.raises(InvalidValueError, match="neither"):
        sqlite_salon_records.run_in_transaction(
            lambda session: find_or_create(session, name="Anna", phone=caller, email="", language="de")
        )


def test_neither_a_word_nor_an_empty_text_is_kept_as_a_contact(sqlite_salon_records: Records) -> None:
    wishes: list[Wish] = [
        {"name": "Anna", "phone": "Anonymous", "email": "anna@example.org", "language": "de"},
        {"name": "Anna", "phone": "0171 3920012", "email": " ", "language": "de"},
    ]
    sqlite_salon_records.run_in_transaction(
        lambda session: [find_or_create(session, **wish) for wish in wishes]
    )
    words = or_(Customer.email == "", Customer.phone.in_(["", "anonymous", "unknown"]))
    stored = sqlite_salon_records.run_in_transaction(
        lambda session: (
            session.scalars(select(Customer)).all(),
            session.scalars(select(Customer).where(words)).all(),
        )
    )
    assert (len(stored[0]), len(stored[1])) == (2, 0)
