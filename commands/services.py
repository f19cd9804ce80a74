"""``askpro services``: list the services of the records."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List the services of the records.

Examples:
  askpro services list
"""
)

_LIST_HELP = """List what --service takes: length, price, branches, people, event types.

A service without branches is not limited to some. People are masked unless --reveal is given, which is
written to the run's log. Cal.com is not asked.

Examples:
  askpro services list
  askpro services list --company salon --reveal
  askpro services list --json
"""


@app.callback()
def group() -> None:
    """Keep ``list`` a word of its own."""


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the names of people")] = False,
) -> Result:
    """Return the list."""
    from askpro_cli.shell.actions.records.offers import list_services

    return list_services(app_of(ctx), reveal=reveal)
