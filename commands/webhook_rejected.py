"""A part of ``askpro webhooks``: what was not let in, what came twice and differed, what may go."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""What was not let in, and what may go.

Examples:
  askpro webhooks rejected list
"""
)

_REJECTED_HELP = """Look at requests that were not let in, and let them in after all.

They are kept apart from the events, with the cause: a wrong or missing signature, a body that is no event,
too large a body, an unknown route. The same again is counted, not kept twice; beyond intake.rejected_keep the
oldest are let go.

Examples:
  askpro webhooks rejected list
  askpro webhooks rejected show 17
  askpro webhooks rejected readmit 17
"""

_LIST_HELP = """List requests that were not let in, the newest first.

Examples:
  askpro webhooks rejected list
  askpro webhooks rejected list --source calcom --cause signature_wrong --since 2h
  askpro webhooks rejected list --json
"""

_SHOW_HELP = """Show one with its cause, its headers and its body.

People are masked unless --reveal is given, which is written to the run's log.

Examples:
  askpro webhooks rejected show 17
  askpro webhooks rejected show 17 --reveal --json
"""

_READMIT_HELP = """Let requests in after all, as events that workers handle.

Each is judged again as of the time it came, with the secrets of today: after a wrong secret was corrected
those it turned away can be let in. What is refused again stays where it is. With --unverified nobody asks who
sent it: on a terminal it asks, elsewhere it needs --yes.

Name them by their ids, or by filters. Exit 6: some were refused again. 1: all of them.

Examples:
  askpro webhooks rejected readmit 17
  askpro webhooks rejected readmit --source calcom --cause signature_wrong --since 2h --dry-run
  askpro webhooks rejected readmit 17 --unverified --yes
"""

_PRUNE_HELP = """Let bodies and headers go that were kept long enough, a job for cron.

How long they are kept says the retention section of the settings, for each source; --older-than says it for
this run. What makes a duplicate a duplicate stays, so an old event that is sent again is still known. Events
that wait for a worker keep theirs. Rejected requests go altogether. On a terminal it asks; elsewhere it needs
--yes.

Examples:
  askpro webhooks prune --dry-run
  askpro webhooks prune --yes
  askpro webhooks prune --older-than 60d --source retell --yes
"""

_CONFLICTS_HELP = """List requests that came under the key of a stored event with another body.

The first body stands; the others are findings (HOOK010), never events. Exit 1 when there are any.

Examples:
  askpro webhooks conflicts
  askpro webhooks conflicts --source calcom --json
"""

rejected = command_app(help=_REJECTED_HELP)
app.add_typer(rejected, name="rejected")

Ids = Annotated[list[int] | None, typer.Argument(min=1, max=LARGEST_KEY, help="Their ids")]
Source = Annotated[str | None, typer.Option("--source", help="Only of this one: calcom, retell, …")]
Cause = Annotated[str | None, typer.Option("--cause", help="Only for this cause: signature_wrong, …")]
Since = Annotated[str | None, typer.Option("--since", help="Seen since: 2h, 3d (ago), a day or a time")]
Until = Annotated[str | None, typer.Option("--until", help="Seen until: the same")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many")]


@rejected.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    source: Source = None,
    cause: Cause = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
    fail_if_none: Annotated[bool, typer.Option("--fail-if-none", help="Exit 7 when nothing matched")] = False,
) -> Result:
    """Return the list."""
    from askpro_cli.shell.actions.inbox.rejected import list_rejected, read_filter

    run = app_of(ctx)
    wanted = read_filter(run, source=source, cause=cause, since=since, until=until)
    return list_rejected(run, wanted, limit=limit, fail_if_none=fail_if_none)


@rejected.command("show", help=_SHOW_HELP)
def show(
    ctx: typer.Context,
    request: Annotated[int, typer.Argument(min=1, max=LARGEST_KEY, help="Its id")],
    *,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show names, numbers and the raw body")] = False,
) -> Result:
    """Return the request."""
    from askpro_cli.shell.actions.inbox.rejected import show_rejected

    return show_rejected(app_of(ctx), request, reveal=reveal)


@rejected.command("readmit", help=_READMIT_HELP)
def readmit(
    ctx: typer.Context,
    requests: Ids = None,
    *,
    source: Source = None,
    cause: Cause = None,
    since: Since = None,
    until: Until = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Without a proof of who sent them")
    ] = False,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about --unverified")] = False,
) -> Result:
    """Return what became of each."""
    from askpro_cli.shell.actions.inbox.readmitting import readmit
    from askpro_cli.shell.actions.inbox.rejected import read_filter

    run = app_of(ctx)
    wanted = read_filter(run, source=source, cause=cause, since=since, until=until)
    return readmit(run, requests or [], wanted, unverified=unverified, dry_run=dry_run, yes=yes)


@app.command("prune", help=_PRUNE_HELP)
def prune(
    ctx: typer.Context,
    *,
    older_than: Annotated[
        str | None, typer.Option("--older-than", help="60d, or a day: kept since then")
    ] = None,
    source: Source = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> Result:
    """Return how many went."""
    from askpro_cli.shell.actions.inbox.pruning import prune_bodies

    return prune_bodies(app_of(ctx), older_than=older_than, source=source, dry_run=dry_run, yes=yes)


@app.command("conflicts", help=_CONFLICTS_HELP)
def conflicts(ctx: typer.Context, *, source: Source = None, limit: Limit = 100) -> Result:
    """Return the findings."""
    from askpro_cli.shell.actions.inbox.conflicts import list_conflicts

    return list_conflicts(app_of(ctx), source=source, limit=limit)
