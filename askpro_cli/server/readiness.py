"""Can this process take and keep an event? Looked at once a second, told at once to whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine, column, delete, select, table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from askpro_cli.platform.dialects import is_sqlite, shown, sqlite_path
from askpro_cli.platform.tables import HEAD, idempotency_keys
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.platform.transactions import records_error
from askpro_cli.server.api.needs import Readiness

EVERY_SECONDS = 1.0
SILENT_SECONDS = 5.0
"""A database that has not answered for so long counts as gone."""

_VERSION = select(table("alembic_version", column("version_num")).c.version_num)
_WRITE_NOTHING = delete(idempotency_keys).where(idempotency_keys.c.company == "")

Checks = dict[str, str | None]
"""By name: None when fine, else one sentence."""


class Vitals:
    """Looks at the records in a thread of its own, so that a database that hangs holds up nobody.

    Args:
        engine: of the records.
        inbox: what the inbox itself says is wrong, by check.
        log: told when readiness is lost and regained.
    """

    def __init__(self, engine: Engine, inbox: Callable[[], Checks], log: EventLog) -> None:
        self._engine = engine
        self._inbox = inbox
        self._log = log
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._records: Checks = {"store": "not looked at yet", "schema": None}
        self._asked = time.monotonic()
        self._answered = True
        self._was_ready: bool | None = None

    def start(self) -> None:
        """Look for the first time, then every second."""
        self._thread = threading.Thread(target=self._run, name="vitals", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a look under way is not waited for."""
        self._stop.set()

    def readiness(self, *, draining: bool) -> Readiness:
        """Return what was last found out; never waits."""
        checks: Checks = {"draining": "it is ending" if draining else None, **self._records, **self._inbox()}
        silent = time.monotonic() - self._asked
        if not self._answered and silent > SILENT_SECONDS:
            checks["store"] = f"the database has not answered for {silent:.0f} s"
        return Readiness(all(told is None for told in checks.values()), checks)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._asked, self._answered = time.monotonic(), False
            self._records = look_at_records(self._engine)
            self._answered = True
            self._tell_change()
            self._stop.wait(EVERY_SECONDS)

    def _tell_change(self) -> None:
        found = self.readiness(draining=False)
        if found.ready != self._was_ready:
            self._was_ready = found.ready
            wrong = {name: told for name, told in found.checks.items() if told}
            level = "info" if found.ready else "warning"
            self._log.event("daemon.ready" if found.ready else "daemon.not_ready", level=level, **wrong)


def look_at_records(engine: Engine) -> Checks:
    """Return whether the records can be written and are at our revision; changes nothing.

    The database itself checks file, rights and tables for a deletion that meets no row.
    """
    try:
        with engine.connect() as connection:
            revisions = connection.execute(_VERSION).scalars().all()
            if revisions == [HEAD]:
                connection.execute(_WRITE_NOTHING)
            connection.rollback()
    except DBAPIError as error:
        wrong = records_error(engine, error, "look at the records")
        return {"store": _missing_file(engine) or f"{wrong.message}; {wrong.hint}", "schema": None}
    except SQLAlchemyError as error:  # no connection free
        return {"store": f"no connection to the records: {type(error).__name__}", "schema": None}
    if revisions == [HEAD]:
        return {"store": None, "schema": None}
    found = revisions[0] if revisions else "none"
    return {"store": None, "schema": f"the records are at revision {found}, not {HEAD}: askpro db upgrade"}


def _missing_file(engine: Engine) -> str | None:
    """Return what to do where the SQLite file is not there: the driver only says it cannot open it."""
    if not is_sqlite(engine.url) or sqlite_path(engine.url).exists():
        return None
    return f"there is no file {shown(engine.url)}; askpro db upgrade makes a new one"
