"""A session sees one company's rows and nothing else, whatever the query forgot to say.

Every ORM query of a company's session gets ``company_id = …`` for each entity that belongs to a company,
joins and aliases included; new rows get the company, and a row of another one is refused. Looking at the
whole platform is possible only through :func:`platform_wide`, which says why in the log.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NoReturn, cast
from weakref import WeakKeyDictionary

from sqlalchemy import ClauseElement, Connection, Table, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import ExecutableOption

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import AskproError
from askpro_cli.platform.past_models import past_models
from askpro_cli.platform.schema import Activity, Base, Company, OfCompany, Stamped, User

COMPANY = "askpro_company_id"
PLATFORM_WIDE = "askpro_platform_wide"
CLOCK = "askpro_clock"

_MAY_LACK_COMPANY = (Activity, User)

_kept: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()
"""Of each query that was looked through, as long as somebody has it: what bounds it to which company."""


class TenantSession(Session):
    """A session of one company (``info[COMPANY]``), or of the whole platform (``info[PLATFORM_WIDE]``).

    Rows are made with ``session.add`` and read by queries, where their company is seen to; what goes past
    both, or takes up a row of an earlier transaction, is refused.
    """

    def connection(self, *args: Any, **options: Any) -> Connection:
        """Return the connection that carries the transaction; the session need not begin one over it."""
        if isinstance(self.bind, Connection) and not args and not options:
            return self.bind
        return super().connection(*args, **options)

    def bulk_save_objects(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: no company would be given."""
        raise _in_bulk()

    def bulk_insert_mappings(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: no company would be given."""
        raise _in_bulk()

    def bulk_update_mappings(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: no company would be asked for."""
        raise _in_bulk()


@event.listens_for(TenantSession, "do_orm_execute")
def _scope(state: ORMExecuteState) -> None:
    """Add the company to every statement; refuse what cannot be scoped."""
    info = state.session.info
    if info.get(PLATFORM_WIDE) or state.is_column_load or state.is_relationship_load:
        return
    company_id = info.get(COMPANY)
    kept = _kept.get(state.statement, {}).get(company_id)
    if kept is not None:
        state.statement = kept
        return
    _refuse_past_models(state)
    if company_id is None:
        _refuse_no_company(state)
        return
    _refuse_writes_past_the_rows(state)
    if state.is_orm_statement:
        _bound(state, company_id)


def _bound(state: ORMExecuteState, company_id: int) -> None:
    """Bound a statement to a company; a bounded query is kept, for those of a module are said often."""
    asked = state.statement
    state.statement = asked.options(*_bounds(company_id))
    if state.is_select:
        _kept.setdefault(asked, {})[company_id] = state.statement


@lru_cache(maxsize=1024)
def _bounds(company_id: int) -> tuple[ExecutableOption, ...]:
    """Return what bounds a query to a company; kept, for making it costs more than a small query."""
    of_it = (
        with_loader_criteria(model, lambda cls: cls.company_id == company_id, include_aliases=True)
        for model in (OfCompany, *_MAY_LACK_COMPANY)
    )
    itself = with_loader_criteria(Company, lambda cls: cls.id == company_id, include_aliases=True)
    return (*of_it, itself)


def _tables(state: ORMExecuteState) -> set[str]:
    statement = cast("ClauseElement", state.statement)
    return {one.name for one in visitors.iterate(statement) if isinstance(one, Table)}


@cache
def of_companies() -> frozenset[str]:
    """Return the tables whose rows belong to a company, by their names."""
    owned = (OfCompany, *_MAY_LACK_COMPANY)
    mappers = [mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, owned)]
    return frozenset(str(mapper.local_table) for mapper in mappers)


def _refuse_past_models(state: ORMExecuteState) -> None:
    """Refuse a statement past the models: nobody could add the company to it."""
    touched = past_models(cast("ClauseElement", state.statement), of_companies())
    if touched:
        message = f"a company's session was asked about {', '.join(sorted(touched))} past the models"
        raise AskproError(message, hint="query the models, or say platform_wide")


def _refuse_no_company(state: ORMExecuteState) -> None:
    """Refuse a query for a company's rows in a session without one; other tables are free."""
    touched = sorted(_tables(state) & of_companies())
    if touched:
        message = f"{', '.join(touched)} was asked without saying whose rows"
        raise AskproError(message, hint="name the company")


def _refuse_writes_past_the_rows(state: ORMExecuteState) -> None:
    """Refuse changes in bulk, and an update that would hand rows over to another company."""
    if state.is_insert or (state.is_update and isinstance(state.parameters, list)):
        raise _in_bulk()
    values = getattr(state.statement, "_values", None) or ()
    named = {getattr(column, "key", column) for column in (*values, *(state.parameters or ()))}
    if state.is_update and "company_id" in named:
        raise AskproError("a row never changes its company")


def _in_bulk() -> AskproError:
    message = "a company's rows were to be made or changed in bulk"
    return AskproError(message, hint="session.add gives each row its company")


@event.listens_for(TenantSession, "before_attach")
def _refuse_earlier_rows(_session: Session, row: object) -> None:
    """Refuse a row that another transaction read: perhaps of another company, surely old."""
    if inspect(row).key is not None:
        message = f"a row of {inspect(row).mapper.local_table} of another transaction was to be used again"
        raise AskproError(message, hint="read it again by its id")


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
