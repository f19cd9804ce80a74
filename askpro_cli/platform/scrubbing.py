"""What was wiped leaves the database's file, too, as far as the database lets one see to it.

SQLite leaves the bytes of old rows in free pages and in its log. Servers reuse such space by themselves
(PostgreSQL after vacuum, MariaDB after purge).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from sqlalchemy import Engine

from askpro_cli.platform import dialects
from askpro_cli.platform.tenancy import TenantSession

T = TypeVar("T")


def scrubbed(work: Callable[[TenantSession], T]) -> Callable[[TenantSession], T]:
    """Return *work* as it is run with freed space overwritten by zeros; servers know no such thing."""

    def overwriting(session: TenantSession) -> T:
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        return work(session)

    return overwriting


def scrub(engine: Engine, *, patience: float = 30.0) -> bool:
    """Empty SQLite's log into the file; False when another reader was in the way.

    Args:
        engine: of the records.
        patience: how long readers are waited for (seconds).
    """
    if not dialects.is_sqlite(engine.url):
        return True
    path = dialects.sqlite_path(engine.url)
    with closing(dialects.connect_sqlite(path, read_only=False, statement_timeout=patience)) as connection:
        connection.execute(f"PRAGMA busy_timeout={round(patience * 1000)}")
        try:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return False
    return not busy
