"""``askpro schedules``: list and show."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List and show schedules.

Examples:
  askpro schedules list
  askpro schedules show default
"""
)

_LIST_HELP = """List own schedules.

Examples:
  askpro schedules list
"""

_SHOW_HELP = """Show the hours of a schedule, in its own zone.

Examples:
  askpro schedules show 501
  askpro schedules show default --json
"""


@app.command("list", help=_LIST_HELP)
def list_(ctx: typer.Context) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.catalogue import list_schedules

    return list_schedules(app_of(ctx))


@app.command("show", help=_SHOW_HELP)
def show(
    ctx: typer.Context,
    schedule: Annotated[str, typer.Argument(help="Id, or default")],
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.catalogue import show_schedule

    return show_schedule(app_of(ctx), schedule)
