"""A backup taken back: into empty tables of the same revision, all of it or nothing, compared at the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from askpro_cli.base.errors import InvalidValueError, RecordsError, RefusedError
from askpro_cli.platform import dialects
from askpro_cli.platform.row_counts import count_rows
from askpro_cli.platform.transactions import records_error
from askpro_cli.platform.upkeep.archive import Archive, Manifest, Tally, damaged, opened_archive
from askpro_cli.platform.upkeep.backup import Meter, revision_of
from askpro_cli.platform.upkeep.portable import Portable, portable_tables
from askpro_cli.platform.upkeep.reading_rows import BATCH, read_lines

_LOCK_SECONDS = 15


def restore(engine: Engine, path: Path, *, replace: bool, meter: Meter) -> Manifest:
    """Write the rows of a backup into the records, in one transaction, and compare counts and digests.

    Args:
        engine: may write; its statement timeout must suit the largest table.
        path: the backup.
        replace: rows that are there are removed in the same transaction; else they are a refusal.
        meter: told how far it is.

    Raises:
        RefusedError: the tables hold rows, stand at another revision, or the backup is damaged.
        NotFoundError, InvalidValueError, OutputError: the backup cannot be read or is none.
        RecordsError: the database cannot be used, or did not keep what it was given.
    """
    with opened_archive(path) as archive:
        try:
            with engine.begin() as connection:
                _Restoring(connection, archive, meter).run(replace=replace)
        except DBAPIError as error:
            raise records_error(engine, error, "restore the records") from error
        return archive.manifest


def look_at_target(engine: Engine, manifest: Manifest, *, replace: bool) -> dict[str, int]:
    """Do what a restore does before its first write, on a connection of its own; see :func:`check_target`."""
    try:
        with engine.connect() as connection:
            return check_target(connection, manifest, replace=replace)
    except DBAPIError as error:
        raise records_error(engine, error, "look at the records") from error


def check_target(connection: Connection, manifest: Manifest, *, replace: bool) -> dict[str, int]:
    """Return the rows that stand in the tables, by table; none or, with *replace*, those that would go.

    Raises:
        RefusedError: the tables stand at another revision than the backup, or hold rows.
        NotFoundError: the database has no tables yet.
        RecordsError: a table has a column that this askpro does not know.
    """
    where = dialects.shown(connection.engine.url)
    revision = revision_of(connection, where)
    if revision != manifest.revision:
        message = f"the backup is of revision {manifest.revision}, the records in {where} are at {revision}"
        hint = f"restore with askpro {manifest.askpro} into tables of that revision, then askpro db upgrade"
        raise RefusedError(message, hint=hint, subject=where)
    tables, _ = portable_tables(connection, where)
    counts = count_rows(connection, [one.name for one in tables])
    standing = {name: count for name, count in counts.items() if count}
    if standing and not replace:
        message = (
            f"the records in {where} are not empty: {sum(standing.values())} rows in {', '.join(standing)}"
        )
        hint = "restore into an empty database, or replace all rows with --replace NAME"
        raise RefusedError(message, hint=hint, subject=where)
    return standing


def check_name(engine: Engine, typed: str) -> None:
    """Let --replace pass when the database's own name was typed.

    Raises:
        InvalidValueError: it has another name.
    """
    name = database_name(engine)
    if typed != name:
        message = f"--replace: the database is called {name!r}, not {typed!r}"
        raise InvalidValueError(message, hint="askpro db status shows which one it is", subject="--replace")


def database_name(engine: Engine) -> str:
    """Return what must be typed to replace its rows: the database's name, or the file's."""
    if dialects.is_sqlite(engine.url):
        return dialects.sqlite_path(engine.url).name
    return engine.url.database or ""


class _Restoring:
    """One restore inside its transaction."""

    def __init__(self, connection: Connection, archive: Archive, meter: Meter) -> None:
        self._connection = connection
        self._archive = archive
        self._meter = meter
        self._where = dialects.shown(connection.engine.url)

    def run(self, *, replace: bool) -> None:
        """Do it all; what is raised takes all of it back."""
        manifest = self._archive.manifest
        tables, _ = portable_tables(self._connection, self._where)
        self._keep_others_out(tables)
        standing = check_target(self._connection, manifest, replace=replace)
        self._check_names(tables)
        for one in reversed(tables):
            if one.name in standing:
                self._connection.execute(delete(one.table))
        self._meter.begin("restoring", manifest.rows)
        for one in tables:
            self._fill(one)
        self._meter.begin("comparing", manifest.rows)
        self._compare(tables)
        self._count_on(tables)

    def _keep_others_out(self, tables: list[Portable]) -> None:
        """Let nobody write meanwhile; SQLite does so by itself, elsewhere the comparison notices.

        Who holds a lock is not waited for as long as a statement may take.
        """
        family = self._connection.dialect.name
        if family == "postgresql" and tables:
            names = ", ".join(one.name for one in tables)
            self._connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
            self._connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
        elif family in ("mysql", "mariadb"):
            self._connection.execute(text(f"SET SESSION innodb_lock_wait_timeout = {_LOCK_SECONDS}"))

    def _check_names(self, tables: list[Portable]) -> None:
        here, there = {one.name for one in tables}, {entry.name for entry in self._archive.manifest.tables}
        if here != there:
            different = ", ".join(sorted(here ^ there))
            message = f"the tables of the backup and of {self._where} differ: {different}"
            raise RefusedError(message, hint="askpro db check", subject=self._where)

    def _fill(self, one: Portable) -> None:
        for rows in _batched(self._rows(one)):
            self._connection.execute(insert(one.table), rows)
            self._meter.through(len(rows))

    def _rows(self, one: Portable) -> Iterator[dict[str, Any]]:
        try:
            for line in self._archive.lines(one.name):
                yield one.from_line(line)
        except ValueError as error:
            raise damaged(self._archive.path, f"table {one.name} has a line that is no row") from error

    def _compare(self, tables: list[Portable]) -> None:
        """Read everything back and hold it to the manifest."""
        wanted = {entry.name: entry for entry in self._archive.manifest.tables}
        for one in tables:
            tally = Tally()
            for lines in read_lines(self._connection, one):
                for line in lines:
                    tally.add(line)
                self._meter.through(len(lines))
            if tally.entry(one.name) != wanted[one.name]:
                message = f"table {one.name} in {self._where} is not as the backup says; nothing was restored"
                raise RecordsError(
                    message, hint="let nobody write meanwhile, then try again", subject=one.name
                )

    def _count_on(self, tables: list[Portable]) -> None:
        """Let new rows count on behind the restored ones; only PostgreSQL must be told."""
        if self._connection.dialect.name != "postgresql":
            return
        for one in tables:
            if "id" in one.table.columns:
                key = one.table.columns["id"]
                last = select(func.max(key)).scalar_subquery()
                sequence = func.pg_get_serial_sequence(one.name, "id")
                self._connection.execute(
                    select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None)))
                )


def _batched(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
