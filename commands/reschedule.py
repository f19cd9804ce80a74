"""``askpro reschedule`` (also ``askpro update``): move a booking."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Move a booking to another time.

Cal.com makes a new booking with a new uid, which is printed; the old one is cancelled and names it. The
length stays. Repeated after success it is a success that sends nothing. A refused time exits 1, offers
alternatives, and leaves the booking where it was. An appointment with seats is moved seat by seat (--seat).

Examples:
  askpro reschedule mg3EVprisqeBSLKZey4rKf --start 2026-11-24T11:00
  askpro reschedule mg3EVprisqeBSLKZey4rKf --start 2026-11-24T11:00+01:00 --reason "asked by phone" --json
"""
)


@app.command()
def reschedule(
    ctx: typer.Context,
    uid: Annotated[str, typer.Argument(help="The booking")],
    *,
    start: Annotated[str, typer.Option("--start", help="The new start")],
    reason: Annotated[str | None, typer.Option("--reason", help="Told to the attendee")] = None,
    seat: Annotated[str | None, typer.Option("--seat", help="Move this seat alone")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be moved")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; moving asks nothing")] = False,
) -> Awaitable[Result]:
    """Check what was typed and return the work."""
    from askpro_cli.shell.actions.wanted import check_seat_move, read_start

    del yes
    run = app_of(ctx)
    instant = read_start(run, start)
    check_seat_move(seat, reason)
    from askpro_cli.shell.actions import changes  # costs: after the check, so that a slip is told at once

    move = changes.Move(instant, reason, seat)
    return changes.reschedule(run, uid, move, dry_run=dry_run)
