"""What a statement reads or changes otherwise than through the models: nobody can add a company to that.

Columns and tables that come from a model carry its entity as an annotation of SQLAlchemy's; those taken from
a table by hand carry none, and into a text of SQL nobody looks at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Alias, ClauseElement, ColumnClause, Join, Select, SelectBase, TableClause, TextClause
from sqlalchemy.sql import visitors

TEXT = "a text of SQL"

_HARMLESS = ("*", "1")  # count(*), EXISTS (SELECT 1 …)


def past_models(statement: ClauseElement, guarded: Collection[str]) -> set[str]:
    """Return which of the tables *guarded* a statement names past the models, and :data:`TEXT` if it has any.

    Args:
        statement: any statement.
        guarded: names of tables.
    """
    found = _bare(statement)
    for one in visitors.iterate(statement):
        if isinstance(one, Select) and one is not statement:
            found |= _bare(one)
        elif is_text(one):
            found.add(TEXT)
    return found & {TEXT, *guarded}


def is_text(one: Any) -> bool:
    """Tell whether a part of a statement is SQL in words."""
    if isinstance(one, ColumnClause):
        return one.is_literal and one.name not in _HARMLESS
    return isinstance(one, TextClause)


def _bare(scope: Any) -> set[str]:
    """Return the tables that one query of a statement has in its FROM and no model brought there."""
    from_columns: set[str] = set()
    from_models: set[str] = set()
    others: set[str] = set().union(*map(_bare_tables, _sources(scope)))
    for part in _own_parts(scope):
        if isinstance(part, ColumnClause) and part.table is not None:
            itself = {part.table.name} if isinstance(part.table, TableClause) else set()
            if _is_of_a_model(part):
                from_models |= itself
            else:
                from_columns |= itself
                others |= set() if itself else _bare_tables(part.table)
        elif isinstance(part, TableClause) and _is_of_a_model(part):
            from_models.add(part.name)
    # SQLAlchemy's own look-up by key names the column by its table, beside the model.
    return others | (from_columns - from_models)


def _own_parts(scope: ClauseElement) -> Iterator[Any]:
    """Yield the parts of a query, without those of queries inside it."""
    parts = list(scope.get_children())
    while parts:
        part = parts.pop()
        yield part
        if not isinstance(part, SelectBase):
            parts.extend(part.get_children())


def _sources(scope: Any) -> list[Any]:
    """Return what a query selects, selects from, and joins, as it was written."""
    if not isinstance(scope, Select):
        return []
    joined = [join[0] for join in scope._setup_joins]  # noqa: SLF001 - nothing public tells it unadapted
    return [*scope._raw_columns, *scope._from_obj, *joined]  # noqa: SLF001 - the same


def _bare_tables(source: Any) -> set[str]:
    """Return the tables in a FROM that no model brought there; queries in it are looked at by themselves."""
    if isinstance(source, Join):
        return _bare_tables(source.left) | _bare_tables(source.right)
    if isinstance(source, Alias) and not _is_of_a_model(source):
        return _bare_tables(source.element)
    if isinstance(source, TableClause) and not _is_of_a_model(source):
        return {source.name}
    return set()


def _is_of_a_model(one: ClauseElement) -> bool:
    return "parententity" in one._annotations  # noqa: SLF001 - no public way
