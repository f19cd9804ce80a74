"""All rows of a table in the order of its key, the same order on every database, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, String, and_, collate, or_, select

from askpro_cli.platform.upkeep.portable import Portable

BATCH = 500
"""Rows read or written at once: what bounds the memory, and the time of a statement."""


def read_lines(connection: Connection, one: Portable) -> Iterator[list[bytes]]:
    """Yield all rows as lines, in batches; each batch is a short statement of its own."""
    for rows in _batches(connection, one):
        yield [one.to_line(row) for row in rows]


def _batches(connection: Connection, one: Portable) -> Iterator[Sequence[RowMapping]]:
    keys = list(one.table.primary_key.columns)
    order = [_comparable(column, connection) for column in keys]
    query = select(*(field.column for field in one.fields)).order_by(*order).limit(BATCH)
    rows = connection.execute(query).mappings().all()
    while rows:
        yield rows
        if len(rows) < BATCH:
            return
        last = [rows[-1][column.name] for column in keys]
        rows = connection.execute(query.where(_after(order, last))).mappings().all()


def _comparable(column: Column[Any], connection: Connection) -> ColumnElement[Any]:
    """Return a key column as it is ordered byte by byte, which PostgreSQL does only when told."""
    if connection.dialect.name == "postgresql" and isinstance(column.type, String):
        return collate(column, "C")
    return column


def _after(order: Sequence[ColumnElement[Any]], last: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition for rows behind the one whose key is *last*."""
    return or_(
        *(
            and_(*(order[at] == last[at] for at in range(position)), order[position] > last[position])
            for position in range(len(order))
        )
    )
