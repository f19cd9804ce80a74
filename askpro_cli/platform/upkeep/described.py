"""A table in plain words, alike for the models and for a live database, so that the two can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, Dialect, ForeignKeyConstraint, Inspector, Table
from sqlalchemy.types import TypeEngine

from askpro_cli.platform.indexes import Index, declared_indexes, live_indexes

_JSON_TEXT = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"  # what MariaDB's JSON is
_SERVER_FAMILY = ("mysql", "mariadb")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        type: as the database calls it.
        nullable: whether it may be empty.
        filled: a value comes from the database where none is given (a default, a counter).
    """

    type: str
    nullable: bool
    filled: bool


@dataclass(frozen=True, slots=True, order=True)
class ForeignKey:
    """A reference to another table; *action*: what a change over there does here, empty: it is refused."""

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]
    action: str

    def __str__(self) -> str:
        """Return it as a person reads it."""
        said = f"{', '.join(self.columns)} to {self.table} ({', '.join(self.targets)})"
        return f"{said} {self.action}".strip()


@dataclass(frozen=True, slots=True)
class Described:
    """A table.

    Args:
        columns: by name.
        indexes: the primary key, unique rules and indexes; those over parts or expressions left out.
        foreign: its foreign keys.
        checks: rules about a row, by name, without quotes, brackets and spaces.
        kind: engine and character set (MariaDB, MySQL), else empty.
    """

    columns: dict[str, Column]
    indexes: tuple[Index, ...]
    foreign: frozenset[ForeignKey]
    checks: dict[str, str]
    kind: str


def declared(table: Table, dialect: Dialect) -> Described:
    """Return a table as its model wants it on *dialect*."""
    return Described(
        {column.name: _declared_column(table, column, dialect) for column in table.columns},
        declared_indexes(table),
        frozenset(
            ForeignKey(
                tuple(rule.column_keys),
                rule.referred_table.name,
                tuple(element.column.name for element in rule.elements),
                _action({"ondelete": rule.ondelete, "onupdate": rule.onupdate}),
            )
            for rule in table.constraints
            if isinstance(rule, ForeignKeyConstraint)
        ),
        {
            str(rule.name): _bare(str(rule.sqltext))
            for rule in table.constraints
            if isinstance(rule, CheckConstraint)
        },
        "InnoDB, utf8mb4" if dialect.name in _SERVER_FAMILY else "",
    )


def live(found: Inspector, name: str) -> Described:
    """Return a table as it is."""
    dialect = found.dialect
    return Described(
        {column["name"]: _live_column(column, dialect) for column in found.get_columns(name)},
        live_indexes(found, name),
        frozenset(
            ForeignKey(
                tuple(key["constrained_columns"]),
                key["referred_table"],
                tuple(key["referred_columns"]),
                _action(key["options"]),
            )
            for key in found.get_foreign_keys(name)
        ),
        {
            str(rule["name"]): _bare(rule["sqltext"])
            for rule in found.get_check_constraints(name)
            if "json_valid" not in rule["sqltext"]  # MariaDB's own, of its JSON columns
        },
        _kind(found, name) if dialect.name in _SERVER_FAMILY else "",
    )


def _declared_column(table: Table, column: Any, dialect: Dialect) -> Column:
    counts = column is table.autoincrement_column and dialect.name != "sqlite"
    return Column(
        type_name(column.type, dialect) + (", counted up" if counts else ""), bool(column.nullable), counts
    )


def _live_column(column: Any, dialect: Dialect) -> Column:
    default = str(column.get("default") or "")
    counts = "nextval(" in default or bool(column.get("identity")) or column.get("autoincrement") is True
    counts = counts and dialect.name != "sqlite"
    return Column(
        type_name(column["type"], dialect) + (", counted up" if counts else ""),
        bool(column["nullable"]),
        filled=counts or bool(default) or bool(column.get("computed")),
    )


def type_name(kind: TypeEngine[Any], dialect: Dialect) -> str:
    """Return the one name of a type on *dialect*, whichever way it was said."""
    said = kind.compile(dialect=dialect)
    if dialect.name not in _SERVER_FAMILY:
        return said
    if said == _JSON_TEXT:
        return "JSON"
    if said in ("BOOL", "TINYINT(1)"):
        return "BOOL"
    said = re.sub(r"^(TINYINT|SMALLINT|INTEGER|BIGINT)\(\d+\)", r"\1", said)  # widths only pad with blanks
    return re.sub(r" CHARACTER SET utf8mb4( COLLATE \w+_ci)?", "", said)


def _action(options: Any) -> str:
    """Return what a change of the target does to our rows; refusing it, however it is said, is nothing."""
    said = [
        (word, str(options.get(key) or "").upper())
        for key, word in (("ondelete", "on delete"), ("onupdate", "on update"))
    ]
    return " ".join(
        f"{word} {action}" for word, action in said if action not in ("", "NO ACTION", "RESTRICT")
    )


def _bare(text: str) -> str:
    return re.sub(r'[`"()\s]', "", text).lower()


def _kind(found: Inspector, name: str) -> str:
    options = {key.partition("_")[2]: value for key, value in found.get_table_options(name).items()}
    return f"{options.get('engine')}, {options.get('default charset')}"
