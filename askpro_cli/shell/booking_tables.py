"""Bookings as tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from askpro_cli.shell.result import Column, Table
from askpro_cli.shell.slot_tables import when

_COLUMNS = (
    Column("Uid", style="bold"),
    Column("Status"),
    Column("Start"),
    Column("End"),
    Column("Event type"),
    Column("Attendees"),
)


def bookings_table(views: Sequence[Mapping[str, Any]], title: str | None = None) -> Table:
    """Return bookings as :func:`askpro_cli.booking.views.booking_view` made them, one a row.

    In a pipe: uid, status, start, end (ISO, company's zone), event type id, attendees.
    """
    rows = [_row(view, when(view["start"]), when(view["end"]), _event_type(view)) for view in views]
    records = [_row(view, view["start"], view["end"], str(view["event_type"]["id"] or "")) for view in views]
    return Table(_COLUMNS, rows, title=title, tsv_rows=records)


def properties_table(values: Mapping[str, Any]) -> Table:
    """Return one thing as a table of name and value; nested values are flattened with dots."""
    rows = [[name, text] for name, text in _flat(values)]
    return Table((Column("Field", style="bold"), Column("Value")), rows)


def sentence(verb: str, view: Mapping[str, Any]) -> str:
    """Return what happened to a booking: ``booked mg3EV… for Mon 2026-11-23 10:00 (accepted)``."""
    return f"{verb} {view['uid']} for {when(view['start'])} ({view['status']})"


def _row(view: Mapping[str, Any], start: str, end: str, event_type: str) -> list[str]:
    people = ", ".join(person["name"] for person in view["attendees"])
    return [view["uid"], view["status"], start, end, event_type, people]


def _event_type(view: Mapping[str, Any]) -> str:
    link = view["event_type"]
    return str(link["slug"] or link["id"] or "")


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        found += _entry(f"{prefix}{name}", value)
    return found


def _entry(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return _flat(value, f"{name}.")
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [pair for index, item in enumerate(value) for pair in _flat(item, f"{name}.{index}.")]
    if isinstance(value, list):
        return [(name, ", ".join(map(str, value)))]
    if isinstance(value, bool):
        return [(name, str(value).lower())]
    return [] if value is None else [(name, str(value))]
