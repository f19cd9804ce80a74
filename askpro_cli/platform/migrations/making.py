"""What revisions make tables with. Shipped revisions rely on it: what a call makes never changes.

PostgreSQL and SQLite run all pending revisions as one transaction. MariaDB and MySQL commit every statement
by itself; there a table comes with its keys in one ``CREATE TABLE IF NOT EXISTS``: killed anywhere, it is
there completely or not at all, and the revision may simply run again.
"""

from __future__ import annotations

from typing import Any, NoReturn

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ColumnCollectionConstraint, CreateTable, SchemaItem

from askpro_cli.base.errors import RecordsError, RefusedError

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
LONG_TEXT = sa.UnicodeText().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
BYTES = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
INSTANT = (
    sa.DateTime()
    .with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
    .with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
)


class InlineKey(ColumnCollectionConstraint):
    """An index as MariaDB and MySQL write it inside a table."""


@compiles(InlineKey, "mysql", "mariadb")
def _inline(key: InlineKey, compiler: Any, **_options: Any) -> str:
    quote = compiler.preparer.quote
    return f"KEY {quote(key.name)} ({', '.join(quote(column.name) for column in key.columns)})"


def ascii_text(length: int) -> sa.types.TypeEngine[str]:
    """Return the type of plain ASCII compared byte by byte."""
    exact = mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


def required(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that always has a value."""
    return sa.Column(name, kind, nullable=False)


def optional(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that may be NULL."""
    return sa.Column(name, kind, nullable=True)


def primary(*columns: str) -> sa.PrimaryKeyConstraint:
    """Return the primary key."""
    return sa.PrimaryKeyConstraint(*columns)


def unique(name: str, *columns: str) -> sa.UniqueConstraint:
    """Return a unique rule."""
    return sa.UniqueConstraint(*columns, name=name)


def check(name: str, condition: str) -> sa.CheckConstraint:
    """Return a rule about one row."""
    return sa.CheckConstraint(condition, name=name)


def foreign(column: str, target: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key to the ``id`` of *target*; it is called ``<table>_<column>_foreign``."""
    return sa.ForeignKeyConstraint([column], [f"{target}.id"])


def make_table(name: str, *items: SchemaItem, indexes: dict[str, list[str]] | None = None) -> None:
    """Make a table with its indexes (name → columns).

    Raises:
        RecordsError: a table of that name is there already, and no killed upgrade of ours left it.
    """
    wanted = indexes or {}
    found = _columns(name)
    if op.get_bind().dialect.name in ("mysql", "mariadb"):
        keys = [InlineKey(*columns, name=index) for index, columns in wanted.items()]
        _make_or_finish(_table(name, *items, *keys), wanted, found)
        return
    if found:
        raise _in_the_way(name)
    op.execute(CreateTable(_table(name, *items)))
    _make_indexes(name, wanted)


def _make_or_finish(table: sa.Table, indexes: dict[str, list[str]], found: set[str]) -> None:
    """Make the table by one statement; where it is there already, make sure that it is this one."""
    if not found:
        op.execute(CreateTable(table, if_not_exists=True))
        return
    if found != set(table.columns.keys()):
        raise _in_the_way(table.name)
    # Revision 0001 once made its index by a second statement, before which it may have been killed.
    there = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table.name)}
    _make_indexes(table.name, {index: columns for index, columns in indexes.items() if index not in there})


def _in_the_way(name: str) -> RecordsError:
    message = f"there is a table {name} in the database already that no recorded revision of askpro made"
    hint = "give the records a database of their own, or restore a whole backup"
    return RecordsError(message, hint=hint, subject=name)


def _table(name: str, *items: SchemaItem) -> sa.Table:
    """Return the table, with stand-ins for those that its foreign keys name."""
    metadata = sa.MetaData(naming_convention={"fk": "%(table_name)s_%(column_0_name)s_foreign"})
    foreign_keys = [item for item in items if isinstance(item, sa.ForeignKeyConstraint)]
    for target in {element.target_fullname.split(".")[0] for key in foreign_keys for element in key.elements}:
        sa.Table(target, metadata, sa.Column("id", KEY))
    return sa.Table(name, metadata, *items, mysql_engine="InnoDB", mysql_charset="utf8mb4")


def _columns(name: str) -> set[str]:
    """Return the columns of a table; none: it is not there."""
    found = sa.inspect(op.get_bind())
    return {str(column["name"]) for column in found.get_columns(name)} if found.has_table(name) else set()


def _make_indexes(name: str, indexes: dict[str, list[str]]) -> None:
    for index, columns in indexes.items():
        op.create_index(index, name, columns)


def add_column(table: str, column: sa.Column[Any]) -> None:
    """Add a column that may be NULL; one that a killed upgrade has added already is left."""
    if column.name not in _columns(table):
        op.add_column(table, column)


def add_index(table: str, name: str, *columns: str) -> None:
    """Add an index; one that a killed upgrade has added already is left."""
    if name not in {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(name, table, list(columns))


def refuse_downgrade(revision: str) -> NoReturn:
    """Refuse to take a revision back.

    Raises:
        RefusedError: always: rows written since would be lost.
    """
    message = f"revision {revision} is not taken back: rows written since would be lost"
    raise RefusedError(message, hint="restore a backup made before the upgrade", subject=revision)
