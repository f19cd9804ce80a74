"""Bring the records' tables to the revision this askpro needs; the only code that changes a schema."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, select, table, text
from sqlalchemy import column as sql_column
from sqlalchemy.exc import DBAPIError

from askpro_cli.base.errors import RecordsError
from askpro_cli.base.folders import make_private_folder
from askpro_cli.platform import dialects
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.tables import HEAD
from askpro_cli.platform.transactions import records_error
from askpro_cli.state.file_lock import alone

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

_UPGRADE_LOCK = 4_276_215_469  # any number, the same in every askpro: PostgreSQL's advisory lock
_LOCK_SECONDS = 60
_VERSIONS = table("alembic_version", sql_column("version_num"))


@dataclass(frozen=True, slots=True)
class Status:
    """Where the records stand.

    Args:
        database: the file, or the server without user and password.
        current: the revision of the tables, None when there are none.
        head: the revision this askpro needs.
        pending: revisions still to apply, oldest first.
    """

    database: str
    current: str | None
    head: str
    pending: list[str]


def status(url: str) -> Status:
    """Return where the records stand, changing nothing; a missing SQLite file counts as empty.

    Raises:
        ConfigError: the URL is malformed or its driver is not installed.
        RecordsError: the database cannot be read, or is newer than this askpro.
    """
    parsed = dialects.parse_url(url)
    if dialects.is_sqlite(parsed) and not _exists(dialects.sqlite_path(parsed)):
        current = None
    else:
        with _disposed(open_engine(url, read_only=True)) as engine:
            current = _read_revision(engine)
    return Status(dialects.shown(parsed), current, HEAD, _pending(current, dialects.shown(parsed)))


def upgrade(url: str) -> list[str]:
    """Apply the revisions that are missing and return them; one process at a time does so.

    Raises:
        ConfigError: the URL is malformed or its driver is not installed.
        RecordsError: the database cannot be written, or is newer than this askpro.
    """
    parsed = dialects.parse_url(url)
    if dialects.is_sqlite(parsed):
        return _upgrade_file(url, dialects.sqlite_path(parsed))
    with _disposed(open_engine(url, statement_timeout=_LOCK_SECONDS)) as engine:
        return _upgrade(engine)


def ensure_embedded(url: str) -> None:
    """Make or upgrade an SQLite file; any other database must be at the right revision already.

    Cheap when there is nothing to do, and safe for any number of processes at once.

    Raises:
        ConfigError: the URL is malformed or its driver is not installed.
        RecordsError: the database cannot be used, or a server's tables need ``askpro db upgrade``.
    """
    parsed = dialects.parse_url(url)
    if dialects.is_sqlite(parsed):
        if _revision_of_file(dialects.sqlite_path(parsed)) != HEAD:
            upgrade(url)
        return
    found = status(url)
    if found.pending:
        message = f"the records in {found.database} are at revision {found.current or 'none'}, not {HEAD}"
        raise RecordsError(message, hint="askpro db upgrade", subject=found.database)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        message = f"cannot look at the records file {path}: {error.strerror}"
        hint = "check its path and rights, or set ASKPRO_DATABASE_URL"
        raise RecordsError(message, hint=hint, subject=str(path)) from error


def _upgrade_file(url: str, path: Path) -> list[str]:
    """Upgrade an SQLite file, made when missing, under a lock beside it."""
    try:
        make_private_folder(path.parent)
        with alone(path):
            _prepare_file(path)
            with _disposed(open_engine(url)) as engine:
                return _upgrade(engine)
    except (OSError, sqlite3.Error) as error:
        message = f"cannot make or open the records file {path}: {error}"
        hint = "make its folder writable for you, or set ASKPRO_STATE_DIR or ASKPRO_DATABASE_URL"
        raise RecordsError(message, hint=hint, subject=str(path)) from error


def _prepare_file(path: Path) -> None:
    """Make the file when missing, for its owner only; let readers and one writer work side by side."""
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(
        dialects.connect_sqlite(path, read_only=False, statement_timeout=_LOCK_SECONDS)
    ) as connection:
        connection.execute("PRAGMA journal_mode=WAL").fetchone()


def _upgrade(engine: Engine) -> list[str]:
    """Apply what is missing in one transaction (MariaDB and MySQL commit each statement by themselves)."""
    try:
        with engine.begin() as connection, _upgrading(connection):
            return _apply(connection, dialects.shown(engine.url))
    except DBAPIError as error:
        raise records_error(engine, error, "upgrade the records") from error


def _apply(connection: Connection, where: str) -> list[str]:
    """Run the missing revisions on *connection* and return them."""
    from alembic.runtime.environment import EnvironmentContext

    pending = _pending(_revision(connection), where)
    if not pending:
        return []
    scripts = _scripts()

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - what alembic's own command calls

    with EnvironmentContext(_config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
    return pending


def _pending(current: str | None, where: str) -> list[str]:
    """Return the revisions from *current* to the head, oldest first."""
    if current == HEAD:
        return []
    chain = [script.revision for script in _scripts().walk_revisions()][::-1]
    if current is None:
        return chain
    if current not in chain:
        message = f"the records in {where} are at revision {current}, which this askpro does not know"
        raise RecordsError(message, hint="upgrade askpro to the version that made them", subject=where)
    return chain[chain.index(current) + 1 :]


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _config() -> Any:
    """Return Alembic's configuration without a file: our revisions, wherever they are installed."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "askpro_cli.platform:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _read_revision(engine: Engine) -> str | None:
    """Return the revision of the tables, on a connection of its own."""
    try:
        with engine.begin() as connection:
            return _revision(connection)
    except DBAPIError as error:
        raise records_error(engine, error, "read the revision of the records") from error


def _revision(connection: Connection) -> str | None:
    """Return the revision of the tables, None when nothing was made yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(select(_VERSIONS.c.version_num))
    return found


def _revision_of_file(path: Path) -> str | None:
    """Return the revision of an SQLite file by the shortest way; None when it cannot be told."""
    try:
        with closing(dialects.connect_sqlite(path, read_only=True, statement_timeout=5)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return row and str(row[0])


@contextmanager
def _upgrading(connection: Connection) -> Iterator[None]:
    """Hold the server's lock for upgrades; an SQLite file has its lock file."""
    family = connection.dialect.name
    if family == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
    elif family in ("mysql", "mariadb"):
        taken = connection.scalar(text("SELECT GET_LOCK('askpro.upgrade', :wait)"), {"wait": _LOCK_SECONDS})
        if taken != 1:
            message = "another process is upgrading the records"
            raise RecordsError(message, hint="wait for it, then askpro db status")
    yield
    if family in ("mysql", "mariadb"):
        connection.execute(text("SELECT RELEASE_LOCK('askpro.upgrade')"))


@contextmanager
def _disposed(engine: Engine) -> Iterator[Engine]:
    """Close the engine's connections at the end."""
    try:
        yield engine
    finally:
        engine.dispose()
