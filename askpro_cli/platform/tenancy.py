"""A session sees one company's rows and nothing else, whatever the query forgot to say.

Every ORM query of a company's session gets ``company_id = …`` for each entity that belongs to a company,
joins and aliases included; new rows get the company, and a row of another one is refused. Looking at the
whole platform is possible only through :func:`platform_wide`, which says why in the log.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ClauseElement, Table, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import ExecutableOption

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import AskproError
from askpro_cli.platform.schema import Activity, Base, OfCompany, Stamped, User

COMPANY = "askpro_company_id"
PLATFORM_WIDE = "askpro_platform_wide"
CLOCK = "askpro_clock"

_MAY_LACK_COMPANY = (Activity, User)


class TenantSession(Session):
    """A session of one company (``info[COMPANY]``), or of the whole platform (``info[PLATFORM_WIDE]``).

    Rows are made with ``session.add``, where their company is seen to; bulk inserts would go past that.
    """


@event.listens_for(TenantSession, "do_orm_execute")
def _scope(state: ORMExecuteState) -> None:
    """Add the company to every statement; refuse what cannot be scoped."""
    info = state.session.info
    if info.get(PLATFORM_WIDE) or state.is_column_load or state.is_relationship_load:
        return
    if not state.is_orm_statement:
        _refuse_tables(state)
        return
    company_id = info.get(COMPANY)
    if company_id is None:
        _refuse_no_company(state)
        return
    _refuse_writes_past_the_rows(state)
    state.statement = state.statement.options(*_bounds(company_id))


@lru_cache(maxsize=1024)
def _bounds(company_id: int) -> tuple[ExecutableOption, ...]:
    """Return what bounds a query to a company; kept, for making it costs more than a small query."""
    return tuple(
        with_loader_criteria(model, lambda cls: cls.company_id == company_id, include_aliases=True)
        for model in (OfCompany, *_MAY_LACK_COMPANY)
    )


def _tables(state: ORMExecuteState) -> set[str]:
    statement = cast("ClauseElement", state.statement)
    return {one.name for one in visitors.iterate(statement) if isinstance(one, Table)}


def _of_companies() -> set[str]:
    owned = (OfCompany, *_MAY_LACK_COMPANY)
    mappers = [mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, owned)]
    return {str(mapper.local_table) for mapper in mappers}


def _refuse_tables(state: ORMExecuteState) -> None:
    """Refuse a statement past the models: nobody could add the company to it."""
    touched = sorted(_tables(state) & _of_companies())
    if touched or not _tables(state):
        named = ", ".join(touched) or "a text of SQL"
        message = f"a company's session was asked about {named} past the models"
        raise AskproError(message, hint="query the models, or say platform_wide")


def _refuse_no_company(state: ORMExecuteState) -> None:
    """Refuse a query for a company's rows in a session without one; other tables are free."""
    touched = sorted(_tables(state) & _of_companies())
    if touched:
        message = f"{', '.join(touched)} was asked without saying whose rows"
        raise AskproError(message, hint="name the company")


def _refuse_writes_past_the_rows(state: ORMExecuteState) -> None:
    """Refuse an insert in bulk, and an update that would hand rows over to another company."""
    if state.is_insert:
        raise AskproError(
            "a company's rows were to be inserted in bulk", hint="session.add gives each its company"
        )
    named = {getattr(column, "key", column) for column in getattr(state.statement, "_values", None) or ()}
    if state.is_update and "company_id" in named:
        raise AskproError("a row never changes its company")


@event.listens_for(TenantSession, "before_flush")
def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    """Give new rows their company and times; refuse rows of another company."""
    now = _now(session)
    for row in session.new:
        _give_company(session, row)
        if isinstance(row, Stamped):
            row.created_at = row.created_at or now
            row.updated_at = row.updated_at or now
    for row in session.dirty:
        if session.is_modified(row):
            _give_company(session, row)
            if isinstance(row, Stamped):
                row.updated_at = now


def _give_company(session: Session, row: object) -> None:
    company_id = session.info.get(COMPANY)
    if not isinstance(row, (OfCompany, *_MAY_LACK_COMPANY)) or session.info.get(PLATFORM_WIDE):
        return
    if row.company_id is None:
        row.company_id = company_id
    if row.company_id != company_id:
        message = f"a row of {inspect(row).mapper.local_table} belongs to another company"
        raise AskproError(message)


def _now(session: Session) -> datetime:
    clock: Clock = session.info[CLOCK]
    return clock.now()
