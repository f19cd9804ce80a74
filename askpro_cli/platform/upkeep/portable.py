"""Rows as lines of JSON that mean the same on every database.

Instants are UTC with microseconds, times ``HH:MM:SS``, bytes base64, keys sorted, text as UTF-8: equal rows
make equal bytes, so that digests can be compared between SQLite, PostgreSQL and MariaDB.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Time,
    inspect,
)

from askpro_cli.base.errors import AskproError, RecordsError
from askpro_cli.platform.schema import Base
from askpro_cli.platform.schema.base import Instant

REVISION_TABLE = "alembic_version"
_PLAIN = (BigInteger, Integer, Boolean, String, JSON)


class Field(NamedTuple):
    """A column, and how its value becomes JSON and comes back."""

    column: Column[Any]
    to_json: Callable[[Any], Any]
    from_json: Callable[[Any], Any]


class Portable(NamedTuple):
    """A table of the database at hand, with those columns of its model that stand there."""

    table: Table
    fields: tuple[Field, ...]

    @property
    def name(self) -> str:
        """Return the table's name."""
        return str(self.table.name)

    def to_line(self, row: RowMapping) -> bytes:
        """Return a row as one line of JSON, with its newline."""
        values = {one.column.name: one.to_json(row[one.column.name]) for one in self.fields}
        text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass") + b"\n"

    def from_line(self, line: bytes) -> dict[str, Any]:
        """Return the row of a line, ready to be inserted.

        Raises:
            ValueError: the line is no row of this table.
        """
        values = json.loads(line.decode("utf-8", "surrogatepass"))
        if not isinstance(values, dict) or values.keys() != {one.column.name for one in self.fields}:
            message = f"a line is no row of {self.name}"
            raise ValueError(message)
        return {one.column.name: one.from_json(values[one.column.name]) for one in self.fields}


def portable_tables(connection: Connection, where: str) -> tuple[list[Portable], list[str]]:
    """Return the tables of the records, parents first, and the names of others that are not ours.

    A table or column that a later revision brings is left out, so that older records can be backed up too.

    Raises:
        RecordsError: a table has a column that this askpro does not know; it would be lost.
    """
    looking = inspect(connection)
    standing = set(looking.get_table_names()) - {REVISION_TABLE}
    found = []
    for table in Base.metadata.sorted_tables:
        if table.name in standing:
            names = {column["name"] for column in looking.get_columns(table.name)}
            _refuse_unknown(table, names, where)
            found.append(portable(table, names))
    return found, sorted(standing - {one.name for one in found})


def portable(table: Table, names: set[str]) -> Portable:
    """Return *table* with those of its columns that are among *names*."""
    return Portable(table, tuple(_field(column) for column in table.columns if column.name in names))


def _refuse_unknown(table: Table, names: set[str], where: str) -> None:
    unknown = sorted(names - {column.name for column in table.columns})
    if unknown:
        message = f"table {table.name} of {where} has a column {unknown[0]} that this askpro does not know"
        raise RecordsError(message, hint="use the askpro that made it; askpro db check", subject=table.name)


def _field(column: Column[Any]) -> Field:
    if isinstance(column.type, Instant):
        return Field(column, _instant_text, _text_instant)
    if isinstance(column.type, Time):
        return Field(column, _time_text, _text_time)
    if isinstance(column.type, LargeBinary):
        return Field(column, _bytes_text, _text_bytes)
    if isinstance(column.type, _PLAIN):
        return Field(column, _same, _same)
    message = f"nobody said how {column} is written into a backup"
    raise AskproError(message)


def _same(value: Any) -> Any:
    return value


def _bytes_text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode("ascii")


def _text_bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)


def _instant_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _text_instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _time_text(value: time | None) -> str | None:
    return None if value is None else value.isoformat()


def _text_time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)
