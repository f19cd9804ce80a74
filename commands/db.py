"""``askpro db``: where the records stand, and bringing them to the revision this askpro needs."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Column, Result, Table

app = command_app(
    help="""Show or upgrade the records database.

Records hold what must not be lost. Their tables change only by revisions, applied by askpro db upgrade; an
SQLite database is also upgraded by the first command that needs it.

Examples:
  askpro db status
  askpro db upgrade --yes
"""
)

_STATUS_HELP = """Show the database, its revision and what is pending; changes nothing.

Exit 1 when revisions are pending.

Examples:
  askpro db status
  askpro db status --json
"""

_UPGRADE_HELP = """Apply the pending revisions; safe to run again and from several places at once.

Back up first: pg_dump, mariadb-dump, or a copy by sqlite3 .backup.

Examples:
  askpro db upgrade --dry-run
  askpro db upgrade --yes
"""


@app.command("status", help=_STATUS_HELP)
def status(ctx: typer.Context) -> Result:
    """Return where the records stand."""
    from askpro_cli.base.exit_codes import ExitCode
    from askpro_cli.platform import migrate
    from askpro_cli.shell.wiring import records_url

    found = migrate.status(records_url(app_of(ctx)))
    pending = ", ".join(found.pending)
    return Result(
        data={
            "database": found.database,
            "current": found.current,
            "head": found.head,
            "pending": found.pending,
        },
        table=Table(
            [Column("Database"), Column("Revision"), Column("Needed"), Column("Pending")],
            [[found.database, found.current or "none", found.head, pending]],
        ),
        messages=[f"pending: {pending} (askpro db upgrade)"] if pending else [],
        exit_code=ExitCode.FINDINGS if pending else ExitCode.OK,
    )


@app.command("upgrade", help=_UPGRADE_HELP)
def upgrade(
    ctx: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be applied")] = False,
) -> Result:
    """Apply what is pending and return it."""
    from askpro_cli.platform import migrate
    from askpro_cli.shell.wiring import records_url

    askpro = app_of(ctx)
    url = records_url(askpro)
    before = migrate.status(url)
    applied: list[str] = []
    if before.pending and not dry_run:
        askpro.confirm(f"upgrade {before.database} to revision {before.head}", yes=yes)
        applied = migrate.upgrade(url)
    shown = before.pending if dry_run else applied
    verb = "would apply" if dry_run else "applied"
    return Result(
        data={
            "database": before.database,
            "from": before.current,
            "to": before.head,
            "applied": applied,
            "pending": before.pending if dry_run else [],
            "dry_run": dry_run,
        },
        table=Table([Column("Revision"), Column("Done")], [[revision, verb] for revision in shown]),
        messages=[] if shown else [f"{before.database} is at revision {before.head} already"],
    )
