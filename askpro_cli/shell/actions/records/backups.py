"""``askpro db backup`` and ``restore``: the records in a file, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from askpro_cli.platform.upkeep.archive import Manifest
    from askpro_cli.shell.context import App

_COLUMNS = (
    Column("Table", style="bold"),
    Column("Rows", align="right"),
)
_STATEMENT_SECONDS = 3600.0  # counting or emptying a table of millions takes longer than a caller would wait


class RowMeter:
    """Shows how many rows are through, step by step."""

    def __init__(self) -> None:
        from askpro_cli.shell.output.progress import Progress

        self._step = "looking"
        self.progress = Progress(0, lambda: self._step)

    def begin(self, step: str, rows: int) -> None:
        """Note that a step of so many rows begins."""
        self._step = step
        self.progress.total += rows

    def through(self, rows: int) -> None:
        """Note that so many more rows are through."""
        self.progress.done += rows


def back_up(app: App, file: Path, *, overwrite: bool) -> Result:
    """Write a backup, verified.

    Raises:
        NotFoundError: there are no records yet.
        RecordsError: the database cannot be read.
        InvalidValueError: the file exists.
        RefusedError: another run is writing it.
        OutputError: the file cannot be written.
    """
    from askpro_cli.platform.upkeep.backup import backup

    with _engine(app, read_only=True) as engine, _metered(app) as meter:
        report = backup(engine, file, now=app.clock.now(), overwrite=overwrite, meter=meter)
    app.log.event("records.backed_up", file=str(file), rows=report.manifest.rows, bytes=report.size)
    left_out = [f"not in it, for it is not ours: {name}" for name in report.left_out]
    told = (
        f"{report.manifest.rows} rows of {report.manifest.database} in {file}, {report.size} bytes, verified"
    )
    return _shown(
        file,
        report.manifest,
        [told, "it holds personal data in the clear: keep it as you keep the database", *left_out],
        {"bytes": report.size, "left_out": report.left_out},
    )


def verify_backup(app: App, file: Path) -> Result:
    """Read a whole backup and hold it to its manifest.

    Raises:
        NotFoundError, InvalidValueError: there is none, or the file is something else.
        RefusedError: it is damaged.
    """
    from askpro_cli.platform.upkeep.archive import verify

    manifest = _verified(app, file, verify)
    return _shown(file, manifest, [f"{file} is whole: {manifest.rows} rows of {manifest.made_at}"], {})


def restore_backup(app: App, file: Path, *, replace: str | None, dry_run: bool, yes: bool) -> Result:
    """Take a backup back; --dry-run shows what would be done after every check.

    Raises:
        InvalidValueError: *replace* is not the database's name, or the file is no backup.
        RefusedError: the tables hold rows, stand at another revision, or the backup is damaged.
        ConfirmationError: nobody is there to ask, and no --yes.
        RecordsError: the database cannot be used.
    """
    from askpro_cli.platform import dialects
    from askpro_cli.platform.upkeep import restore
    from askpro_cli.platform.upkeep.archive import verify

    with _engine(app, read_only=False) as engine:
        if replace is not None:
            restore.check_name(engine, replace)
        manifest = _verified(app, file, verify)
        standing = restore.look_at_target(engine, manifest, replace=replace is not None)
        where = dialects.shown(engine.url)
        if not dry_run:
            app.confirm(_action(where, manifest, sum(standing.values())), yes=yes)
            with _metered(app) as meter:
                restore.restore(engine, file, replace=replace is not None, meter=meter)
            app.log.event("records.restored", level="warning", into=where, rows=manifest.rows, gone=standing)
    verb = "would restore" if dry_run else "restored and compared"
    gone = f", in place of {sum(standing.values())}" if standing else ""
    return _shown(
        file,
        manifest,
        [f"{verb} {manifest.rows} rows of {manifest.made_at} in {where}{gone}"],
        {"into": where, "removed": standing, "dry_run": dry_run},
    )


def _action(where: str, manifest: Manifest, removed: int) -> str:
    if removed:
        return f"remove {removed} rows of {where} and restore {manifest.rows} of {manifest.made_at}"
    return f"restore {manifest.rows} rows of {manifest.made_at} into {where}"


def _verified(app: App, file: Path, verify: Any) -> Manifest:
    with _metered(app) as meter:
        manifest: Manifest = verify(file, meter.through)
    return manifest


@contextmanager
def _engine(app: App, *, read_only: bool) -> Iterator[Engine]:
    """Open records at any revision, which must be there already."""
    from askpro_cli.platform.engine import open_engine
    from askpro_cli.platform.reading import require_some
    from askpro_cli.shell.wiring import records_url

    url = records_url(app)
    require_some(url)
    engine = open_engine(url, read_only=read_only, statement_timeout=_STATEMENT_SECONDS)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _metered(app: App) -> Iterator[RowMeter]:
    from askpro_cli.shell.output.progress import shown

    meter = RowMeter()
    with shown(meter.progress, app.console):
        yield meter


def _shown(file: Path, manifest: Manifest, messages: list[str], more: dict[str, Any]) -> Result:
    tables = [{"table": one.name, "rows": one.rows, "sha256": one.sha256} for one in manifest.tables]
    return Result(
        data={
            "file": str(file),
            "database": manifest.database,
            "revision": manifest.revision,
            "made_at": manifest.made_at,
            "rows": manifest.rows,
            "tables": tables,
            **more,
        },
        table=_table(manifest),
        messages=messages,
        records="tables",
    )


def _table(manifest: Manifest) -> Table:
    """Return the rows of each table; their digests are for programs, which compare them."""
    records = [[one.name, str(one.rows), one.sha256] for one in manifest.tables]
    return Table(_COLUMNS, [record[:2] for record in records], tsv_rows=records)
