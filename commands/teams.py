"""``askpro teams``: list and show."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List and show teams.

Examples:
  askpro teams list
  askpro teams show salon-team
"""
)

_LIST_HELP = """List the teams the key may see.

Examples:
  askpro teams list
  askpro teams list --json
"""

_SHOW_HELP = """Show a team: its event types and the hosts they name.

Hosts are masked unless --reveal is given, which is written to the run's log.

Examples:
  askpro teams show salon-team
  askpro teams show 201 --reveal --json
"""


@app.command("list", help=_LIST_HELP)
def list_(ctx: typer.Context) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.teams import list_teams

    return list_teams(app_of(ctx))


@app.command("show", help=_SHOW_HELP)
def show(
    ctx: typer.Context,
    team: Annotated[str, typer.Argument(help="Its id or slug")],
    *,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the names of hosts")] = False,
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.teams import show_team

    return show_team(app_of(ctx), team, reveal=reveal)
