"""``askpro cache``: show, clear, fill and check what Cal.com answered lately."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Fill, compare, show or clear the cache.

Examples:
  askpro cache stats
  askpro cache clear --event-type 1001
  askpro cache warmup --all
  askpro cache diff --all
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


_WARMUP_HELP = """Fill the cache with free slots before anybody asks, a job for cron.

One request an event type covers all days; what is fresh is not asked for again. Without --event-type or
--all it takes the event types that have an alias in the settings, or all when none has. A part of the
request budget is left to people on the phone. Off a terminal it says nothing unless something is wrong. Two
runs at once share the work, and after one that was killed the next one goes on.

Exit 0: all is warm. 6: some of it; the rest failed, or --max-requests was reached. 5: Cal.com or the state
could not be reached. 4: the key is not accepted.

Examples:
  askpro cache warmup
  askpro cache warmup --event-type haarschnitt --event-type 1002 --days 7
  askpro cache warmup --all --keep-warm --max-requests 60
  askpro cache warmup --all --dry-run
"""

EventTypes = Annotated[
    list[str] | None, typer.Option("--event-type", help="Id, user/slug, team/slug or alias; repeatable")
]
Everything = Annotated[bool, typer.Option("--all", help="All event types the key may see, teams' too")]
Days = Annotated[int | None, typer.Option("--days", help="Days from today on [default: 14]")]
MaxRequests = Annotated[int | None, typer.Option("--max-requests", help="Send no more requests than that")]


@app.command("warmup", help=_WARMUP_HELP)
def warmup(
    ctx: typer.Context,
    *,
    event_type: EventTypes = None,
    everything: Everything = False,
    days: Days = None,
    max_requests: MaxRequests = None,
    all_lengths: Annotated[
        bool, typer.Option("--all-lengths", help="Every length of an event type, a request each")
    ] = False,
    keep_warm: Annotated[
        bool, typer.Option("--keep-warm", help="Renew what has lived through half of its life")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be asked for")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; warming asks nothing")] = False,
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.chosen import Wanted
    from askpro_cli.shell.actions.warmup import warm_cache

    del yes
    run = app_of(ctx)
    wanted = Wanted.read(run, event_type or [], everything=everything, days=days, max_requests=max_requests)
    return warm_cache(run, wanted, all_lengths=all_lengths, keep_warm=keep_warm, dry_run=dry_run)


_DIFF_HELP = """Compare the cache with what Cal.com offers now; it changes nothing.

A cached time that is no longer offered is CAL010, an offered time the cache does not hold CAL011. One request
an event type; times that pass meanwhile are left out. What is not in the cache is not compared.

Exit 1: differences. 5: nothing cached, or Cal.com could not be asked. 0: the same.

Examples:
  askpro cache diff --all
  askpro cache diff --event-type haarschnitt --days 3 --json
"""


@app.command("diff", help=_DIFF_HELP)
def diff(
    ctx: typer.Context,
    *,
    event_type: EventTypes = None,
    everything: Everything = False,
    days: Days = None,
    max_requests: MaxRequests = None,
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.cache_diff import diff_cache
    from askpro_cli.shell.actions.chosen import Wanted

    run = app_of(ctx)
    wanted = Wanted.read(run, event_type or [], everything=everything, days=days, max_requests=max_requests)
    return diff_cache(run, wanted)
