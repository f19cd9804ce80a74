"""``askpro branches``: list the branches of the records."""

from __future__ import annotations

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List the branches of the records.

Examples:
  askpro branches list
"""
)

_LIST_HELP = """List what --branch takes: slug, name, city, zone, numbers.

The numbers are those in use that lead to the branch; hotlines of the company: askpro phones list.

Examples:
  askpro branches list
  askpro branches list --json
"""


@app.callback()
def group() -> None:
    """Keep ``list`` a word of its own."""


@app.command("list", help=_LIST_HELP)
def list_(ctx: typer.Context) -> Result:
    """Return the list."""
    from askpro_cli.shell.actions.records.offers import list_branches

    return list_branches(app_of(ctx))
