"""``askpro db check`` and ``counts`` between the command line and the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.findings import Severity
from askpro_cli.platform.upkeep.check import check_schema
from askpro_cli.platform.upkeep.counts import (
    as_document,
    count_tables,
    load_counts,
    loss_findings,
    save_counts,
)
from askpro_cli.shell.output.result import Column, Result, Table
from askpro_cli.shell.wiring import records_url

if TYPE_CHECKING:
    from pathlib import Path

    from askpro_cli.base.findings import Finding
    from askpro_cli.platform.upkeep.counts import Counts
    from askpro_cli.shell.context import App

_WHOLE = 100.0


def check_tables(app: App) -> Result:
    """Compare the live tables with the models; exit 1 with findings.

    Raises:
        RecordsError: the database cannot be read, or is newer than this askpro.
    """
    checked = check_schema(records_url(app))
    same = f"{checked.tables} tables in {checked.database} are as revision {checked.revision} makes them"
    rows = [[finding.code, finding.subject, finding.expected, finding.actual] for finding in checked.findings]
    return Result(
        data={
            "database": checked.database,
            "revision": checked.revision,
            "tables": checked.tables,
            "notes": checked.notes,
        },
        table=Table([Column("Code"), Column("Subject"), Column("Expected"), Column("There")], rows),
        findings=checked.findings,
        messages=[*(f"note: {note}" for note in checked.notes), *([] if checked.findings else [same])],
    )


def count_records(
    app: App, *, save: Path | None = None, compare: Path | None = None, threshold: float
) -> Result:
    """Count the rows of every table; keep them, or raise the alarm about those that went missing.

    Where both are asked, counts that lost more than *threshold* per cent of a table are not kept: a loss
    must not become the measure of the next comparison.

    Raises:
        InvalidValueError: *threshold* is no percentage, or *compare* holds no counts.
        OutputError: *save* cannot be written.
        NotFoundError: nothing was made in the database yet.
        RecordsError: it cannot be read.
    """
    if not 0 <= threshold <= _WHOLE:
        message = f"a threshold is a percentage from 0 to 100, not {threshold:g}"
        raise InvalidValueError(message, subject="--threshold", hint="askpro db counts --threshold 50")
    before = load_counts(compare) if compare else None
    counts = count_tables(records_url(app), app.clock.now())
    findings = loss_findings(before, counts, threshold=threshold) if before else []
    return Result(
        data={**as_document(counts), "compared_with": as_document(before) if before else None},
        table=_table(counts, before),
        findings=findings,
        messages=[*_elsewhere(counts, before), *_kept(counts, save, findings)],
    )


def _kept(counts: Counts, save: Path | None, findings: list[Finding]) -> list[str]:
    if save is None:
        return []
    if any(finding.severity is Severity.ERROR for finding in findings):
        return [f"not written to {save}: a loss must not become the measure"]
    save_counts(counts, save)
    return [f"{sum(counts.rows.values())} rows in {len(counts.rows)} tables written to {save}"]


def _elsewhere(counts: Counts, before: Counts | None) -> list[str]:
    if before is None or before.database == counts.database:
        return []
    return [f"the counts compared with are those of {before.database}"]


def _table(counts: Counts, before: Counts | None) -> Table:
    if before is None:
        columns = [Column("Table"), Column("Rows", align="right")]
        return Table(columns, [[name, str(rows)] for name, rows in counts.rows.items()])
    columns = [Column("Table"), *(Column(title, align="right") for title in ("Rows", "Before", "Change"))]
    names = sorted({*counts.rows, *before.rows})
    return Table(columns, [_compared(name, counts.rows.get(name), before.rows.get(name)) for name in names])


def _compared(name: str, now: int | None, before: int | None) -> list[str]:
    shown = ["" if rows is None else str(rows) for rows in (now, before)]
    return [name, *shown, f"{(now or 0) - (before or 0):+d}"]
