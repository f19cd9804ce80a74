"""Events and replays as tables; complete in a pipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from askpro_cli.shell.output.result import Column, Table

_EVENTS = (
    Column("Id", align="right", style="bold", fit="keep"),
    Column("Received (UTC)", fit="keep"),
    Column("Source", fit="keep"),
    Column("Type", fit="keep"),
    Column("State", fit="keep"),
    Column("Company", fit="cut", drop=2),
    Column("Entity", fit="cut", drop=3),
    Column("Tries", align="right", drop=4),
    Column("Sent", align="right", drop=5),
    Column("Reason", drop=1),
)
_FIELDS = (Column("Field", style="bold", fit="keep"), Column("Value"))
_MOMENTS = (Column("At (UTC)", fit="keep"), Column("What", style="bold", fit="keep"), Column("Detail"))
_SOURCES = (
    Column("Source", style="bold", fit="keep"),
    Column("State", fit="keep"),
    Column("Events", align="right", fit="keep"),
    Column("Oldest (UTC)", fit="keep", drop=1),
    Column("Newest (UTC)", fit="keep", drop=2),
)
_KINDS = (
    Column("Source", fit="keep"),
    Column("Type", fit="keep"),
    Column("State", fit="keep"),
    Column("Events", align="right", fit="keep"),
)
_JOBS = (
    Column("Replay", align="right", style="bold", fit="keep"),
    Column("State", fit="keep"),
    Column("Events", align="right", fit="keep"),
    Column("Done", align="right", fit="keep"),
    Column("Failed", align="right", fit="keep"),
    Column("Skipped", align="right", fit="keep"),
    Column("Unknown", align="right", fit="keep"),
    Column("Waiting", align="right", fit="keep"),
    Column("To", fit="cut", drop=2),
    Column("Made (UTC)", fit="keep", drop=3),
    Column("By", fit="cut", drop=4),
)
_ITEMS = (
    Column("Event", align="right", style="bold", fit="keep"),
    Column("Result", fit="keep"),
    Column("HTTP", align="right", fit="keep"),
    Column("Tries", align="right", drop=2),
    Column("New event", align="right", drop=3),
    Column("Over (UTC)", fit="keep", drop=1),
    Column("Reason"),
)


def events_table(views: Sequence[Mapping[str, Any]]) -> Table:
    """Return events as :func:`~askpro_cli.webhooks.reading.views.event_view` made them."""
    return _table(_EVENTS, views, _EVENT_NAMES)


def event_line(view: Mapping[str, Any]) -> list[str]:
    """Return the cells of one event, as in the table."""
    return _cells(view, _EVENT_NAMES)


def fields_table(view: Mapping[str, Any]) -> Table:
    """Return the plain fields of one thing, one a row."""
    plain = [(name, value) for name, value in view.items() if not isinstance(value, list | dict)]
    return Table(_FIELDS, [[name, _cell(value)] for name, value in plain if value is not None])


def moments_table(views: Sequence[Mapping[str, Any]]) -> Table:
    """Return a timeline."""
    return _table(_MOMENTS, views, ("at", "what", "detail"))


def sources_table(views: Sequence[Mapping[str, Any]]) -> Table:
    """Return the counts of the inbox."""
    return _table(_SOURCES, views, ("source", "state", "events", "oldest_at", "newest_at"))


def kinds_table(views: Sequence[Mapping[str, Any]]) -> Table:
    """Return what a replay would take, counted."""
    return _table(_KINDS, views, ("source", "type", "state", "events"))


def jobs_table(views: Sequence[Mapping[str, Any]]) -> Table:
    """Return replays."""
    rows = [
        [
            *(_cell(view[name]) for name in ("id", "state", "total")),
            *(_cell(view["counts"][name]) for name in ("done", "failed", "skipped", "unknown")),
            _cell(view["counts"]["waiting"] + view["counts"]["sending"]),
            *(_cell(value) for value in (view["options"]["to"], view["created_at"], view["requested_by"])),
        ]
        for view in views
    ]
    return Table(_JOBS, rows)


def items_table(views: Sequence[Mapping[str, Any]]) -> Table:
    """Return what became of the events of a replay."""
    names = ("event_id", "state", "http_status", "attempts", "new_event_id", "finished_at", "reason")
    return _table(_ITEMS, views, names)


_EVENT_NAMES = (
    *("id", "received_at", "source", "type", "state", "company", "entity", "attempts", "hits", "reason"),
)


def _table(columns: Sequence[Column], views: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    return Table(columns, [_cells(view, names) for view in views])


def _cells(view: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    return [_cell(view[name]) for name in names]


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
