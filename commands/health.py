"""``askpro health``."""

from __future__ import annotations

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show the state of vendor, state and records at a glance.

Reads what the stores remember: circuit breakers, request budgets, counts and latency of the calls to
Cal.com, the revision of the records. Asks nobody outside; askpro doctor does. What was not used for a day
is forgotten. Exit 1 while a circuit breaker is open, 5 when a store could not be asked.

Examples:
  askpro health
  askpro health --json
"""
)


@app.command()
def health(ctx: typer.Context) -> Result:
    """Return the survey."""
    from askpro_cli.shell.actions.health import survey

    return survey(app_of(ctx))
