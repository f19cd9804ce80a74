"""No column of a customer is forgotten when its data is erased: a new one is wiped, or listed as harmless."""

from __future__ import annotations

from sqlalchemy import JSON, LargeBinary, String

from askpro_cli.booking.customers.personal_data import HARMLESS, NOT_OF_CUSTOMERS, WIPED
from askpro_cli.platform.schema import Base

SAYS_SOMETHING = (String, JSON, LargeBinary)  # Text and its kin are Strings, too
WIPED_NAMES = {f"{model.__tablename__}.{column}" for model, columns in WIPED.items() for column in columns}
FOUND = {
    f"{table.name}.{column.name}"
    for table in Base.metadata.sorted_tables
    if table.name not in NOT_OF_CUSTOMERS
    for column in table.columns
    if isinstance(getattr(column.type, "impl", column.type), SAYS_SOMETHING)
}


def test_every_text_and_json_column_is_wiped_or_said_to_be_harmless() -> None:
    """A new one goes into booking/customers/personal_data.py; a table without customers, likewise."""
    assert FOUND - WIPED_NAMES - set(HARMLESS) == set()


def test_the_lists_name_no_column_that_is_not_there_and_none_twice() -> None:
    known = {
        f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns
    }
    assert (WIPED_NAMES | set(HARMLESS)) - known == set()
    assert set(HARMLESS) & WIPED_NAMES == set()
    assert set(NOT_OF_CUSTOMERS) <= {table.name for table in Base.metadata.sorted_tables}
