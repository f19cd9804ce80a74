"""``askpro cancel``: cancel a booking."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Cancel a booking.

On a terminal it shows what would be cancelled and asks; elsewhere it needs --yes. Repeated after success it
is a success. A booking that was moved is not cancelled by its old uid: the answer names the new one.

Examples:
  askpro cancel mg3EVprisqeBSLKZey4rKf --reason "caller is ill" --yes
  askpro cancel mg3EVprisqeBSLKZey4rKf --reason "caller is ill" --dry-run
"""
)


@app.command()
def cancel(
    ctx: typer.Context,
    uid: Annotated[str, typer.Argument(help="The booking")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Told to the attendee")],
    yes: Annotated[bool, typer.Option("--yes", help="Cancel without asking")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be cancelled")] = False,
) -> Awaitable[Result]:
    """Confirm, and return the work."""
    from askpro_cli.shell.actions.wanted import check_reason

    run = app_of(ctx)
    checked = check_reason(reason)
    from askpro_cli.shell.actions import changes  # costs: after the check, so that a slip is told at once

    if not (dry_run or yes):
        changes.confirm_cancellation(run, uid)
    return changes.cancel(run, uid, checked, dry_run=dry_run)
