"""Bring the records' tables to the revision this askpro needs; the only code that changes a schema."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Inspector, inspect, select, table
from sqlalchemy import column as sql_column
from sqlalchemy.exc import DBAPIError

from askpro_cli.base.errors import RecordsError, RefusedError
from askpro_cli.base.folders import make_private_folder
from askpro_cli.platform import dialects
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.revisions import OURS, Chain, Revision
from askpro_cli.platform.row_counts import Loss, count_rows, losses
from askpro_cli.platform.tables import HEAD
from askpro_cli.platform.transactions import records_error
from askpro_cli.platform.upgrade_lock import LOCK_SECONDS, upgrading
from askpro_cli.state.file_lock import alone

_VERSIONS = table("alembic_version", sql_column("version_num"))
_STATEMENT_COMMITS = ("mysql", "mariadb")  # a statement that changes a table cannot be rolled back there


@dataclass(frozen=True, slots=True)
class Status:
    """Where the records stand.

    Args:
        database: the file, or the server without user and password.
        current: the revision of the tables, None when there are none.
        head: the revision this askpro needs.
        plan: revisions still to apply, oldest first.
        half_applied: of these, the ones whose table, column or index is there though their number is not:
            an upgrade was killed between the two (MariaDB, MySQL). The next upgrade finishes them.
    """

    database: str
    current: str | None
    head: str
    plan: list[Revision]
    half_applied: list[str]

    @property
    def pending(self) -> list[str]:
        """Return the numbers of the revisions still to apply."""
        return [revision.id for revision in self.plan]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did.

    Args:
        applied: numbers of the revisions, oldest first.
        before: rows of each table there was.
        after: rows of each table there is.
    """

    applied: list[str]
    before: dict[str, int]
    after: dict[str, int]


def status(url: str, chain: Chain = OURS) -> Status:
    """Return where the records stand, changing nothing; a missing SQLite file counts as empty.

    Raises:
        ConfigError: the URL is malformed or its driver is not installed.
        RecordsError: the database cannot be read, or is newer than this askpro.
    """
    parsed = dialects.parse_url(url)
    where = dialects.shown(parsed)
    if dialects.is_sqlite(parsed) and not _exists(dialects.sqlite_path(parsed)):
        return Status(where, None, chain.head, chain.after(None, where), [])
    with _disposed(open_engine(url, read_only=True)) as engine:
        return _read_status(engine, chain)


def upgrade(url: str, *, to: str | None = None, chain: Chain = OURS) -> Upgrade:
    """Apply the revisions that are missing; one process at a time does so.

    Rows are counted before and after: an upgrade that loses some is stopped, and taken back where the
    database can (not on MariaDB and MySQL, which commit every statement).

    Args:
        url: of the records.
        to: the last revision to apply; the head by default.
        chain: the revisions.

    Raises:
        ConfigError: the URL is malformed or its driver is not installed.
        RecordsError: the database cannot be written, or is newer than this askpro, or MariaDB lost rows.
        RefusedError: rows would have been lost; nothing was changed.
    """
    parsed = dialects.parse_url(url)
    target = to or chain.head
    if dialects.is_sqlite(parsed):
        return _upgrade_file(url, dialects.sqlite_path(parsed), chain, target)
    with _disposed(open_engine(url, statement_timeout=LOCK_SECONDS)) as engine:
        return _upgrade(engine, chain, target)


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
        at = f"at revision {found.current}, not {HEAD}" if found.current else "not made yet"
        message = f"the records in {found.database} are {at}"
        raise RecordsError(message, hint="askpro db upgrade", subject=found.database)


def _exists(path: Path) -> bool:
    hint = "check its path and rights, or set ASKPRO_DATABASE_URL"
    try:
        if path.is_dir():
            raise RecordsError(f"the records file {path} is a folder", hint=hint, subject=str(path))
        return path.exists()
    except OSError as error:
        message = f"cannot look at the records file {path}: {error.strerror}"
        raise RecordsError(message, hint=hint, subject=str(path)) from error


def _upgrade_file(url: str, path: Path, chain: Chain, to: str) -> Upgrade:
    """Upgrade an SQLite file, made when missing, under a lock beside it."""
    _exists(path)
    try:
        make_private_folder(path.parent)
        with alone(path):
            _prepare_file(path)
            with _disposed(open_engine(url)) as engine:
                return _upgrade(engine, chain, to)
    except (OSError, sqlite3.Error) as error:
        message = f"cannot make or open the records file {path}: {error}"
        hint = "make its folder writable for you, or set ASKPRO_STATE_DIR or ASKPRO_DATABASE_URL"
        raise RecordsError(message, hint=hint, subject=str(path)) from error


def _prepare_file(path: Path) -> None:
    """Make the file when missing, for its owner only; let readers and one writer work side by side."""
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(
        dialects.connect_sqlite(path, read_only=False, statement_timeout=LOCK_SECONDS)
    ) as connection:
        connection.execute("PRAGMA journal_mode=WAL").fetchone()


def _upgrade(engine: Engine, chain: Chain, to: str) -> Upgrade:
    """Apply what is missing in one transaction (MariaDB and MySQL commit each statement by themselves)."""
    try:
        with engine.begin() as connection, upgrading(connection):
            return _apply(connection, chain, to)
    except DBAPIError as error:
        raise records_error(engine, error, "upgrade the records") from error


def _apply(connection: Connection, chain: Chain, to: str) -> Upgrade:
    """Run the missing revisions on *connection*, counting rows before the first and after each."""
    where = dialects.shown(connection.engine.url)
    missing = [revision.id for revision in chain.after(_revision(connection), where)]
    if to not in missing:
        return Upgrade([], {}, {})
    tables = [revision.table for revision in chain.all() if revision.table]
    before = count_rows(connection, tables)

    def look(revision: str) -> None:
        lost = losses(before, count_rows(connection, before))
        if lost:
            raise _loss(connection, revision, lost)
        if connection.dialect.name in _STATEMENT_COMMITS:
            connection.exec_driver_sql("COMMIT")  # its number; else a later mistake would take it back

    chain.apply(connection, to, look)
    return Upgrade(missing[: missing.index(to) + 1], before, count_rows(connection, tables))


def _loss(connection: Connection, revision: str, lost: list[Loss]) -> RecordsError | RefusedError:
    """Return the error about a revision that lost rows."""
    told = ", ".join(f"{loss.rows} of {loss.before} rows of {loss.table}" for loss in lost)
    if connection.dialect.name in _STATEMENT_COMMITS:
        message = f"revision {revision} lost {told}: the upgrade was stopped there"
        hint = "restore the backup made before the upgrade, unless askpro db counts shows them all"
        return RecordsError(message, hint=hint, subject=revision)
    message = f"revision {revision} would lose {told}: the whole upgrade was taken back"
    return RefusedError(message, hint="askpro db counts shows what there is; report this", subject=revision)


def _read_status(engine: Engine, chain: Chain) -> Status:
    """Return where the records stand, on a connection of its own."""
    where = dialects.shown(engine.url)
    try:
        with engine.begin() as connection:
            current = _revision(connection)
            plan = chain.after(current, where)
            return Status(where, current, chain.head, plan, _half_applied(connection, plan))
    except DBAPIError as error:
        raise records_error(engine, error, "read the revision of the records") from error


def _half_applied(connection: Connection, plan: list[Revision]) -> list[str]:
    """Return which of the missing revisions have made what they make already."""
    if not plan or connection.dialect.name not in _STATEMENT_COMMITS:
        return []
    found = inspect(connection)
    there = set(found.get_table_names())
    return [revision.id for revision in plan if revision.table in there or _is_added(found, there, revision)]


def _is_added(found: Inspector, there: set[str], revision: Revision) -> bool:
    """Tell whether the column or index that a revision adds to a table is there."""
    if revision.column and revision.column[0] in there:
        return revision.column[1] in {column["name"] for column in found.get_columns(revision.column[0])}
    if revision.index and revision.index[0] in there:
        return revision.index[1] in {index["name"] for index in found.get_indexes(revision.index[0])}
    return False


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
def _disposed(engine: Engine) -> Iterator[Engine]:
    """Close the engine's connections at the end."""
    try:
        yield engine
    finally:
        engine.dispose()
