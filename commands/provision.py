"""``askpro provision``: what a branch needs before an agent answers its telephone."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Check whether branches are ready for the telephone.

Examples:
  askpro provision check
  askpro provision check mitte --company salon
"""
)

_CHECK_HELP = """Check what a branch needs before an agent is made for it; creates nothing.

It compares the records with the settings and with Cal.com: company, numbers, services, hours, keys, and every
event type (exists, belongs, length, hosts, no template, not shared, a free time within 14 days). Each finding
names the next command; askpro explain CODE tells more. --code takes a code or the platform's name of it.

Cal.com is asked once a company and team, and once an event type for free times; the requests are counted.
What could not be asked is unknown (exit 5), never fine. --all asks for each company with its own key and goes
on where one fails (exit 6).

Examples:
  askpro provision check mitte --company salon
  askpro provision check --all --json
  askpro provision check --code NO_SERVICES --code PRV024
"""


@app.callback()
def group() -> None:
    """Keep ``check`` a word of its own, for others will stand beside it."""


@app.command("check", help=_CHECK_HELP)
def check(
    ctx: typer.Context,
    branch: Annotated[
        str | None, typer.Argument(help="Slug, name or id of a branch; all of them by default")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All companies of the records")] = False,
    code: Annotated[
        list[str] | None, typer.Option("--code", help="Only this check: PRV004 or NO_SERVICES; repeatable")
    ] = None,
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.records.provision import check_provisioning

    return check_provisioning(app_of(ctx), branch, everything=everything, words=code or [])
