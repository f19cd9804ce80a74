"""A part of ``askpro webhooks``: events that nobody will handle by themselves."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

_STUCK_HELP = """List the events that nobody will handle by themselves, and let them go on.

failed: its company is not known, or two could be meant; --release once the mapping is right. abandoned: its
worker is gone and no other one runs. held: its lease ends much later than leases do (a clock was set back).
waiting: due for a while, and no worker comes; start one, or look at the earlier event of the same entity.

--release lets failed and abandoned ones be claimed at once, with their attempts counted anew; --force also
those under a live lease: their worker loses them, and what it did is rolled back.

Exit 1 when there are any, 0 when there are none or they were released.

Examples:
  askpro webhooks stuck
  askpro webhooks stuck --source calcom --json
  askpro webhooks stuck --release
  askpro webhooks stuck --release 17 18 --force --yes
"""

app = command_app(help=_STUCK_HELP)


@app.command("stuck", help=_STUCK_HELP)
def stuck(
    ctx: typer.Context,
    events: Annotated[
        list[int] | None, typer.Argument(min=1, max=LARGEST_KEY, help="Only these, by id")
    ] = None,
    *,
    release: Annotated[bool, typer.Option("--release", help="Let them be handled")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also those that a worker holds")] = False,
    source: Annotated[str | None, typer.Option("--source", help="Only of this source")] = None,
    for_seconds: Annotated[
        float, typer.Option("--for", min=0, help="Seconds that count as long to be due, or without a worker")
    ] = 60.0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many")] = 100,
    yes: Annotated[bool, typer.Option("--yes", help="Take them from their workers without asking")] = False,
) -> Result:
    """Return what is stuck, or what was released."""
    from askpro_cli.shell.actions.inbox.stuck import list_stuck, release_stuck

    named = events or []
    if release:
        return release_stuck(
            app_of(ctx), named, source=source, seconds=for_seconds, limit=limit, force=force, yes=yes
        )
    return list_stuck(app_of(ctx), named, source=source, seconds=for_seconds, limit=limit)
