"""Whose an event is: told by the secret that verified it, else by its own facts; never guessed."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from sqlalchemy import Connection, bindparam, select

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Company
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.webhooks.handling import Event, finder_of

UNKNOWN = "company unknown"
"""How the reason of a failed event begins that waits for somebody to say whose it is."""

_KNOWN_SECONDS = 60.0
_companies = Company.__table__
_ID = select(_companies.c.id).where(_companies.c.slug == bindparam("slug"), _companies.c.deleted_at.is_(None))


class CompanyUnknownError(Exception):
    """No company, or several; the text is the reason."""


class Companies:
    """The companies of the records, as handlers need them; shared by the threads of a pool.

    Args:
        records: of the platform, no company chosen.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._wide = records.platform_wide("find whose webhook events are")
        self._known: dict[str, tuple[float, Records]] = {}

    def of_event(self, connection: Connection, event: Event) -> str:
        """Return the slug of the company of an event.

        Args:
            connection: in the transaction in which it will be handled.
            event: with the company that is known so far.

        Raises:
            CompanyUnknownError: none or several; or the one that is configured is not in the records.
        """
        found = [event.company] if event.company else self._found(connection, event)
        if len(found) == 1 and self._of(connection, found[0]) is not None:
            return found[0]
        if len(found) > 1:
            raise CompanyUnknownError(f"{UNKNOWN}: {', '.join(sorted(found))} could all be meant")
        if found:
            raise CompanyUnknownError(f"{UNKNOWN}: the records have no company {found[0]}")
        raise CompanyUnknownError(f"{UNKNOWN}: nothing in the event leads to one")

    def session(self, connection: Connection, slug: str) -> AbstractContextManager[TenantSession]:
        """Return a session of a company that :meth:`of_event` found, on the same connection."""
        records = self._of(connection, slug)
        if records is None:
            raise CompanyUnknownError(f"{UNKNOWN}: the records have no company {slug}")
        return records.session_on(connection)

    def _found(self, connection: Connection, event: Event) -> list[str]:
        finder = finder_of(event.source)
        if finder is None:
            return []
        with self._wide.session_on(connection) as session:
            return sorted(set(finder(event, session)))

    def _of(self, connection: Connection, slug: str) -> Records | None:
        """Return the records of a company; looked up again after a minute, for it may have been deleted."""
        until, records = self._known.get(slug, (0.0, self._records))
        if time.monotonic() < until:
            return records
        company_id = connection.scalar(_ID, {"slug": slug})
        if company_id is None:
            self._known.pop(slug, None)
            return None
        records = self._records.with_company_id(company_id)
        self._known[slug] = (time.monotonic() + _KNOWN_SECONDS, records)
        return records
