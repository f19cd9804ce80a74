"""What differs between the databases that may hold the records: drivers, sessions, passing errors."""

from __future__ import annotations

import sqlite3
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from askpro_cli.base.errors import ConfigError

SQLITE_BUSY_SECONDS = 15.0
"""How long a writer waits for another process's transaction on SQLite."""

_DRIVERS = {
    "sqlite": ("sqlite", "sqlite3", ""),
    "postgresql": ("postgresql+psycopg", "psycopg", "postgresql"),
    "postgres": ("postgresql+psycopg", "psycopg", "postgresql"),
    "mysql": ("mysql+pymysql", "pymysql", "mysql"),
    "mariadb": ("mariadb+pymysql", "pymysql", "mysql"),
}
_FORM = "sqlite:///path/records.db, postgresql://user@host/name, mysql://… or mariadb://user@host/name"

# Transactions that the database broke off because of another one, and that may simply run again.
_PASSING_SQLSTATES = {"40001", "40P01", "55P03"}  # PostgreSQL: serialisation, deadlock, lock not available
_NO_SUCH_NAME = 1305
_PASSING_ERRNOS = {1205, 1213, 1020}  # MariaDB, MySQL: lock wait, deadlock, changed since last read
_PASSING_SQLITE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

# The server has no connection free; PostgreSQL's driver tells it in words alone.
_FULL_ERRNOS = {1040, 1203}  # MariaDB, MySQL: of the server, of this user
_FULL_WORDS = ("too many clients already", "connection slots are reserved", "too many connections for")


def parse_url(url: str) -> URL:
    """Return the URL with the driver we use.

    Raises:
        ConfigError: malformed, an unknown kind, without a database or file, or the driver is not installed;
            the text of the URL, which may hold a password, is not repeated.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _malformed(f"write {_FORM}") from None
    family = parsed.get_backend_name()
    if family not in _DRIVERS:
        message = f"askpro cannot keep records in {family}"
        raise ConfigError(message, hint=f"write {_FORM}", subject="database_url")
    name, module, extra = _DRIVERS[family]
    if find_spec(module) is None:
        message = f"the driver for {family} is not installed"
        raise ConfigError(message, hint=f"pip install 'askpro[{extra}]'", subject="database_url")
    if family == "sqlite" and parsed.database in (None, "", ":memory:"):
        message = "records in memory would be lost at the end of the run"
        raise ConfigError(message, hint="name a file: sqlite:///path/records.db", subject="database_url")
    if (
        family != "sqlite" and "@" in f"{parsed.host}{parsed.database}"
    ):  # the rest of a password, cut at its @
        raise _malformed("in user and password write @ as %40")
    if not parsed.database:  # servers would take another one, or none
        message = "the database URL of the records names a server and no database"
        raise ConfigError(message, hint=f"write {_FORM}", subject="database_url")
    return parsed.set(drivername=name)


def _malformed(hint: str) -> ConfigError:
    return ConfigError("the database URL of the records is malformed", hint=hint, subject="database_url")


def is_sqlite(url: URL) -> bool:
    """Tell whether the records are the embedded kind."""
    return url.get_backend_name() == "sqlite"


def sqlite_path(url: URL) -> Path:
    """Return the file of an SQLite URL."""
    return Path(url.database or "")


def shown(url: URL) -> str:
    """Return the URL without user and password."""
    if is_sqlite(url):
        return str(sqlite_path(url))
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{url.host or 'localhost'}{port}/{url.database or ''}"


def connect_sqlite(path: Path, *, read_only: bool, statement_timeout: float) -> sqlite3.Connection:
    """Open an existing records file; writers are durable when COMMIT returns (``synchronous=FULL``).

    Raises:
        sqlite3.Error: missing, unreadable, not a database.
    """
    quoted = str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = sqlite3.connect(
        f"file:{quoted}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        timeout=SQLITE_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=_TimedConnection,
    )
    connection.statement_timeout = statement_timeout
    try:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA query_only={int(read_only)}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class _TimedConnection(sqlite3.Connection):
    """An SQLite connection that breaks a statement off after its time, as servers do."""

    statement_timeout: float = 0.0
    _deadline: float = 0.0

    def limit(self) -> None:
        """Start the time of the next statement."""
        self._deadline = time.monotonic() + self.statement_timeout
        self.set_progress_handler(self._overdue, 10_000)

    def _overdue(self) -> bool:
        return time.monotonic() > self._deadline


def start_statement(connection: Any) -> None:
    """Limit the next statement of an SQLite connection; other databases limit it themselves."""
    if isinstance(connection, _TimedConnection):
        connection.limit()


def server_options(
    family: str, *, read_only: bool, statement_timeout: float, connect_timeout: float = 10.0
) -> dict[str, Any]:
    """Return the driver's connect arguments: UTC, limits in seconds, read-only if asked."""
    connect_seconds = max(1, round(connect_timeout))  # the drivers take whole ones
    milliseconds = round(statement_timeout * 1000)
    if family == "postgresql":
        options = f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds} -c timezone=UTC"
        read = " -c default_transaction_read_only=on" if read_only else ""
        return {
            "options": options + read,
            "connect_timeout": connect_seconds,
            "application_name": "askpro",
        }
    seconds = max(1, round(statement_timeout))
    settings = [f"innodb_lock_wait_timeout={seconds}", "time_zone='+00:00'"]
    if family == "mariadb":
        settings.append(f"max_statement_time={statement_timeout}")
    else:
        settings.append(f"max_execution_time={milliseconds}")
    if read_only:
        settings.append("transaction_read_only=1" if family == "mysql" else "tx_read_only=1")
    return {
        "init_command": f"SET SESSION {', '.join(settings)}",
        "connect_timeout": connect_seconds,
        "charset": "utf8mb4",
    }


def is_full(error: DBAPIError) -> bool:
    """Tell whether a connection was refused because all are in use: nothing was begun."""
    cause = error.orig
    if cause is None or isinstance(cause, sqlite3.Error):
        return False
    return bool(_FULL_ERRNOS.intersection(cause.args[:1])) or any(word in str(cause) for word in _FULL_WORDS)


def is_passing(error: DBAPIError) -> bool:
    """Tell whether the transaction was only in another one's way and may run again."""
    cause = error.orig
    if is_full(error):
        return True
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF in _PASSING_SQLITE
    if getattr(cause, "sqlstate", None) in _PASSING_SQLSTATES:
        return True
    if cause is None:
        return False
    return bool(_PASSING_ERRNOS.intersection(cause.args[:1])) or _lost_its_savepoint(cause)


def _lost_its_savepoint(cause: BaseException) -> bool:
    """Tell whether going back to a savepoint failed: a deadlock had rolled all of it back before.

    MariaDB and MySQL do so, and the error of the savepoint takes the deadlock's place.
    """
    return cause.args[:1] == (_NO_SUCH_NAME,) and "SAVEPOINT" in str(cause)
