"""``askpro db``: where the records stand, and bringing them to the revision this askpro needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from askpro_cli.base.errors import RefusedError
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show, upgrade, check, back up and restore the records database.

Records hold what must not be lost. Their tables change only by revisions, applied by askpro db upgrade; an
SQLite database is also upgraded by the first command that needs it.

Examples:
  askpro db status
  askpro db upgrade --yes
  askpro db check
"""
)

_STATUS_HELP = """Show the database, its revision and what is pending; changes nothing.

Names a revision that a killed upgrade left half applied (MariaDB, MySQL). Exit 1 when revisions are pending.

Examples:
  askpro db status
  askpro db status --json
"""

_UPGRADE_HELP = """Apply the pending revisions; safe to run again and from several places at once.

Shows the plan first. Rows are counted before and after: an upgrade that loses some is stopped, and taken
back where the database can. Back up before it: askpro db backup.

Examples:
  askpro db upgrade --dry-run
  askpro db upgrade --yes
"""

_DOWNGRADE_HELP = """Refused: a revision is never taken back, for rows written since would be lost.

Examples:
  askpro db restore --help
"""

_CHECK_HELP = """Compare the live tables with those this askpro needs; changes nothing.

Finds missing tables, columns, indexes, unique rules and foreign keys, other types, and rules that may refuse
rows (SCH001 to SCH011). What is there besides and does no harm is told as a note. Exit 1 with findings, 5
when the database cannot be read.

Examples:
  askpro db check
  askpro db check --json
  askpro explain SCH005
"""

_COUNTS_HELP = """Count the rows of every table; keep the counts, or raise the alarm when rows went missing.

Compared with a file of --save, a table that lost more than --threshold per cent is an error (SCH020) and any
other loss a warning (SCH021); exit 1 with either. With both, --save keeps nothing after an error. Idempotency
keys leave by themselves and are no loss.

Examples:
  askpro db counts
  askpro db counts --save counts.json
  askpro db counts --compare counts.json --threshold 10
"""

_SEED_HELP = """Add the demo company salon: branches, staff, numbers and services that match askpro sandbox.

Adds what is missing and changes nothing that is there, so it may be run again. Refuses records that hold
other companies.

Examples:
  askpro db upgrade --yes && askpro db seed --yes
  askpro book --company salon --service Herrenhaarschnitt --start 2026-12-01T10:00 --name … --email …
"""

_BACKUP_HELP = """Write all records into one file, verified; others go on working meanwhile.

The file shows one moment, holds every table as lines of JSON in a ZIP, can be restored into any database that
askpro knows, and appears whole or not at all. It holds personal data.

Examples:
  askpro db backup /backup/askpro-2026-11-23.zip
  askpro db backup --verify /backup/askpro-2026-11-23.zip
"""

_RESTORE_HELP = """Take a backup back, all of it or nothing: into empty tables of the same revision.

Rows that are there are replaced only when the database's name is typed (of SQLite the file's). Counts and
digests are compared before it is done.

Examples:
  askpro db restore /backup/askpro-2026-11-23.zip --dry-run
  askpro db restore /backup/askpro-2026-11-23.zip --yes
  askpro db restore /backup/askpro-2026-11-23.zip --replace records.db --yes
"""


@app.command("status", help=_STATUS_HELP)
def status(ctx: typer.Context) -> Result:
    """Return where the records stand."""
    from askpro_cli.shell.actions.records.revisions import show_status

    return show_status(app_of(ctx))


@app.command("upgrade", help=_UPGRADE_HELP)
def upgrade(
    ctx: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be applied")] = False,
) -> Result:
    """Apply what is pending and return it."""
    from askpro_cli.shell.actions.records.revisions import upgrade_records

    return upgrade_records(app_of(ctx), yes=yes, dry_run=dry_run)


@app.command("downgrade", help=_DOWNGRADE_HELP)
def downgrade() -> Result:
    """Refuse."""
    message = "askpro takes no revision back: rows written since would be lost"
    raise RefusedError(message, hint="restore a backup made before the upgrade: askpro db restore")


@app.command("check", help=_CHECK_HELP)
def check(ctx: typer.Context) -> Result:
    """Return how the live tables differ."""
    from askpro_cli.shell.actions.records.tables import check_tables

    return check_tables(app_of(ctx))


@app.command("counts", help=_COUNTS_HELP)
def counts(
    ctx: typer.Context,
    *,
    save: Annotated[Path | None, typer.Option("--save", help="Write the counts to this file")] = None,
    compare: Annotated[Path | None, typer.Option("--compare", help="Counts to compare with")] = None,
    threshold: Annotated[
        float, typer.Option("--threshold", help="Per cent of a table whose loss is an error")
    ] = 50.0,
) -> Result:
    """Return the rows of each table, and what went missing."""
    from askpro_cli.shell.actions.records.tables import count_records

    return count_records(app_of(ctx), save=save, compare=compare, threshold=threshold)


@app.command("seed", help=_SEED_HELP)
def seed(
    ctx: typer.Context,
    *,
    beside_others: Annotated[
        bool, typer.Option("--beside-others", help="Also where the records hold other companies")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> Result:
    """Load the demo company."""
    from askpro_cli.shell.actions.records.seeding import seed_records

    return seed_records(app_of(ctx), beside_others=beside_others, yes=yes)


@app.command("backup", help=_BACKUP_HELP)
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup")],
    *,
    verify: Annotated[bool, typer.Option("--verify", help="Only read FILE and check it")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE when it is there")] = False,
) -> Result:
    """Write or verify a backup."""
    from askpro_cli.shell.actions.records.backups import back_up, verify_backup

    askpro = app_of(ctx)
    return verify_backup(askpro, file) if verify else back_up(askpro, file, overwrite=overwrite)


@app.command("restore", help=_RESTORE_HELP)
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of askpro db backup")],
    *,
    replace: Annotated[
        str | None,
        typer.Option("--replace", metavar="NAME", help="Remove all rows of the database NAME first"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> Result:
    """Take a backup back."""
    from askpro_cli.shell.actions.records.backups import restore_backup

    return restore_backup(app_of(ctx), file, replace=replace, dry_run=dry_run, yes=yes)
