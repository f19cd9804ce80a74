"""``askpro staff``: list the people of the records who take appointments."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List the people of the records who take appointments.

Examples:
  askpro staff list
"""
)

_LIST_HELP = """List what --staff takes: ids and names, branches, services, Cal.com users.

Somebody without a branch works wherever. Names are masked unless --reveal is given, which is written to the
run's log; --staff takes an id as well as a name.

Examples:
  askpro staff list
  askpro staff list --company salon --reveal
  askpro staff list --json
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
    from askpro_cli.shell.actions.records.offers import list_staff

    return list_staff(app_of(ctx), reveal=reveal)
