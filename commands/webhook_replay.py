"""A part of ``askpro webhooks``: events handled or sent again."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.shell.command import DefaultGroup, app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Events handled or sent again.

Examples:
  askpro webhooks replay --state dead --dry-run
"""
)

replay = command_app(
    help="""Let events be handled again, or send them to a URL: a job that survives crashes.

What names none of the commands below is start: askpro webhooks replay 17 --yes.

Examples:
  askpro webhooks replay --source calcom --state dead --since 3d --dry-run
  askpro webhooks replay --source calcom --state dead --since 3d --yes
  askpro webhooks replay status 4
"""
)
app.add_typer(replay, name="replay", cls=DefaultGroup)

_START_HELP = """Replay events by their ids or a filter, as a job; --dry-run counts and shows a sample.

Without --to, events that failed, are dead, unhandled or ignored go back to the workers, a few at a time, and
are followed to their end; what was done is skipped, unless --bypass-dedup handles it as a new event. With
--to each is sent to a URL byte for byte with its headers and X-Askpro-Replay-Of; --resign signs it anew.

Workers run the job (askpro serve, askpro worker), or this process with --here; Ctrl-C then pauses it. After
a crash the next run goes on, each event once. An answer that was lost leaves its event unknown: it is sent
again only by resume --unknown. Exit 3: an event that was named is not there. 6: some failed. 5: some are
unknown. 8: --wait ran out.

Examples:
  askpro webhooks replay 17 18 --yes
  askpro webhooks replay --state dead --error "company unknown" --since 7d --yes --rate 20
  askpro webhooks replay --source stripe --since today --to http://127.0.0.1:9000/hook --resign --yes --here
"""

_STATUS_HELP = """Show a replay and what became of its events; without an id, the replays.

Exit 6: some events failed. 5: the answer to some was lost.

Examples:
  askpro webhooks replay status
  askpro webhooks replay status 4 --state failed
  askpro webhooks replay status 4 --limit 100000 --output ndjson
"""

_PAUSE_HELP = """Let a replay stand until it is resumed.

What is under way is still answered.

Examples:
  askpro webhooks replay pause 4
"""

_RESUME_HELP = """Let a paused replay go on, or try again what failed or is unknown.

--unknown sends again what may have arrived: on a terminal it asks, elsewhere it needs --yes.

Examples:
  askpro webhooks replay resume 4
  askpro webhooks replay resume 4 --here
  askpro webhooks replay resume 4 --failed
"""

_CANCEL_HELP = """End a replay for good: what waits is skipped.

What is under way is still answered.

Examples:
  askpro webhooks replay cancel 4
"""

JobId = Annotated[int, typer.Argument(min=1, max=LARGEST_KEY, help="Its id")]
Here = Annotated[bool, typer.Option("--here", help="Run it in this process; Ctrl-C pauses it")]
Wait = Annotated[
    float | None, typer.Option("--wait", min=0, max=86_400, help="Wait so many seconds for its end")
]
States = Annotated[list[str] | None, typer.Option("--state", help="Only in this state; may be repeated")]


@replay.command("start", help=_START_HELP)
def start(
    ctx: typer.Context,
    events: Annotated[list[int] | None, typer.Argument(min=1, max=LARGEST_KEY, help="Their ids")] = None,
    *,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only of this sender; may be repeated")
    ] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="Only of this type; may be repeated")
    ] = None,
    state: States = None,
    no_company: Annotated[bool, typer.Option("--no-company", help="Only those of no known company")] = False,
    since: Annotated[
        str | None, typer.Option("--since", help="Received since: 2h, 3d, today, a time")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Received before; a day means its end")] = None,
    error: Annotated[str | None, typer.Option("--error", help="Only with this text in the reason")] = None,
    entity: Annotated[str | None, typer.Option("--entity", help="Only about this booking or call")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Send them to this URL")] = None,
    resign: Annotated[bool, typer.Option("--resign", help="With --to: sign anew with our secret")] = False,
    bypass_dedup: Annotated[
        bool, typer.Option("--bypass-dedup", help="Also what was done, as a new event")
    ] = False,
    rate: Annotated[float | None, typer.Option("--rate", help="At most so many a second")] = None,
    concurrency: Annotated[int | None, typer.Option("--concurrency", help="At most so many at once")] = None,
    here: Here = False,
    wait: Wait = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count and show a sample")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Replay without asking")] = False,
    fail_if_none: Annotated[bool, typer.Option("--fail-if-none", help="Exit 7 when nothing matched")] = False,
) -> Result:
    """Check the wish, show what it would do, and do it after a yes."""
    from askpro_cli.shell.actions.inbox import replay as actions
    from askpro_cli.shell.actions.inbox.event_filter import TypedEvents, read_criteria
    from askpro_cli.webhooks.replay.options import ReplayOptions

    typed = TypedEvents(
        ids=tuple(events or ()),
        source=tuple(source or ()),
        type=tuple(type_ or ()),
        state=tuple(state or ()),
        no_company=no_company,
        since=since,
        until=until,
        error=error,
        entity=entity,
    )
    run = app_of(ctx)
    options = ReplayOptions(
        to=to, resign=resign, bypass_dedup=bypass_dedup, rate=rate, concurrency=concurrency
    )
    running = actions.Running(here=here, wait=wait)
    criteria = read_criteria(run, typed)
    actions.check_wish(criteria, options, running)
    seen = actions.preview_replay(run, criteria, options)
    if dry_run:
        return actions.show_preview(seen, fail_if_none=fail_if_none)
    return actions.start_replay(run, seen, options, running, yes=yes, fail_if_none=fail_if_none)


@replay.command("status", help=_STATUS_HELP)
def status(
    ctx: typer.Context,
    job: Annotated[
        int | None, typer.Argument(min=1, max=LARGEST_KEY, help="Its id; without it all are listed")
    ] = None,
    *,
    state: States = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000_000, help="At most so many")] = 100,
) -> Result:
    """Return the replay, or the replays."""
    from askpro_cli.shell.actions.inbox import replay as actions

    if job is None:
        return actions.show_jobs(app_of(ctx), state or [], limit)
    return actions.show_job(app_of(ctx), job, state or [], limit)


@replay.command("pause", help=_PAUSE_HELP)
def pause(
    ctx: typer.Context,
    job: JobId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; this asks nothing")] = False,
) -> Result:
    """Return the paused replay."""
    from askpro_cli.shell.actions.inbox.replay import change_job
    from askpro_cli.webhooks.replay.changing import pause_job

    del yes
    return change_job(app_of(ctx), lambda session: pause_job(session, job), "pause a replay")


@replay.command("resume", help=_RESUME_HELP)
def resume(
    ctx: typer.Context,
    job: JobId,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Try again what failed")] = False,
    unknown: Annotated[bool, typer.Option("--unknown", help="Send again what may have arrived")] = False,
    here: Here = False,
    wait: Wait = None,
    yes: Annotated[bool, typer.Option("--yes", help="Also what may have arrived")] = False,
) -> Result:
    """Return the replay as it goes on, or as it ended."""
    from askpro_cli.shell.actions.inbox.replay import Running
    from askpro_cli.shell.actions.inbox.replay import resume as resume_replay

    again = [name for name, wanted in (("failed", failed), ("unknown", unknown)) if wanted]
    return resume_replay(app_of(ctx), job, again, Running(here=here, wait=wait), yes=yes)


@replay.command("cancel", help=_CANCEL_HELP)
def cancel(
    ctx: typer.Context,
    job: JobId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; what was begun can be started anew")] = False,
) -> Result:
    """Return the cancelled replay."""
    from askpro_cli.shell.actions.inbox.replay import change_job
    from askpro_cli.webhooks.replay.changing import cancel_job

    del yes
    return change_job(app_of(ctx), lambda session: cancel_job(session, job), "cancel a replay")
