"""The records as the program works with them: short transactions over the models, for one company.

Everything here is synchronous; code that waits on the network comes through ``resilience.threads.hop``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select

from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.base.errors import RecordsError
from askpro_cli.platform import tenancy
from askpro_cli.platform.company_names import company_names, no_company
from askpro_cli.platform.schema import Company
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.platform.transactions import run_in_transaction

T = TypeVar("T")


class Records:
    """The records of one company, or of the platform.

    Args:
        engine: from :func:`~askpro_cli.platform.engine.open_engine`.
        log: the run's log.
        clock: dates new rows.
        company_id: whose rows; None before a company is chosen.
        sleep: waits between attempts (seconds).
    """

    def __init__(
        self,
        engine: Engine,
        *,
        log: EventLog,
        clock: Clock | None = None,
        company_id: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
        _wide: str | None = None,
    ) -> None:
        self.engine = engine
        self.company_id = company_id
        self._log = log
        self._clock = clock or SystemClock()
        self._sleep = sleep
        self._wide = _wide

    def for_company(self, slug: str) -> Records:
        """Return the records of the company called *slug*.

        Raises:
            NotFoundError: there is none in the records.
            RecordsError: the database cannot be used.
        """
        found = self._like().run_in_transaction(  # a company sees no other one
            lambda session: session.scalar(
                select(Company.id).where(Company.slug == slug, Company.deleted_at.is_(None))
            ),
            context="look up a company",
        )
        if found is None:
            known = self.run_in_transaction(company_names, context="look which companies there are")
            raise no_company(slug, known, self.engine.url)
        return self._like(company_id=found)

    def with_company_id(self, company_id: int) -> Records:
        """Return the records of the company with this key, which the caller has just looked up."""
        return self._like(company_id=company_id)

    def platform_wide(self, reason: str) -> Records:
        """Return the same records without the company's bounds; *reason* goes into the log."""
        self._log.event("records.platform_wide", level="warning", reason=reason)
        return self._like(wide=reason)

    def _like(self, *, company_id: int | None = None, wide: str | None = None) -> Records:
        return Records(
            self.engine,
            log=self._log,
            clock=self._clock,
            company_id=company_id,
            sleep=self._sleep,
            _wide=wide,
        )

    def run_in_transaction(
        self, work: Callable[[TenantSession], T], *, attempts: int = 3, context: str = "use the records"
    ) -> T:
        """Return what *work* returns, committed; it may run several times and must have no other effect.

        Objects it returns are detached and readable: nothing is loaded later. What it sets on objects from
        outside stays set when it runs again, so let it make its rows anew or add them as they are.

        Args:
            work: a plain function of a session; never waits for the network.
            attempts: how often a transaction is tried that the database broke off because of another one.
            context: what is being done, for the error's sentence and the log.

        Raises:
            RecordsError: the database cannot be used.
            AskproError: what *work* raised; everything is rolled back.
        """

        def in_session(connection: Connection) -> T:
            with self._session(connection) as session:
                done = work(session)
                session.flush()
                return done

        return run_in_transaction(
            self.engine, in_session, attempts=attempts, context=context, sleep=self._sleep
        )

    def run_or_default(
        self, work: Callable[[TenantSession], T], default: T, *, context: str = "use the records"
    ) -> T:
        """Return what *work* returns, or *default* when the database could not do it; the log says so."""
        try:
            return self.run_in_transaction(work, context=context)
        except RecordsError as error:
            self._log.event("records.default_taken", level="warning", context=context, reason=error.message)
            return default

    def run_all(
        self, works: Sequence[Callable[[TenantSession], Any]], *, context: str = "use the records"
    ) -> list[Any]:
        """Run several operations in one transaction, all or none, and return what each returned."""
        return self.run_in_transaction(lambda session: [work(session) for work in works], context=context)

    def session_on(self, connection: Connection) -> AbstractContextManager[TenantSession]:
        """Return a session in a transaction that somebody else began and commits; flush it before the end.

        Args:
            connection: inside :func:`~askpro_cli.platform.transactions.run_in_transaction`.
        """
        return self._session(connection)

    @contextmanager
    def _session(self, connection: Connection) -> Iterator[TenantSession]:
        info = {
            tenancy.COMPANY: self.company_id,
            tenancy.PLATFORM_WIDE: self._wide,
            tenancy.CLOCK: self._clock,
        }
        session = TenantSession(bind=connection, info=info, expire_on_commit=False, autoflush=True)
        try:
            yield session
        except BaseException:
            session.rollback()  # rows made outside are new again for the next attempt
            raise
        finally:
            session.close()
