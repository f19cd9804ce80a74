"""``askpro availability``: free slots, from the cache where it is fresh. A hit imports nothing heavy."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show the free slots of an event type or a service.

EVENT_TYPE is an id, user/slug, team/slug or an alias of the settings; --service is one of the records, at the
branch of --branch or of the call, and with --staff only where that person is booked alone. Days are those of
the company's zone; --from and --to take 2026-11-23, today, tomorrow, +3d (the day of --to is included) or a
time. A time is 2026-11-24T14:00, "tomorrow 8:00" or "+2d 14:30"; local unless it has Z or an offset.
--explain says why one time is not offered, rule by rule, in at most three requests.

Examples:
  askpro availability 1001
  askpro availability salon/herrenhaarschnitt --from tomorrow --days 3
  askpro availability haarschnitt --from 2026-11-23 --to 2026-11-27 --json
  askpro availability --service Herrenhaarschnitt --branch mitte --days 2
  askpro availability haarschnitt --explain 2026-11-24T14:00
  askpro availability haarschnitt --explain "tomorrow 8:00"
"""
)


@app.command()
def availability(
    ctx: typer.Context,
    event_type: Annotated[
        str | None, typer.Argument(help="Id, user/slug, team/slug or alias; or give --service")
    ] = None,
    *,
    service: Annotated[str | None, typer.Option("--service", help="Service of the records")] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="Where: slug, name or id")] = None,
    staff: Annotated[str | None, typer.Option("--staff", help="With whom: name or id")] = None,
    call: Annotated[str | None, typer.Option("--call", help="The call that asks: Retell's call id")] = None,
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
    from askpro_cli.shell.actions.what import What

    run, what = app_of(ctx), What(event_type, service, branch, staff, call=call)
    if explain is not None:
        from askpro_cli.shell.actions.explain_time import TimeAsked, explain_time

        given = {"--from": from_, "--to": to, "--days": days, "--refresh": refresh, "--stale-ok": stale_ok}
        other = [name for name, value in given.items() if value]
        asked = TimeAsked.read(run, what, explain, duration=duration, other=other)
        return explain_time(run, asked)
    from askpro_cli.shell.actions.availability import Question, from_cache, from_vendor

    question = Question.read(run, what, start=from_, end=to, days=days, duration=duration, refresh=refresh)
    answer = None if refresh else from_cache(run, question)
    return answer or from_vendor(run, question, refresh=refresh, stale_ok=stale_ok)
