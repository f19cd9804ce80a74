"""``askpro doctor``."""

from __future__ import annotations

from collections.abc import Awaitable

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Check settings, stores and the way to Cal.com.

One line a check: ok, findings, or unknown with the reason. It asks Cal.com who owns the key (GET /v2/me),
compares clocks and tells the request budget. Nothing is changed; embedded records are brought up to date.
askpro explain CODE tells what a finding means.

Examples:
  askpro doctor
  askpro doctor --json --company salon
"""
)


@app.command()
def doctor(ctx: typer.Context) -> Awaitable[Result]:
    """Return the verdict of every check."""
    from askpro_cli.shell.actions.doctor import examine

    return examine(app_of(ctx))
