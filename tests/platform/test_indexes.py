"""The catalogue of 66 indexes, and that askpro's own tables have the fewest that serve as all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.indexes import (
    Index,
    Shape,
    Verdict,
    catalogue,
    shapes_of_database,
    shapes_of_models,
    verify,
)
from askpro_cli.platform.schema import Base

OURS = shapes_of_models(Base.metadata)
FOREIGN_KEYS = [
    (table.name, column.name)
    for table in Base.metadata.tables.values()
    for column in table.columns
    if column.foreign_keys
]


def unserved(shapes: dict[str, Shape]) -> list[str]:
    return [verdict.name for verdict in verify(shapes) if verdict.served_by is None]


def without(index: Index, table: str) -> dict[str, Shape]:
    shape = OURS[table]
    return {**OURS, table: replace(shape, indexes=tuple(one for one in shape.indexes if one != index))}


def uncovered(shapes: dict[str, Shape]) -> list[tuple[str, str]]:
    """Return the foreign keys whose rows no index finds."""
    return [
        (table, column)
        for table, column in FOREIGN_KEYS
        if not any(index.begins_with([column]) for index in shapes[table].indexes)
    ]


def test_the_catalogue_has_66_indexes_five_of_them_unique_and_13_prefixes_of_others() -> None:
    needed = [(table, index) for table, by in catalogue().indexes.items() for index in by.values()]
    assert len(needed) == len(verify(OURS)) == 66
    assert sum(index.unique for _, index in needed) == 5
    prefixes = [
        one.columns
        for table, one in needed
        if any(
            table == other_table
            and len(other.columns) > len(one.columns)
            and other.columns[: len(one.columns)] == one.columns
            for other_table, other in needed
        )
    ]
    assert len(prefixes) == 13


def test_every_index_of_the_catalogue_is_served_by_the_models() -> None:
    assert unserved(OURS) == []


def test_every_index_of_the_catalogue_is_served_by_a_database_made_by_the_revisions(
    platform_url: str,
) -> None:
    engine = open_engine(platform_url, read_only=True)
    with engine.connect() as connection:
        live = shapes_of_database(connection, OURS)
        assert set(live) == set(OURS)
        assert unserved(live) == []
    engine.dispose()


def test_no_index_of_ours_is_the_beginning_of_another() -> None:
    """Both a plain index and what a longer one serves as well cost every write twice."""
    doubled = [
        (index.name, other.name)
        for shape in OURS.values()
        for index in shape.indexes
        for other in shape.indexes
        if index is not other and not index.unique and other.begins_with(index.columns)
    ]
    assert doubled == []


def test_every_foreign_key_has_an_index() -> None:
    assert uncovered(OURS) == []


def test_every_index_of_ours_is_needed() -> None:
    """By the catalogue, a foreign key, a unique rule, or a reason that the catalogue states."""
    reasons = catalogue().own
    idle = {
        index.name
        for table, shape in OURS.items()
        for index in shape.indexes
        if not index.unique and not unserved(without(index, table)) and not uncovered(without(index, table))
    }
    assert idle == set(reasons)
    assert all(reasons.values())


def shape(columns: str, *indexes: Index) -> Shape:
    return Shape(frozenset(columns.split()), indexes)


def verdict_on(name: str, shapes: dict[str, Shape]) -> Verdict:
    return next(verdict for verdict in verify(shapes) if verdict.name == name)


def test_a_longer_index_serves_only_when_it_begins_with_the_columns() -> None:
    begins = shape("company_id starts_at", Index("i", ("company_id", "starts_at")))
    assert verdict_on("appointments_company_id_index", {"appointments": begins}).served_by == "i"
    assert verdict_on("appointments_starts_at_index", {"appointments": begins}).served_by is None


def test_a_unique_index_needs_a_unique_rule() -> None:
    plain = Index("plain", ("staff_id", "event_type_id"))
    rule = Index("rule", ("event_type_id", "staff_id"), unique=True)
    narrower = Index("narrower", ("staff_id",), unique=True)
    columns = "staff_id event_type_id"
    for indexes, served in (
        ((plain,), None),
        ((rule,), None),  # unique, but a look-up of a person's rows cannot use it
        ((plain, rule), "plain"),
        ((plain, narrower), "plain"),
    ):
        found = verdict_on("staff_event_types_unique", {"staff_event_types": shape(columns, *indexes)})
        assert found.served_by == served


def test_a_column_is_found_under_its_twin_also_in_another_table() -> None:
    shapes = {
        "calls": shape("retell_call_id", Index("r", ("retell_call_id",), unique=True)),
        "appointments": shape("call_id", Index("c", ("call_id",))),
    }
    assert verdict_on("calls_call_id_index", shapes).served_by == "r"
    moved = verdict_on("calls_appointment_id_index", shapes)
    assert (moved.table, moved.columns, moved.served_by) == ("appointments", ("call_id",), "c")


def test_a_database_of_the_platform_is_held_to_its_own_names() -> None:
    shapes = {"calls": shape("call_id retell_call_id", Index("r", ("retell_call_id",)))}
    found = verdict_on("calls_call_id_index", shapes)
    assert (found.columns, found.served_by) == (("call_id",), None)


def test_a_column_that_is_not_there_is_named() -> None:
    found = verdict_on("calls_duration_sec_index", {"calls": shape("id")})
    assert (found.served_by, found.lacks) == (None, ("duration_sec",))
    assert verdict_on("users_email_index", {}).lacks == ("email",)


@pytest.mark.parametrize("statement", ["CREATE INDEX part ON users (name) WHERE is_active = 1"])
def test_an_index_over_some_rows_does_not_count(sqlite_platform_url: str, statement: str) -> None:
    engine = open_engine(sqlite_platform_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
        names = {index.name for index in shapes_of_database(connection, ["users"])["users"].indexes}
    engine.dispose()
    assert "part" not in names
    assert "users_email_index" in names
