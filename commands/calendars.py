"""``askpro calendars``: connected calendars and when they are busy."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show connected calendars and when they are busy.

What Cal.com checks for conflicts are the selected calendars; why a time is not offered may stand in one of
them. Addresses and what an entry is about are masked unless --reveal is given, which is written to the run's
log.

Examples:
  askpro calendars list
  askpro calendars busy --from tomorrow --to +3d
"""
)

_LIST_HELP = """List the connected calendars of the key's user.

Examples:
  askpro calendars list
  askpro calendars list --reveal --json
"""

_BUSY_HELP = """Show when the selected calendars are busy.

Days are those of the company's zone; --to is included.

Examples:
  askpro calendars busy
  askpro calendars busy --from 2026-11-24 --to 2026-11-24T12:00 --output ndjson
"""

Reveal = Annotated[bool, typer.Option("--reveal", help="Show addresses and what entries are about")]


@app.command("list", help=_LIST_HELP)
def list_(ctx: typer.Context, *, reveal: Reveal = False) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.calendars import list_calendars

    return list_calendars(app_of(ctx), reveal=reveal)


@app.command("busy", help=_BUSY_HELP)
def busy(
    ctx: typer.Context,
    *,
    from_: Annotated[str | None, typer.Option("--from", help="First day or time; today")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last day or time")] = None,
    days: Annotated[int | None, typer.Option("--days", help="How many days, in place of --to")] = None,
    reveal: Reveal = False,
) -> Awaitable[Result]:
    """Check the window and return the work."""
    from askpro_cli.booking.windows import read_window

    run = app_of(ctx)
    zone = run.company.zone
    window = read_window(from_, to, days, default_days=7, zone=zone, clock=run.clock)
    from askpro_cli.shell.actions.calendars import busy_times

    return busy_times(run, window, reveal=reveal)
