"""A part of ``askpro webhooks``: what is in the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.webhooks.reading.criteria import Criteria

app = command_app(
    help="""What is in the inbox.

Examples:
  askpro webhooks list
"""
)

_LIST_HELP = """List the events of the inbox, the newest first.

The state is received, claimed, done, failed, dead, ignored or unhandled. --since and --until take a span
back from now (90m, 2h, 3d), a day, or a time. The inbox is the platform's: only --company narrows it.

Examples:
  askpro webhooks list --state failed --state dead --since 2h
  askpro webhooks list --source calcom --type BOOKING_CREATED --entity booking:abc123
  askpro webhooks list --error "company unknown" --json
"""

_SHOW_HELP = """Show one event: what it is, what came, what was done with it.

--timeline tells its story: received, verified, deduped, attempts, what comes next. People in the body are
masked unless --reveal is given, which is written to the run's log.

Examples:
  askpro webhooks show 17 --timeline
  askpro webhooks show 17 --reveal --json
"""

_TAIL_HELP = """Show the last events, and with -f each that comes.

Following prints one line an event (--output ndjson: one document) until Ctrl-C. A filter is held against
each event as it is when it arrives: one that fails later is found by list.

Examples:
  askpro webhooks tail
  askpro webhooks tail -f --source retell
  askpro webhooks tail -f --output ndjson
"""

_SOURCES_HELP = """Count the events of the inbox by source and state.

Examples:
  askpro webhooks sources
"""

_EXPORT_HELP = """Print events as NDJSON, one a line, the oldest first.

Bodies are whole, as text where they are UTF-8, else base64, so people are in them: that is written to the
run's log. Conflicts (other bodies under a key) are never exported.

Examples:
  askpro webhooks export --since 2026-11-01 --until 2026-11-30 > november.ndjson
  askpro webhooks export --source stripe --limit 100
"""

_IMPORT_HELP = """Read events that were exported, from a file or from standard input (-).

Each is written down once: one that is there already stands. What was over stays as it was, what was not is
handled here; --again lets all be handled here. Exit 6 when some lines were refused.

Examples:
  askpro webhooks import november.ndjson --dry-run
  askpro webhooks import november.ndjson
"""

EventId = Annotated[int, typer.Argument(min=1, max=LARGEST_KEY, help="Its id")]
Source = Annotated[list[str] | None, typer.Option("--source", help="Only of this sender; may be repeated")]
Type = Annotated[list[str] | None, typer.Option("--type", help="Only of this type; may be repeated")]
State = Annotated[list[str] | None, typer.Option("--state", help="Only in this state; may be repeated")]
NoCompany = Annotated[bool, typer.Option("--no-company", help="Only those whose company is not known")]
Since = Annotated[str | None, typer.Option("--since", help="Received since: 2h, 3d, today, a time")]
Until = Annotated[str | None, typer.Option("--until", help="Received before; a day means its end")]
Error = Annotated[str | None, typer.Option("--error", help="Only with this text in the reason")]
Entity = Annotated[str | None, typer.Option("--entity", help="Only about this booking or call")]
FailIfNone = Annotated[bool, typer.Option("--fail-if-none", help="Exit 7 when nothing matched")]


def _criteria(
    ctx: typer.Context,
    *,
    source: list[str] | None,
    type_: list[str] | None,
    state: list[str] | None,
    no_company: bool,
    since: str | None,
    until: str | None,
    error: str | None,
    entity: str | None,
) -> Criteria:
    """Return the filter that was typed, checked."""
    from askpro_cli.shell.actions.inbox.event_filter import TypedEvents, read_criteria

    typed = TypedEvents(
        source=tuple(source or ()),
        type=tuple(type_ or ()),
        state=tuple(state or ()),
        no_company=no_company,
        since=since,
        until=until,
        error=error,
        entity=entity,
    )
    return read_criteria(app_of(ctx), typed)


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    source: Source = None,
    type_: Type = None,
    state: State = None,
    no_company: NoCompany = False,
    since: Since = None,
    until: Until = None,
    error: Error = None,
    entity: Entity = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many")] = 100,
    fail_if_none: FailIfNone = False,
) -> Result:
    """Check the filter and return the list."""
    criteria = _criteria(
        ctx,
        source=source,
        type_=type_,
        state=state,
        no_company=no_company,
        since=since,
        until=until,
        error=error,
        entity=entity,
    )
    from askpro_cli.shell.actions.inbox.events import list_events

    return list_events(app_of(ctx), criteria, limit=limit, fail_if_none=fail_if_none)


@app.command("show", help=_SHOW_HELP)
def show(
    ctx: typer.Context,
    event: EventId,
    *,
    timeline: Annotated[bool, typer.Option("--timeline", help="Tell its story")] = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show people and the raw body")] = False,
) -> Result:
    """Return the event."""
    from askpro_cli.shell.actions.inbox.events import show_event

    return show_event(app_of(ctx), event, with_timeline=timeline, reveal=reveal)


@app.command("tail", help=_TAIL_HELP)
def tail(
    ctx: typer.Context,
    *,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until Ctrl-C")] = False,
    number: Annotated[int, typer.Option("-n", "--lines", min=0, max=10_000, help="Begin with so many")] = 10,
    source: Source = None,
    type_: Type = None,
    state: State = None,
    no_company: NoCompany = False,
    since: Since = None,
    until: Until = None,
    error: Error = None,
    entity: Entity = None,
) -> Result:
    """Return the last events, or follow."""
    criteria = _criteria(
        ctx,
        source=source,
        type_=type_,
        state=state,
        no_company=no_company,
        since=since,
        until=until,
        error=error,
        entity=entity,
    )
    from askpro_cli.shell.actions.inbox.events import tail_events

    return tail_events(app_of(ctx), criteria, number=number, follow=follow)


@app.command("sources", help=_SOURCES_HELP)
def sources(ctx: typer.Context) -> Result:
    """Return the counts."""
    from askpro_cli.shell.actions.inbox.events import show_sources

    return show_sources(app_of(ctx))


@app.command("export", help=_EXPORT_HELP)
def export(
    ctx: typer.Context,
    *,
    source: Source = None,
    type_: Type = None,
    state: State = None,
    no_company: NoCompany = False,
    since: Since = None,
    until: Until = None,
    error: Error = None,
    entity: Entity = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many")] = None,
    fail_if_none: FailIfNone = False,
) -> Result:
    """Check the filter and print the events."""
    criteria = _criteria(
        ctx,
        source=source,
        type_=type_,
        state=state,
        no_company=no_company,
        since=since,
        until=until,
        error=error,
        entity=entity,
    )
    from askpro_cli.shell.actions.inbox.carrying import export as export_events

    return export_events(app_of(ctx), criteria, limit=limit, fail_if_none=fail_if_none)


@app.command("import", help=_IMPORT_HELP)
def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="The file; - reads standard input")],
    *,
    again: Annotated[bool, typer.Option("--again", help="Let all be handled here")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; this asks nothing")] = False,
) -> Result:
    """Return what became of the lines."""
    from askpro_cli.shell.actions.inbox.carrying import import_ as import_events

    del yes
    return import_events(app_of(ctx), file, again=again, dry_run=dry_run)
