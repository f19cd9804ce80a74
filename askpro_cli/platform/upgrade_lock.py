"""One upgrade at a time on a server; an SQLite file has a lock file beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from askpro_cli.base.errors import RecordsError

LOCK_SECONDS = 60
"""How long an upgrade waits for another one."""

_POSTGRESQL_KEY = 4_276_215_469  # any number, the same in every askpro


@contextmanager
def upgrading(connection: Connection) -> Iterator[None]:
    """Hold the server's lock for upgrades; a process that dies gives it back with its connection.

    Raises:
        RecordsError: another process held it all the time.
    """
    family = connection.dialect.name
    if family == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_KEY})
    elif family in ("mysql", "mariadb"):
        taken = connection.scalar(text("SELECT GET_LOCK('askpro.upgrade', :wait)"), {"wait": LOCK_SECONDS})
        if taken != 1:
            message = "another process is upgrading the records"
            raise RecordsError(message, hint="wait for it, then askpro db status")
    yield
    if family in ("mysql", "mariadb"):
        connection.execute(text("SELECT RELEASE_LOCK('askpro.upgrade')"))
