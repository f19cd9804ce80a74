"""``askpro db status`` and ``upgrade`` between the command line and the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.platform import migrate
from askpro_cli.shell.output.result import Column, Result, Table
from askpro_cli.shell.wiring import records_url

if TYPE_CHECKING:
    from askpro_cli.platform.migrate import Status
    from askpro_cli.platform.revisions import Revision
    from askpro_cli.shell.context import App


def show_status(app: App) -> Result:
    """Return where the records stand; exit 1 when revisions are pending.

    Raises:
        RecordsError: the database cannot be read, or is newer than this askpro.
    """
    found = migrate.status(records_url(app))
    pending = ", ".join(found.pending)
    return Result(
        data={
            "database": found.database,
            "current": found.current,
            "head": found.head,
            "pending": found.pending,
            "half_applied": found.half_applied,
        },
        table=Table(
            [Column("Database"), Column("Revision"), Column("Needed"), Column("Pending")],
            [[found.database, found.current or "none", found.head, pending]],
        ),
        messages=[*_half_applied(found), *([f"pending: {pending} (askpro db upgrade)"] if pending else [])],
        exit_code=ExitCode.FINDINGS if pending else ExitCode.OK,
    )


def upgrade_records(app: App, *, yes: bool, dry_run: bool) -> Result:
    """Apply what is pending, or show it; the plan is told before anybody is asked.

    Raises:
        ConfirmationError: nobody can be asked, and --yes was not given.
        RefusedError: rows would have been lost, or a person said no.
        RecordsError: the database cannot be written, or is newer than this askpro.
    """
    url = records_url(app)
    before = migrate.status(url)
    if dry_run or not before.plan:
        return _planned(before, dry_run=dry_run)
    for line in [*_half_applied(before), *(_line(revision) for revision in before.plan)]:
        app.console.note(line)
    app.confirm(f"upgrade {before.database} to revision {before.head}", yes=yes)
    done = migrate.upgrade(url)
    applied = [revision for revision in before.plan if revision.id in done.applied]
    kept = sum(done.before.values())
    return Result(
        data={
            **_data(before, dry_run=False),
            "applied": done.applied,
            "rows": {"before": done.before, "after": done.after},
        },
        table=_table(applied, "applied"),
        messages=[f"no row was lost: {kept} in {len(done.before)} tables before, all there after"]
        if kept
        else [],
    )


def _planned(before: Status, *, dry_run: bool) -> Result:
    """Return the plan, which may be empty."""
    already = f"{before.database} is at revision {before.head} already"
    return Result(
        data={**_data(before, dry_run=dry_run), "pending": before.pending},
        table=_table(before.plan, "would apply"),
        messages=_half_applied(before) if before.plan else [already],
    )


def _data(before: Status, *, dry_run: bool) -> dict[str, Any]:
    return {
        "database": before.database,
        "from": before.current,
        "to": before.head,
        "applied": [],
        "pending": [],
        "half_applied": before.half_applied,
        "dry_run": dry_run,
    }


def _table(revisions: list[Revision], verb: str) -> Table:
    columns = [Column("Revision"), Column("Done"), Column("About")]
    return Table(columns, [[revision.id, verb, revision.title] for revision in revisions])


def _line(revision: Revision) -> str:
    made = f" (makes {revision.table})" if revision.table else ""
    return f"will apply {revision.id}: {revision.title}{made}"


def _half_applied(found: Status) -> list[str]:
    """Return a line on each revision that an upgrade was killed in."""
    tables = {revision.id: revision.table for revision in found.plan}
    return [
        f"revision {half} is half applied: its table {tables[half]} is there, its number is not; "
        "askpro db upgrade finishes it"
        for half in found.half_applied
    ]
