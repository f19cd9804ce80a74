"""``askpro bookings``: list and show."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List and show bookings.

People are masked unless --reveal is given, which is written to the run's log.

Examples:
  askpro bookings list --status upcoming
  askpro bookings show mg3EVprisqeBSLKZey4rKf
"""
)

_LIST_HELP = """List bookings, all pages, sorted by start.

The status is upcoming, recurring, past, cancelled (also rejected) or unconfirmed; it may be repeated. --from
and --to take days (that of --to is included) or times.

Examples:
  askpro bookings list --status upcoming --from today --to +7d
  askpro bookings list --event-type haarschnitt --output ndjson
  askpro bookings list --attendee-email anna@example.org --reveal --json
"""

_SHOW_HELP = """Show one booking, with the moves before and after it.

Examples:
  askpro bookings show mg3EVprisqeBSLKZey4rKf --reveal
"""


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    status: Annotated[list[str] | None, typer.Option("--status", help="Only these")] = None,
    event_type: Annotated[
        str | None, typer.Option("--event-type", help="Id, user/slug, team/slug or alias")
    ] = None,
    attendee_email: Annotated[
        str | None, typer.Option("--attendee-email", help="Only of this attendee")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Starting then or later")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Ending then or earlier")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many")] = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show names, addresses and numbers")] = False,
) -> Awaitable[Result]:
    """Check the filter and return the work."""
    from askpro_cli.shell.actions.booking_filter import read_filter

    run = app_of(ctx)
    wanted = read_filter(run, status=status or [], email=attendee_email, start=from_, end=to)
    from askpro_cli.shell.actions.bookings import (
        list_bookings,  # costs: after the check, so that a slip is told at once
    )

    return list_bookings(run, wanted, event_type, limit=limit, reveal=reveal)


@app.command("show", help=_SHOW_HELP)
def show(
    ctx: typer.Context,
    uid: Annotated[str, typer.Argument(help="The booking")],
    *,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show names, addresses and numbers")] = False,
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.bookings import show_booking

    return show_booking(app_of(ctx), uid, reveal=reveal)
