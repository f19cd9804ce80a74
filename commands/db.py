"""``askpro db``: where the records stand, and bringing them to the revision this askpro needs."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.base.errors import RefusedError
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

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

_SEED_HELP = """Add the demo company salon: branches, staff, numbers and services that match askpro sandbox.

Adds what is missing and changes nothing that is there, so it may be run again. Refuses records that hold
other companies.

Examples:
  askpro db upgrade --yes && askpro db seed --yes
  askpro book --company salon --service Herrenhaarschnitt --start 2026-12-01T10:00 --name … --email …
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
