"""Rows written beside the models: with their company and times, as a session gives them to its own.

For where a caller waits; a row that is worked with afterwards is better added to the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, Update, bindparam, insert, update
from sqlalchemy.exc import IntegrityError

from askpro_cli.base.errors import AskproError
from askpro_cli.platform import tenancy
from askpro_cli.platform.bounded import company_of, table_of
from askpro_cli.platform.schema import Base, Stamped
from askpro_cli.platform.tenancy import TenantSession

_OWNER = "company_id"
_KEY, _OF = "of_key", "of_company"  # apart from the columns that are written


def add_row(session: TenantSession, model: type[Base], **values: Any) -> int:
    """Write a new row of the session's company and return its key.

    Raises:
        AskproError: the values name a company, or the session has none.
    """
    written = session.connection().execute(_insert(model), _complete(session, model, values))
    assert written.inserted_primary_key is not None  # noqa: S101 - the key is counted up
    key: int = written.inserted_primary_key[0]
    return key


def add_unless_there(session: TenantSession, model: type[Base], **values: Any) -> int | None:
    """Write a new row as :func:`add_row` does; None when one like it is there already."""
    connection = session.connection()
    careful = _careful_insert(model, connection.dialect.name)
    if careful is not None and connection.dialect.insert_returning:
        row = _complete(session, model, values)
        key: int | None = connection.execute(careful, row).scalar_one_or_none()
        return key
    try:
        with connection.begin_nested():
            return add_row(session, model, **values)
    except IntegrityError:
        return None


def add_all_unless_there(
    session: TenantSession, model: type[Base], key: str, rows: Sequence[dict[str, Any]]
) -> frozenset[str]:
    """Write new rows in one statement; return the *key* of those that were not there already.

    Where the database cannot pass over those that are, one that is there keeps all from being written.

    Args:
        session: of the company.
        model: of the rows.
        key: a column that tells them apart.
        rows: all with the same columns.
    """
    if not rows:
        return frozenset()
    complete = [_complete(session, model, row) for row in rows]
    connection = session.connection()
    careful = _careful_insert(model, connection.dialect.name, key)
    if careful is not None and connection.dialect.insert_returning:
        return frozenset(connection.scalars(careful, complete))
    try:
        with connection.begin_nested():
            connection.execute(_insert(model), complete)
    except IntegrityError:
        return frozenset()
    return frozenset(row[key] for row in rows)


def change_row(session: TenantSession, model: type[Base], key: int, **values: Any) -> bool:
    """Change columns of a row of the session's company; False when it has none of this key.

    Raises:
        AskproError: the values name a company, or the session has none.
    """
    row = _complete(session, model, values)
    row.pop("created_at", None)
    statement = _update(model, frozenset(row))
    return bool(session.connection().execute(statement, {**row, _KEY: key, _OF: row[_OWNER]}).rowcount)


def _complete(session: TenantSession, model: type[Base], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with what every row of a company has."""
    if _OWNER in values:
        message = "a row gets the company of its session"
        raise AskproError(message)
    row = values | {_OWNER: company_of(session)}
    if issubclass(model, Stamped):
        now = session.info[tenancy.CLOCK].now()
        row |= {"created_at": now, "updated_at": now}
    return row


@cache
def _insert(model: type[Base]) -> Insert:
    return insert(table_of(model))


@cache
def _update(model: type[Base], names: frozenset[str]) -> Update:
    table = table_of(model)
    values: dict[str, Any] = {name: bindparam(name) for name in names - {_OWNER}}
    return (
        update(table)
        .where(table.c.id == bindparam(_KEY), table.c.company_id == bindparam(_OF))
        .values(values)
    )


@cache
def _careful_insert(model: type[Base], dialect: str, key: str = "id") -> Insert | None:
    """Return an INSERT that passes over a row that is there and returns *key*, None where there is none.

    MariaDB's INSERT IGNORE would also pass over mistakes that have nothing to do with uniqueness.
    """
    table = table_of(model)
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # 20 ms that no other database needs

        return postgresql.insert(table).on_conflict_do_nothing().returning(table.c[key])
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table).on_conflict_do_nothing().returning(table.c[key])
    return None
