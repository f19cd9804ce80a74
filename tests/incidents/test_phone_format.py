"""Incident phone-format: one number in several spellings was several numbers, and a miss became company 1.

The platform compared ``+49…``, ``49…``, ``0049…`` and ``0…`` as they came or by their last ten digits, its
normaliser made ``+49049…`` of ``0049…``, and what it did not find it gave to the first company.
"""

from __future__ import annotations

import pytest
from support.people import Wish

from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.phones import normalise_phone
from askpro_cli.booking.customers.matching import find_or_create
from askpro_cli.platform.phone_resolution import company_of_call, look_up
from askpro_cli.platform.records import Records

SPELLINGS = ["+493023125010", "493023125010", "00493023125010", "03023125010", "+49 (0)30/23125-010"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_leads_to_the_same_branch(sqlite_salon_records: Records, spelling: str) -> None:
    found = company_of_call(sqlite_salon_records, spelling)
    assert (found.company, found.branch) == ("salon", "mitte")


def test_a_number_with_the_same_last_ten_digits_is_another_number(sqlite_salon_records: Records) -> None:
    """Any ten digits may stand before them; +00 is nobody's."""
    wide = sqlite_salon_records.platform_wide("a test")
    assert wide.run_in_transaction(lambda session: look_up(session, "+003023125010")).ended is None


def test_what_nobody_has_is_nobodys(sqlite_salon_records: Records) -> None:
    with pytest.raises(NotFoundError, match="no company has"):
        company_of_call(sqlite_salon_records, "030 23125099")


def test_the_normaliser_writes_no_country_code_twice() -> None:
    for spelling in ("00491713920012", "491713920012", "0049 (0)171 3920012", "01713920012"):
        assert normalise_phone(spelling) == "+491713920012"


def test_a_known_caller_is_found_in_every_spelling(sqlite_salon_records: Records) -> None:
    def call(number: str) -> int:
        wish: Wish = {"name": "Anna Schmidt", "phone": number, "email": None, "language": "de"}
        return sqlite_salon_records.run_in_transaction(lambda session: find_or_create(session, **wish).id)

    assert len({call(number) for number in ("0171 3920012", "491713920012", "00491713920012")}) == 1
