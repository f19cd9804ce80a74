"""``askpro webhooks list|show|tail|sources`` between the command line and the inbox."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import UsageError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.shell.actions.inbox import event_tables as tables
from askpro_cli.shell.actions.records.opened import named_if_none, platform_records
from askpro_cli.shell.output.result import Result
from askpro_cli.webhooks.reading import counting, listing, showing
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.reading.timeline import timeline
from askpro_cli.webhooks.reading.views import detail_view, event_view, iso_ms

if TYPE_CHECKING:
    from askpro_cli.platform.records import Records
    from askpro_cli.shell.context import App

_POLL_SECONDS = 0.5
_OVERLAP = 256
"""Ids are given before they are committed: so far back a follower looks for one that came late."""


def list_events(app: App, criteria: Criteria, *, limit: int, fail_if_none: bool) -> Result:
    """Return the events that match, the newest first.

    Raises:
        ConfigError, RecordsError: the database cannot be used.
    """
    found = platform_records(app, read_only=True).run_in_transaction(
        lambda session: listing.list_events(session, criteria, limit=limit + 1), context="list events"
    )
    views = [event_view(row) for row in found[:limit]]
    more = len(found) > limit
    words = f"the last {counted(len(views))}; there are more" if more else counted(len(views))
    return Result(
        data={"events": views, "total": None if more else len(views)},
        table=tables.events_table(views),
        messages=[words if more else named_if_none(app, words, number=len(views))],
        exit_code=ExitCode.NOTHING_MATCHED if fail_if_none and not views else None,
        records="events",
    )


def show_event(app: App, event_id: int, *, with_timeline: bool, reveal: bool) -> Result:
    """Return one event with all that is kept about it; with its story on demand.

    Raises:
        NotFoundError: there is none of this id.
        ConfigError, RecordsError: the database cannot be used.
    """
    detail = platform_records(app, read_only=True).run_in_transaction(
        lambda session: showing.show_event(session, event_id), context="show an event"
    )
    if reveal:
        app.log.event("personal_data_revealed", events=[event_id])
    view = detail_view(detail, reveal=reveal)
    story = [{"at": iso_ms(at), "what": what, "detail": words} for at, what, words in timeline(detail)]
    view["timeline"] = story
    table = tables.moments_table(story) if with_timeline else tables.fields_table(with_texts(view))
    return Result(data=view, table=table)


def with_texts(view: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with body and headers as text, for a person."""
    body = view["body"]
    headers = "\n".join(f"{name}: {value}" for name, value in view["headers"])
    text = body if body is None or isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)
    return view | {"headers": headers or None, "body": text}


def show_sources(app: App) -> Result:
    """Return how many events are in which state, by source.

    Raises:
        ConfigError, RecordsError: the database cannot be used.
    """

    def read(session: Any) -> tuple[list[counting.StateCount], counting.Waiting]:
        return counting.count_states(session), counting.count_waiting(session)

    counts, waiting = platform_records(app, read_only=True).run_in_transaction(
        read, context="count the events"
    )
    views = [
        {
            "source": one.source,
            "state": one.state,
            "events": one.events,
            "oldest_at": iso_ms(one.oldest_ms),
            "newest_at": iso_ms(one.newest_ms),
        }
        for one in counts
    ]
    total = sum(one.events for one in counts)
    oldest = "" if waiting.oldest_ms is None else f", the oldest since {iso_ms(waiting.oldest_ms)}"
    return Result(
        data={
            "sources": views,
            "total": total,
            "waiting": waiting.events,
            "oldest_waiting_at": iso_ms(waiting.oldest_ms),
        },
        table=tables.sources_table(views),
        messages=[named_if_none(app, f"{counted(total)}; {waiting.events} wait{oldest}", number=total)],
        records="sources",
    )


def tail_events(app: App, criteria: Criteria, *, number: int, follow: bool) -> Result:
    """Return the last events, the newest last; with *follow* print each that comes until a signal.

    Raises:
        UsageError: *follow* with --json, which is one document.
        ConfigError, RecordsError: the database cannot be used.
    """
    if follow and app.options.wants_json:
        raise UsageError("--json is one document; what goes on is --output ndjson", subject="--json")
    records = platform_records(app, read_only=True)
    found = records.run_in_transaction(
        lambda session: listing.list_events(session, criteria, limit=number), context="list events"
    )
    views = [event_view(row) for row in reversed(found)]
    if follow:
        app.follow_options()
        _follow(app, records, criteria, views)
    return Result(data={"events": views}, table=tables.events_table(views), records="events")


def _follow(app: App, records: Records, criteria: Criteria, views: list[dict[str, Any]]) -> None:
    """Print what is there and what comes; ends by a signal, or when the database cannot be used."""
    told = {view["id"] for view in views}
    newest = records.run_in_transaction(listing.last_id, context="follow the events")
    rest = threading.Event()
    for view in views:
        _tell(app, view)
    first = newest
    while True:
        after = max(first, newest - _OVERLAP)
        rows = records.run_in_transaction(
            lambda session, after=after: listing.list_after(  # type: ignore[misc]
                session, criteria, after_id=after, limit=1000
            ),
            context="follow the events",
        )
        for row in rows:
            if row.id not in told:
                _tell(app, event_view(row))
        told = {row.id for row in rows}
        newest = max((row.id for row in rows), default=newest)
        rest.wait(_POLL_SECONDS)


def _tell(app: App, view: dict[str, Any]) -> None:
    if app.options.format == "ndjson":
        app.console.answer(json.dumps(view) + "\n")
    else:
        app.console.answer("\t".join(_plain(cell) for cell in tables.event_line(view)) + "\n")


def _plain(cell: str) -> str:
    """Return a cell without what would break the line."""
    return " ".join(cell.split())


def counted(number: int) -> str:
    """Return ``1 event``, ``3 events``."""
    return "1 event" if number == 1 else f"{number} events"
