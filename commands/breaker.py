"""``askpro breaker``: the circuit breakers of the vendors."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show or reset the circuit breaker.

There is one breaker for each server and key, named vendor:server:fingerprint. It opens after several
failures in a row, so that an ill vendor is left alone, and closes after trial calls that succeed.

Examples:
  askpro breaker status
  askpro breaker reset --dry-run
"""
)

_STATUS_HELP = """Show every breaker and when it lets a trial through.

Examples:
  askpro breaker status --json
"""

_RESET_HELP = """Close breakers now, and forget their failures.

Without a name all of them. Calls then go to the vendor again at once.

Examples:
  askpro breaker reset
  askpro breaker reset calcom:api.cal.com:2d711642b726
"""


@app.command("status", help=_STATUS_HELP)
def status(ctx: typer.Context) -> Result:
    """Return the state of every breaker."""
    from askpro_cli.shell.actions.breakers import show

    return show(app_of(ctx))


@app.command("reset", help=_RESET_HELP)
def reset(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="vendor:server:fingerprint; all when left out")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be reset")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; resetting asks no question")] = False,
) -> Result:
    """Close breakers."""
    from askpro_cli.shell.actions.breakers import reset_breakers

    del yes
    return reset_breakers(app_of(ctx), name, dry_run=dry_run)
