"""A backup of the records: one moment of all tables in one file that every database can take back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, column, select, table
from sqlalchemy.exc import DBAPIError

import askpro_cli
from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.times import iso_utc
from askpro_cli.platform import dialects
from askpro_cli.platform.row_counts import count_rows
from askpro_cli.platform.transactions import records_error
from askpro_cli.platform.upkeep import archive
from askpro_cli.platform.upkeep.archive import Manifest
from askpro_cli.platform.upkeep.portable import REVISION_TABLE, Portable, portable_tables
from askpro_cli.platform.upkeep.reading_rows import read_lines
from askpro_cli.platform.upkeep.whole_file import written_whole


class Meter(Protocol):
    """Is told how far a long job is."""

    def begin(self, step: str, rows: int) -> None:
        """Note that a step of so many rows begins."""
        ...

    def through(self, rows: int) -> None:
        """Note that so many more rows are through."""
        ...


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was written.

    Args:
        manifest: what the file says of itself, verified after writing.
        size: of the file in bytes.
        left_out: tables of the database that are none of the records'.
    """

    manifest: Manifest
    size: int
    left_out: list[str]


def backup(engine: Engine, path: Path, *, now: datetime, overwrite: bool, meter: Meter) -> BackupReport:
    """Write all rows of one moment into *path*, verified, for its owner only; others go on working meanwhile.

    Args:
        engine: opened read-only.
        path: the file; it appears whole or not at all.
        now: when the backup is made.
        overwrite: a file that is there already is replaced.
        meter: told how far it is.

    Raises:
        NotFoundError: the database has no records.
        RecordsError: it cannot be read, or has columns that this askpro does not know.
        InvalidValueError: the file exists.
        RefusedError: another run is writing it.
        OutputError: it cannot be written.
    """
    where = dialects.shown(engine.url)

    def check(part: Path) -> None:
        meter.begin("verifying", manifest.rows)
        archive.verify(part, meter.through)

    with (
        snapshot(engine) as connection,
        written_whole(path, overwrite=overwrite, check=check) as stream,
        archive.new_archive(stream) as writer,
    ):
        revision = revision_of(connection, where)
        tables, left_out = portable_tables(connection, where)
        meter.begin("writing", sum(count_rows(connection, [one.name for one in tables]).values()))
        for one in tables:
            writer.write_table(one.name, _metered(connection, one, meter))
        manifest = Manifest(
            archive.FORMAT, askpro_cli.__version__, iso_utc(now), where, revision, writer.tables
        )
        writer.write_manifest(manifest)
    return BackupReport(manifest, path.stat().st_size, left_out)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Return a connection that sees the database as it was at one moment, and holds nobody up.

    Raises:
        RecordsError: the database cannot be read.
    """
    try:
        with engine.connect() as connection:
            if not dialects.is_sqlite(engine.url):  # there every transaction reads one moment
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
            with connection.begin():
                yield connection
    except DBAPIError as error:
        raise records_error(engine, error, "back up the records") from error


def _metered(connection: Connection, one: Portable, meter: Meter) -> Iterator[list[bytes]]:
    for lines in read_lines(connection, one):
        yield lines
        meter.through(len(lines))


def revision_of(connection: Connection, where: str) -> str:
    """Return the revision of the tables; NotFoundError where there are none."""
    revisions = table(REVISION_TABLE, column("version_num"))
    found: str | None = connection.scalar(select(revisions.c.version_num))
    if found is None:
        raise NotFoundError(f"there are no records in {where} yet", hint="askpro db upgrade makes them")
    return found
