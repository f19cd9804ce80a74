"""The catalogue of indexes every database of the platform needs, and which of them a database has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import msgspec
import yaml
from sqlalchemy import Connection, Inspector, MetaData, Table, UniqueConstraint, inspect
from sqlalchemy.engine.interfaces import ReflectedIndex

from askpro_cli.base.shipped import shipped_path

PRIMARY_KEY = "primary key"
"""What the index of a primary key is called here; databases call it differently."""


class Needed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An index of the catalogue; *columns* as the platform calls them."""

    columns: list[str]
    purpose: str
    unique: bool = False


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of a table that never existed, and those that took their place."""

    table: str
    wrong: list[str]
    right: list[str]


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``config/indexes.yaml``.

    Args:
        corrected: what the first list of these indexes got wrong.
        twins: ``table.column`` of the catalogue → what other databases call it.
        own: indexes of ours beyond the catalogue, foreign keys and unique rules → why.
        indexes: table → name → index.
    """

    corrected: list[Correction]
    twins: dict[str, str]
    own: dict[str, str]
    indexes: dict[str, dict[str, Needed]]


@dataclass(frozen=True, slots=True)
class Index:
    """An index that is there: of a unique rule or a primary key, too."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False

    def begins_with(self, columns: Iterable[str]) -> bool:
        """Tell whether a look-up by *columns* can use it."""
        wanted = tuple(columns)
        return self.columns[: len(wanted)] == wanted


@dataclass(frozen=True, slots=True)
class Shape:
    """A table's columns and indexes."""

    columns: frozenset[str]
    indexes: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one index of the catalogue.

    Args:
        name: the platform's name of it.
        table: where it must be in this database.
        columns: as this database calls them.
        served_by: the index that serves; None: it is missing.
        lacks: columns that this database has under no name: the index cannot be there.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    served_by: str | None = None
    lacks: tuple[str, ...] = field(default=())


@cache
def catalogue() -> Catalogue:
    """Return the shipped catalogue."""
    document = yaml.safe_load(shipped_path("indexes.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(document, Catalogue)


def verify(shapes: Mapping[str, Shape], wanted: Catalogue | None = None) -> list[Verdict]:
    """Return for each index of the catalogue whether one of *shapes* (by table) serves as it.

    An index serves when it begins with the columns wanted. Where the catalogue wants a unique one, a unique
    rule over these columns, or fewer of them, must be there too.
    """
    chosen = wanted or catalogue()
    return [
        _verdict(name, table, needed, shapes, chosen.twins)
        for table, indexes in chosen.indexes.items()
        for name, needed in indexes.items()
    ]


def _verdict(
    name: str, table: str, needed: Needed, shapes: Mapping[str, Shape], twins: Mapping[str, str]
) -> Verdict:
    places = [_place(table, column, shapes, twins) for column in needed.columns]
    lacks = tuple(
        column for column, place in zip(needed.columns, places, strict=True) if not _there(*place, shapes)
    )
    tables = {found for found, _ in places}
    columns = tuple(column for _, column in places)
    if lacks or len(tables) > 1:  # columns of two tables have no common index
        return Verdict(name, table, tuple(needed.columns), lacks=lacks or tuple(needed.columns))
    (where,) = tables
    return Verdict(name, where, columns, _served(shapes[where].indexes, columns, unique=needed.unique))


def _place(table: str, column: str, shapes: Mapping[str, Shape], twins: Mapping[str, str]) -> tuple[str, str]:
    """Return table and column that hold the fact in this database."""
    twin = twins.get(f"{table}.{column}")
    if twin is None or _there(table, column, shapes):
        return table, column
    elsewhere, _, name = twin.partition(".")
    return elsewhere, name


def _there(table: str, column: str, shapes: Mapping[str, Shape]) -> bool:
    return table in shapes and column in shapes[table].columns


def _served(indexes: Iterable[Index], columns: tuple[str, ...], *, unique: bool) -> str | None:
    """Return the name of the index that serves, the shortest of several."""
    having = sorted(indexes, key=lambda index: (len(index.columns), index.name))
    if unique and not any(index.unique and set(index.columns) <= set(columns) for index in having):
        return None
    return next((index.name for index in having if index.begins_with(columns)), None)


def shapes_of_models(metadata: MetaData) -> dict[str, Shape]:
    """Return the tables as the models declare them."""
    return {
        table.name: Shape(frozenset(table.columns.keys()), declared_indexes(table))
        for table in metadata.tables.values()
    }


def shapes_of_database(connection: Connection, tables: Iterable[str]) -> dict[str, Shape]:
    """Return those of *tables* that are there, as they are."""
    found = inspect(connection)
    there = set(found.get_table_names())
    return {
        name: Shape(
            frozenset(column["name"] for column in found.get_columns(name)), live_indexes(found, name)
        )
        for name in sorted(set(tables) & there)
    }


def declared_indexes(table: Table) -> tuple[Index, ...]:
    """Return the primary key, the unique rules and the indexes of a model."""
    key = Index(PRIMARY_KEY, tuple(table.primary_key.columns.keys()), unique=True)
    rules = [
        Index(str(rule.name), tuple(rule.columns.keys()), unique=True)
        for rule in table.constraints
        if isinstance(rule, UniqueConstraint)
    ]
    indexes = [
        Index(str(index.name), tuple(index.columns.keys()), unique=bool(index.unique))
        for index in table.indexes
    ]
    return (key, *rules, *indexes)


def live_indexes(found: Inspector, table: str) -> tuple[Index, ...]:
    """Return the same of a live table, each once, but for indexes over parts or expressions."""
    key = Index(PRIMARY_KEY, tuple(found.get_pk_constraint(table)["constrained_columns"]), unique=True)
    rules = {
        str(rule["name"]): Index(str(rule["name"]), tuple(rule["column_names"]), unique=True)
        for rule in found.get_unique_constraints(table)
    }
    indexes = [
        Index(str(index["name"]), tuple(map(str, index["column_names"])), bool(index["unique"]))
        for index in found.get_indexes(table)
        if index["name"] not in rules and not _is_partial(index)
    ]
    return (key, *rules.values(), *indexes)


def _is_partial(index: ReflectedIndex) -> bool:
    """Tell whether it covers only some rows, the beginnings of texts, or expressions."""
    options = index.get("dialect_options", {})
    return None in index["column_names"] or any(name.endswith(("_where", "_length")) for name in options)
