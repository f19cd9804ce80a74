"""Free slots and alternatives as tables: instant, company's clocks, and the schedule's if they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.times import is_repeated
from askpro_cli.shell.output.result import Column, Table

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def slots_table(views: Sequence[Mapping[str, Any]], zone: str, schedule_zone: str | None) -> Table:
    """Return slots as :func:`askpro_cli.booking.slot_views.slot_view` made them as a table.

    In a pipe the columns are ``start_utc``, ``start``, ``end`` and, with another schedule zone, its start.
    """
    other = schedule_zone if schedule_zone and schedule_zone != zone else None
    columns = [Column("UTC"), Column(zone), Column("to"), *([Column(f"schedule: {other}")] if other else [])]
    rows = [_row(view, ZoneInfo(zone), ZoneInfo(other or zone)) for view in views]
    return Table(columns, rows, tsv_rows=[_record(view) for view in views])


def alternatives_table(views: Sequence[Mapping[str, Any]], zone: str) -> Table:
    """Return ranked alternatives as a table; the score comes first, also in a pipe."""
    columns = [
        Column("Score", align="right"),
        Column("UTC"),
        Column(zone),
        Column("to"),
        Column("Minutes", align="right"),
    ]
    clocks = ZoneInfo(zone)
    rows = [
        [str(view["score"]), *_row(view, clocks, clocks), _signed(view["minutes_apart"])] for view in views
    ]
    records = [[str(view["score"]), *_record(view), str(view["minutes_apart"])] for view in views]
    return Table(columns, rows, tsv_rows=records)


def when(local: str, zone: ZoneInfo) -> str:
    """Return an ISO time of *zone* for a person: ``Mon 2026-11-23 10:00``.

    In the hour that autumn repeats the offset is added: ``Sun 2026-10-25 02:30 +02:00``.
    """
    moment = datetime.fromisoformat(local)
    return f"{_WEEKDAYS[moment.weekday()]} {moment:%Y-%m-%d} {_time_of_day(moment, zone)}"


def until(start: str, end: str, zone: ZoneInfo) -> str:
    """Return the end of a stretch: the time alone on the day it starts, else as :func:`when`."""
    moment = datetime.fromisoformat(end)
    same_day = moment.date() == datetime.fromisoformat(start).date()
    return _time_of_day(moment, zone) if same_day else when(end, zone)


def _time_of_day(moment: datetime, zone: ZoneInfo) -> str:
    time = f"{moment:%H:%M}"
    return f"{time} {moment.isoformat()[-6:]}" if is_repeated(moment, zone) else time


def _row(view: Mapping[str, Any], zone: ZoneInfo, schedule_zone: ZoneInfo) -> list[str]:
    utc = f"{datetime.fromisoformat(view['start_utc']):%Y-%m-%d %H:%MZ}"
    end = _time_of_day(datetime.fromisoformat(view["end"]), zone)
    there = [when(view["schedule_start"], schedule_zone)] if "schedule_start" in view else []
    return [utc, when(view["start"], zone), end, *there]


def _record(view: Mapping[str, Any]) -> list[str]:
    there = [view["schedule_start"]] if "schedule_start" in view else []
    return [view["start_utc"], view["start"], view["end"], *there]


def _signed(minutes: int) -> str:
    return f"{minutes:+d}"
