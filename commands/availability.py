"""``askpro availability``: free slots, from the cache where it is fresh. A hit imports nothing heavy."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show the free slots of an event type.

EVENT_TYPE is an id, user/slug, team/slug or an alias of the settings. Days are those of the company's zone;
--from and --to take 2026-11-23, today, tomorrow, +3d (the day of --to is included) or a time. A time is
2026-11-24T14:00, "tomorrow 8:00" or "+2d 14:30"; local unless it has Z or an offset.
--explain says why one time is not offered, rule by rule, in at most three requests.

Examples:
  askpro availability 1001
  askpro availability salon/herrenhaarschnitt --from tomorrow --days 3
  askpro availability haarschnitt --from 2026-11-23 --to 2026-11-27 --json
  askpro availability haarschnitt --explain 2026-11-24T14:00
  askpro availability haarschnitt --explain "tomorrow 8:00"
"""
)


@app.command()
def availability(
    ctx: typer.Context,
    event_type: Annotated[str, typer.Argument(help="Id, user/slug, team/slug or alias")],
    *,
    from_: Annotated[str | None, typer.Option("--from", help="First day or instant [default: today]")] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Last day, or the instant before which to end")
    ] = None,
    days: Annotated[int | None, typer.Option("--days", help="Days from --from on [default: 7]")] = None,
    duration: Annotated[int | None, typer.Option("--duration", help="Length in minutes")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask Cal.com, not the cache")] = False,
    stale_ok: Annotated[
        bool, typer.Option("--stale-ok", help="Accept an old copy if Cal.com is down")
    ] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", help="A time: say why it is not offered", metavar="TIME")
    ] = None,
) -> Result | Awaitable[Result]:
    """Return the slots at once from the cache, else the work that asks the vendor."""
    if explain is not None:
        from askpro_cli.shell.actions.explain_time import TimeAsked, explain_time

        given = {"--from": from_, "--to": to, "--days": days, "--refresh": refresh, "--stale-ok": stale_ok}
        other = [name for name, value in given.items() if value]
        asked = TimeAsked.read(app_of(ctx), event_type, explain, duration=duration, other=other)
        return explain_time(app_of(ctx), asked)
    from askpro_cli.shell.actions.availability import Question, from_cache, from_vendor

    run = app_of(ctx)
    question = Question.read(run, event_type, start=from_, end=to, days=days, duration=duration)
    answer = None if refresh else from_cache(run, question)
    return answer or from_vendor(run, question, refresh=refresh, stale_ok=stale_ok)
