"""Statements beside the models that stay inside one company, for where a caller waits on every statement.

A query for rows of a model costs two to five times what the same query costs over tables, a new row as much.
Here a query names its tables and is bounded by its own words: each table of a company's rows needs
``of(table)``, in the condition or where it is joined. It is looked through once, where it is made, and one
that lacks the company is refused there: at the import of its module, not when somebody asks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Alias,
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ClauseElement,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Join,
    Row,
    Select,
    Table,
    and_,
    bindparam,
)
from sqlalchemy.sql import operators, visitors

from askpro_cli.base.errors import AskproError
from askpro_cli.platform import tenancy
from askpro_cli.platform.past_models import is_text
from askpro_cli.platform.schema import Base, Company
from askpro_cli.platform.tenancy import TenantSession

_OF = "of_company"


def of(*tables: FromClause) -> ColumnElement[bool]:
    """Return the condition that the rows of *tables* are those of the session's company."""
    return and_(*(_owner(table) == bindparam(_OF) for table in tables))


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - no model is a view
    return table


class Bounded:
    """A query over tables, bounded to the company of the session that asks it.

    What a session was given and has not written yet, it does not see.

    Args:
        query: with ``of(table)`` for each table of a company's rows.

    Raises:
        AskproError: it lacks the company of a table, or holds a text of SQL.
    """

    def __init__(self, query: Select[Any] | CompoundSelect[Any]) -> None:
        _refuse_unbounded(query)
        self._query = query

    def all(self, session: TenantSession, **values: Any) -> Sequence[Row[Any]]:
        """Return all rows."""
        return session.connection().execute(self._query, values | {_OF: company_of(session)}).all()

    def first(self, session: TenantSession, **values: Any) -> Row[Any] | None:
        """Return the first row, None when there is none."""
        return next(iter(self.all(session, **values)), None)


def company_of(session: TenantSession) -> int:
    """Return whose rows a session sees.

    Raises:
        AskproError: it sees those of no company, or of all.
    """
    company: int | None = session.info.get(tenancy.COMPANY)
    if company is None:
        message = "a company's rows were asked without saying whose"
        raise AskproError(message, hint="name the company")
    return company


def _owner(table: FromClause) -> ColumnElement[int]:
    """Return the column that says whose a row is."""
    column: ColumnElement[int] = table.c.id if _plain(table) is Company.__table__ else table.c.company_id
    return column


def _refuse_unbounded(query: ClauseElement) -> None:
    """Refuse a statement any of whose queries has a company's table and not its company."""
    for one in visitors.iterate(query):
        if is_text(one):
            message = "a query of a company's rows holds a text of SQL"
            raise AskproError(message, hint="write it in columns and tables")
        if isinstance(one, Select):
            _refuse_lacking(one)


def _refuse_lacking(query: Select[Any]) -> None:
    """Refuse one query that has a company's table in its FROM and not its company."""
    sources = query.get_final_froms()
    bounded = set(_bounded_by(query.whereclause)).union(*map(_bounded_in, sources))
    names = {_plain(one).name for source in sources for one in _tables(source) if one not in bounded}
    lacking = names & {*tenancy.of_companies(), Company.__tablename__}
    if lacking:
        message = f"a query of {', '.join(sorted(lacking))} lacks the company"
        raise AskproError(message, hint="add of(table)")


def _bounded_in(source: FromClause) -> set[FromClause]:
    """Return the tables that a join bounds; an outer one takes no row away from its left side."""
    if not isinstance(source, Join) or source.full:
        return set()
    said = set(_bounded_by(source.onclause))
    here = said & set(_tables(source.right)) if source.isouter else said
    return here | _bounded_in(source.left) | _bounded_in(source.right)


def _tables(source: FromClause) -> Iterator[FromClause]:
    """Yield the tables of a FROM, each under the name that it has there."""
    if isinstance(source, Join):
        yield from _tables(source.left)
        yield from _tables(source.right)
    elif isinstance(_plain(source), Table):
        yield source


def _bounded_by(condition: ClauseElement | None) -> Iterator[FromClause]:
    """Yield the tables whose company a condition demands, whatever else it says."""
    if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for part in condition.clauses:
            yield from _bounded_by(part)
    elif isinstance(condition, BinaryExpression) and condition.operator is operators.eq:
        column, value = condition.left, condition.right
        if isinstance(value, BindParameter) and value.key == _OF and column.key == _owner(column.table).key:
            yield column.table


def _plain(table: FromClause) -> Any:
    return table.element if isinstance(table, Alias) else table
