"""``askpro tokens``: who may ask the daemon's API."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Make, list and revoke the bearer tokens of the daemon's API, and see what was asked.

A token allows what its scopes say: askpro tokens scopes lists them. Only its hash is kept, so it is shown
once, when it is made.

Examples:
  askpro tokens create --name prometheus --scope metrics:read --expires never
  askpro tokens list
  askpro tokens revoke prometheus
"""
)

_CREATE_HELP = """Make a token and print it, this once.

It is all that goes to stdout, so it can be written straight into a file. It expires after 90 days unless
--expires says otherwise: 30d, 12h, 2027-01-31, 2027-01-31T18:00 or never.

Examples:
  askpro tokens create --name prometheus --scope metrics:read --expires never > token.txt
  askpro tokens create --name desk --scope events:read --scope replays:read --scope replays:write
  askpro tokens create --name monitor --scope health:read --expires 30d --json
"""

_LIST_HELP = """List the tokens that can be used; with --all also those that expired or were revoked.

Examples:
  askpro tokens list
  askpro tokens list --all --json
"""

_REVOKE_HELP = """Revoke tokens: from now on the daemon refuses them, for good.

Examples:
  askpro tokens revoke prometheus
  askpro tokens revoke desk monitor --yes
"""

_LOG_HELP = """Show what the API was asked, the newest first: by which token, from where, with what answer.

Also requests that were refused for want of a good token, but not all of a flood of them. How long it is kept
says the setting server.audit_keep_days.

Examples:
  askpro tokens log
  askpro tokens log --token desk --limit 20
  askpro tokens log --refused --json
"""

_SCOPES_HELP = """List what a token can be allowed.

Examples:
  askpro tokens scopes
"""


@app.command("create", help=_CREATE_HELP)
def create(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option("--name", help="What you will know it by; each name is used once")],
    scope: Annotated[list[str], typer.Option("--scope", help="What it allows; may be repeated")],
    expires: Annotated[
        str, typer.Option("--expires", help="When it ends: 30d, 12h, a date or never")
    ] = "90d",
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; this asks nothing")] = False,
) -> Result:
    """Return the new token."""
    from askpro_cli.shell.actions.daemon.tokens import create

    del yes
    return create(app_of(ctx), name=name, scopes=scope, expires=expires)


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that are of no use any more")] = False,
) -> Result:
    """Return the list."""
    from askpro_cli.shell.actions.daemon.tokens import list_all

    return list_all(app_of(ctx), every=every)


@app.command("revoke", help=_REVOKE_HELP)
def revoke(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Their names")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show which would be revoked")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> Result:
    """Revoke them and return what they are then."""
    from askpro_cli.shell.actions.daemon.tokens import revoke

    return revoke(app_of(ctx), names, yes=yes, dry_run=dry_run)


@app.command("log", help=_LOG_HELP)
def log(
    ctx: typer.Context,
    *,
    token: Annotated[str | None, typer.Option("--token", help="Only with this one: its name")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only what was refused: 401, 403, 429")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many")] = 100,
) -> Result:
    """Return the log."""
    from askpro_cli.shell.actions.daemon.token_log import show_log

    return show_log(app_of(ctx), token=token, refused=refused, limit=limit)


@app.command("scopes", help=_SCOPES_HELP)
def scopes(ctx: typer.Context) -> Result:
    """Return the scopes."""
    from askpro_cli.shell.actions.daemon.tokens import list_scopes

    del ctx
    return list_scopes()
