"""Rows of each table, kept in a file and compared later: the alarm for rows that went missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.findings import Finding
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.reading import require_some
from askpro_cli.platform.row_counts import Loss, count_rows, losses
from askpro_cli.platform.schema import Base
from askpro_cli.platform.transactions import records_error
from askpro_cli.platform.upkeep import codes
from askpro_cli.platform.upkeep.whole_file import written_whole

_FORM = "1"


class Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many rows the tables had at an instant.

    Args:
        database: the file, or the server without user and password.
        revision: of the tables.
        counted_at: when (UTC).
        rows: of each table.
        askpro_counts: the form of the file.
    """

    database: str
    revision: str | None
    counted_at: datetime
    rows: dict[str, int]
    askpro_counts: str = _FORM


def count_tables(url: str, now: datetime) -> Counts:
    """Count the rows of every table of ours in one look, changing nothing.

    Args:
        url: of the records.
        now: when this is (UTC), for the file.

    Raises:
        ConfigError: the URL is malformed or its driver is not installed.
        NotFoundError: nothing was made in it yet.
        RecordsError: the database cannot be read.
    """
    found = require_some(url)
    engine = open_engine(url, read_only=True)
    try:
        with engine.connect() as connection:
            rows = count_rows(connection, Base.metadata.tables)
    except DBAPIError as error:
        raise records_error(engine, error, "count the records") from error
    finally:
        engine.dispose()
    return Counts(found.database, found.current, now, rows)


def as_document(counts: Counts) -> dict[str, object]:
    """Return counts as they are written, JSON-ready."""
    return msgspec.to_builtins(counts)  # type: ignore[no-any-return]


def save_counts(counts: Counts, path: Path) -> None:
    """Write counts to a file, whole or not at all; what is there is replaced.

    Raises:
        OutputError: the file cannot be written.
        RefusedError: another run is writing it, or it is a folder.
    """
    text = json.dumps(as_document(counts), indent=2, sort_keys=True) + "\n"
    with written_whole(path, overwrite=True, check=lambda _: None) as stream:
        stream.write(text.encode())


def load_counts(path: Path) -> Counts:
    """Return saved counts.

    Raises:
        InvalidValueError: the file is not one that ``--save`` wrote, or cannot be read.
    """
    try:
        counts = msgspec.json.decode(path.read_bytes(), type=Counts)
    except OSError as error:
        message = f"cannot read the saved counts {path}: {error.strerror}"
        raise InvalidValueError(
            message, hint="askpro db counts --save makes one", subject=str(path)
        ) from error
    except msgspec.DecodeError as error:
        message = f"{path} holds no saved counts: {error}"
        raise InvalidValueError(
            message, hint="askpro db counts --save makes one", subject=str(path)
        ) from error
    if counts.askpro_counts != _FORM or any(rows < 0 for rows in counts.rows.values()):
        message = f"{path} holds counts of a form that this askpro does not know"
        raise InvalidValueError(message, hint="askpro db counts --save makes one", subject=str(path))
    return counts


def loss_findings(before: Counts, after: Counts, *, threshold: float) -> list[Finding]:
    """Return what went missing between two counts.

    Args:
        before: the older counts.
        after: the newer ones.
        threshold: per cent of a table; a greater loss is an error, any other a warning.
    """
    return _findings(losses(before.rows, after.rows), threshold, before.counted_at)


def _findings(lost: Iterable[Loss], threshold: float, since: datetime) -> list[Finding]:
    return [
        Finding(
            check.code,
            loss.table,
            f"{loss.before} rows as on {since:%Y-%m-%d %H:%M} UTC",
            "no table" if loss.after is None else f"{loss.after} rows, {loss.percent:.0f} % less",
            f"askpro explain {check.code}",
            check.severity,
        )
        for loss in lost
        for check in [codes.SCH020 if loss.percent > threshold or loss.after is None else codes.SCH021]
    ]
