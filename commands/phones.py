"""``askpro phones``: where a dialled number leads, and which numbers there are."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show where dialled numbers lead.

The dialled number says whose call it is, the caller's never does. It is looked up exactly, in E.164: no
number leads to a company because nothing better was found.

Examples:
  askpro phones resolve "030 23125-010"
  askpro phones list --company salon
"""
)

_RESOLVE_HELP = """Show where a dialled number leads, and every rule that was tried.

The look-up is over all companies. Exit 3 when the number leads nowhere, 2 when it is no number.

Examples:
  askpro phones resolve "030 23125-010"
  askpro phones resolve 00493023125010 --json
  askpro phones resolve "030 23125-010" --region DE
"""

_LIST_HELP = """List the numbers people dial, and those whose row no call finds.

Examples:
  askpro phones list --company salon
  askpro phones list --all-companies --json
"""


@app.command("resolve", help=_RESOLVE_HELP)
def resolve(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(help="The number that was dialled, as it was written")],
    *,
    region: Annotated[str, typer.Option("--region", help="Country of a number without country code")] = "DE",
) -> Result:
    """Check the country and return the answer."""
    from askpro_cli.base.phones import check_region
    from askpro_cli.shell.actions.records.phones import resolve_number

    return resolve_number(app_of(ctx), number, region=check_region(region))


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    all_companies: Annotated[
        bool, typer.Option("--all-companies", help="Of the whole platform, which is logged")
    ] = False,
) -> Result:
    """Return the list."""
    from askpro_cli.shell.actions.records.phones import list_numbers

    return list_numbers(app_of(ctx), all_companies=all_companies)
