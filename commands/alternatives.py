"""``askpro alternatives``: the free slots nearest to a time."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show the free slots nearest to a time.

Nearness counts the minutes between the times of day and a price for every day apart, in both directions;
docs/booking.md has the formula. Past slots and the asked one are never offered.

Examples:
  askpro alternatives 1001 --around 2026-11-23T10:00
  askpro alternatives 1001 --around "tomorrow 10:00"
  askpro alternatives --service Herrenhaarschnitt --around "tomorrow 10:00"
  askpro alternatives haarschnitt --around 2026-11-23T10:00+01:00 --days 3 --limit 2 --json
"""
)


@app.command()
def alternatives(
    ctx: typer.Context,
    event_type: Annotated[
        str | None, typer.Argument(help="Id, user/slug, team/slug or alias; or give --service")
    ] = None,
    *,
    service: Annotated[str | None, typer.Option("--service", help="Service of the records")] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="Where: slug, name or id")] = None,
    staff: Annotated[str | None, typer.Option("--staff", help="With whom: name or id")] = None,
    call: Annotated[str | None, typer.Option("--call", help="The call that asks: Retell's call id")] = None,
    around: Annotated[str, typer.Option("--around", help="The time that was wanted")],
    days: Annotated[int | None, typer.Option("--days", min=0, max=60, help="Days to search each way")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, max=100, help="How many to offer")] = None,
    duration: Annotated[int | None, typer.Option("--duration", help="Length in minutes")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask Cal.com, not the cache")] = False,
) -> Awaitable[Result]:
    """Return the ranking."""
    from askpro_cli.shell.actions.wanted import Around
    from askpro_cli.shell.actions.what import What

    run, what = app_of(ctx), What(event_type, service, branch, staff, call=call)
    question = Around.read(
        run, what, around=around, days=days, limit=limit, duration=duration, refresh=refresh
    )
    from askpro_cli.shell.actions.alternatives import (
        answer,  # costs: after the check, so that a slip is told at once
    )

    return answer(run, question, refresh=refresh)
