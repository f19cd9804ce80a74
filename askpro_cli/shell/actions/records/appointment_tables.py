"""Appointments of the records as tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.shell.actions.slot_tables import until, when
from askpro_cli.shell.output.result import Column, Table

_COLUMNS = (
    Column("Id", align="right", style="bold", fit="keep"),
    Column("Status", fit="keep"),
    Column("Start", fit="keep"),
    Column("End", fit="keep", drop=4),
    Column("Branch", fit="cut", drop=3),
    Column("Service", fit="cut"),
    Column("Staff", fit="cut", drop=2),
    Column("Customer", fit="cut", drop=1),
)
_CONTACT = (Column("E-mail", fit="keep"), Column("Phone", fit="keep"))


def appointments_table(views: Sequence[Mapping[str, Any]], zone: ZoneInfo, *, contact: bool = False) -> Table:
    """Return appointments, one a row.

    They are as :func:`askpro_cli.booking.flow.showing.views.appointment_view` made them.
    In a pipe: id, status, start, end (ISO, company's zone), branch, service, staff, customer, uid.

    Args:
        views: the appointments.
        zone: the company's, whose times the views hold.
        contact: add the customers' addresses and numbers.
    """
    columns = (*_COLUMNS, *(_CONTACT if contact else ()))
    rows = [_row(view, when(view["start"], zone), until(view["start"], view["end"], zone)) for view in views]
    records = [[*_row(view, view["start"], view["end"]), view["uid"] or ""] for view in views]
    if contact:
        rows = [row + _contact(view) for row, view in zip(rows, views, strict=True)]
        records = [row + _contact(view) for row, view in zip(records, views, strict=True)]
    return Table(columns, rows, tsv_rows=records)


def told_appointment(verb: str, view: Mapping[str, Any], zone: ZoneInfo, link: str = "for") -> str:
    """Return what happened: ``booked appointment 17 for Mon 2026-11-23 10:00 (scheduled)``.

    Args:
        verb: what was done.
        view: the appointment as it stands now.
        zone: the company's.
        link: what leads from the appointment to its time: moved *to* it, cancelled is that *of* it.
    """
    return f"{verb} appointment {view['id']} {link} {when(view['start'], zone)} ({view['status']})"


def named_appointment(view: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return which one it is: ``appointment 17: Mon 2026-11-23 10:00, Herrenhaarschnitt, A*** S***``."""
    parts = (when(view["start"], zone), view["service"] or "", _name(view["customer"]))
    return f"appointment {view['id']}: {', '.join(part for part in parts if part)}"


def _row(view: Mapping[str, Any], start: str, end: str) -> list[str]:
    return [
        str(view["id"]),
        view["status"],
        start,
        end,
        view["branch"] or "",
        view["service"] or "",
        _name(view["staff"]),
        _name(view["customer"]),
    ]


def _name(person: Mapping[str, Any] | None) -> str:
    return str(person["name"]) if person else ""


def _contact(view: Mapping[str, Any]) -> list[str]:
    person = view["customer"] or {}
    return [person.get("email") or "", person.get("phone") or ""]
