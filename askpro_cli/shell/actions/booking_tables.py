"""Bookings as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.redaction import HIDDEN
from askpro_cli.shell.actions.slot_tables import until, when
from askpro_cli.shell.output.result import Column, Table

# One line a booking on a terminal of 80 columns: what is copied stays whole, the rest gives way.
_COLUMNS = (
    Column("Uid", style="bold", fit="keep"),
    Column("Status", fit="keep", drop=2),
    Column("Start", fit="keep"),
    Column("End", fit="keep", drop=3),
    Column("Event type", fit="cut", drop=4),
    Column("Attendees", fit="cut"),
)
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_CONTACT = (Column("E-mail", fit="keep", drop=1), Column("Phone", fit="keep"))


def bookings_table(views: Sequence[Mapping[str, Any]], zone: ZoneInfo, *, contact: bool = False) -> Table:
    """Return bookings as :func:`askpro_cli.booking.views.booking_view` made them, one a row.

    In a pipe: uid, status, start, end (ISO, company's zone), event type id, attendees.

    Args:
        views: the bookings.
        zone: the company's, whose times the views hold.
        contact: add the attendees' addresses and numbers.
    """
    rows = [
        _row(view, when(view["start"], zone), until(view["start"], view["end"], zone), _event_type(view))
        for view in views
    ]
    records = [_row(view, view["start"], view["end"], str(view["event_type"]["id"] or "")) for view in views]
    if not contact:
        return Table(_COLUMNS, rows, tsv_rows=records)
    more = [[_of_people(view, "email"), _of_people(view, "phone")] for view in views]
    return Table(
        (*_COLUMNS, *_CONTACT),
        [row + people for row, people in zip(rows, more, strict=True)],
        tsv_rows=[row + people for row, people in zip(records, more, strict=True)],
    )


def properties_table(values: Mapping[str, Any]) -> Table:
    """Return one thing as a table of name and value.

    In a pipe nested values are flattened, with dots and numbers in their names; a person reads them as lines.
    """
    rows = [[name.replace("_", " "), _told(value)] for name, value in values.items() if value not in _NOTHING]
    records = [[name, text] for name, text in _flat(values)]
    return Table((Column("Field", style="bold"), Column("Value")), rows, tsv_rows=records)


def sentence(verb: str, view: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return what happened to a booking: ``booked mg3EV… for Mon 2026-11-23 10:00 (accepted)``."""
    return f"{verb} {view['uid']} for {when(view['start'], zone)} ({view['status']})"


def must_be_confirmed(view: Mapping[str, Any]) -> list[str]:
    """Return what is left to do for a booking that waits for its host, nothing for any other."""
    waits = view["status"] == "pending"
    return [f"it must be confirmed: askpro bookings confirm {view['uid']}"] if waits else []


def in_words(view: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return which booking it is: ``mg3EV…: Mon 2026-11-23 10:00, herrenhaarschnitt, A*** S***``."""
    parts = (when(view["start"], zone), _event_type(view), _of_people(view, "name"))
    return f"{view['uid']}: {', '.join(part for part in parts if part)}"


def _row(view: Mapping[str, Any], start: str, end: str, event_type: str) -> list[str]:
    return [view["uid"], view["status"], start, end, event_type, _of_people(view, "name")]


def _of_people(view: Mapping[str, Any], name: str) -> str:
    return ", ".join(person[name] for person in view["attendees"] if person[name])


def _event_type(view: Mapping[str, Any]) -> str:
    link = view["event_type"]
    return str(link["slug"] or link["id"] or "")


def _told(value: Any) -> str:
    """Return a value for a person: things and texts of a list on lines of their own, numbers in one."""
    if isinstance(value, Mapping):
        return "\n".join(_lines(value))
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return "\n".join(", ".join(_told(part) for part in item.values() if part) for item in value)
    if isinstance(value, list):
        return ("\n" if any(isinstance(item, str) for item in value) else ", ").join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a value; what is masked is named in one line, for there is nothing to read in it."""
    masked = [name for name, item in values.items() if item == HIDDEN]
    for name, item in values.items():
        if item not in (*_NOTHING, HIDDEN):
            yield f"{name}: {_in_one_line(item)}"
    if masked:
        yield f"{', '.join(masked)}: {HIDDEN}"


def _in_one_line(value: Any) -> str:
    """Return a value inside another one; of two people on lines of their own nobody knew whose name it is."""
    return ", ".join(_lines(value)) if isinstance(value, Mapping) else _told(value)


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        found += _entry(f"{prefix}{name}", value)
    return found


def _entry(name: str, value: Any) -> list[tuple[str, str]]:
    if value in _NOTHING:
        return []
    if isinstance(value, Mapping):
        return _flat(value, f"{name}.")
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [pair for index, item in enumerate(value) for pair in _flat(item, f"{name}.{index}.")]
    if isinstance(value, list):
        return [(name, ", ".join(map(str, value)))]
    if isinstance(value, bool):
        return [(name, str(value).lower())]
    return [(name, str(value))]
