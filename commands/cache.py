"""``askpro cache``: show and clear what Cal.com answered lately."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show or clear the cache of Cal.com answers.

Examples:
  askpro cache stats
  askpro cache clear --event-type 1001
"""
)

_STATS_HELP = """Show where the cache lies, what it holds, and how often it helped.

Examples:
  askpro cache stats --json
"""

_CLEAR_HELP = """Clear the cache of this company, or a part of it; stale copies too.

Clearing loses nothing but time: the next question goes to Cal.com.

Examples:
  askpro cache clear
  askpro cache clear --event-type haarschnitt
  askpro cache clear --prefix slots
"""


@app.command("stats", help=_STATS_HELP)
def stats(ctx: typer.Context) -> Result:
    """Return the counts."""
    from askpro_cli.shell.actions.cache import cache_stats

    return cache_stats(app_of(ctx))


@app.command("clear", help=_CLEAR_HELP)
def clear(
    ctx: typer.Context,
    *,
    prefix: Annotated[str | None, typer.Option("--prefix", help="slots, event-type or schedule")] = None,
    event_type: Annotated[str | None, typer.Option("--event-type", help="Only the slots of this one")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how much would be cleared")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; clearing asks nothing")] = False,
) -> Result:
    """Clear it and return how much it was."""
    from askpro_cli.shell.actions.cache import clear_cache

    del yes
    return clear_cache(app_of(ctx), prefix=prefix, event_type=event_type, dry_run=dry_run)
