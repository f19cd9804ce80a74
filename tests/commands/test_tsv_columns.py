"""The columns of the tables in a pipe are those that docs/output.md names, in its order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.salon import ANNA, HAIRCUT, OTTO, TOMORROW_TEN, Salon

PAGE = Path(__file__).parents[2] / "docs" / "output.md"
RECORDS = {
    "availability": ("availability", HAIRCUT),
    "alternatives": ("alternatives", HAIRCUT, "--around", TOMORROW_TEN),
    "book": ("book", HAIRCUT, "--start", "2026-11-25T10:00", *ANNA),
    "bookings list": ("bookings", "list"),
    "event-types list": ("event-types", "list"),
    "schedules list": ("schedules", "list"),
    "teams list": ("teams", "list"),
    "calendars list": ("calendars", "list", "--reveal"),
    "calendars busy": ("calendars", "busy", "--reveal"),
    "webhooks subscriptions": ("webhooks", "subscriptions"),
    "config show": ("config", "show"),
    "config check": ("config", "check"),
    "explain": ("explain",),
    "breaker status": ("breaker", "status"),
    "db status": ("db", "status"),
    "cache warmup": ("cache", "warmup", "--event-type", "1001", "--event-type", "2001", "--dry-run"),
    "cache diff": ("cache", "diff", "--event-type", "1001"),
}
MORE = {
    "availability": ("--timezone", "Asia/Tokyo"),
    "bookings list": ("--reveal",),
    "config show": ("--origin",),
}
SEPARATORS = (", ", "/", "; ")


def columns(command: str) -> tuple[list[str], list[str]]:
    """Return the names of a command's columns, and of those that an option or another zone adds."""
    section = PAGE.read_text("utf-8").partition("## TSV columns")[2].partition("\n## ")[0]
    rows = (line.split(" | ", 1) for line in section.splitlines() if line.startswith("| `"))
    cell = next(named for commands, named in rows if f"`{command}`" in commands)
    first, _, more = cell.partition(";")
    return _names(first), _names(more.partition("also ")[2])


def _names(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", re.sub(r"\([^)]*\)", "", text))


def values(record: Any, path: str) -> Any:
    """Return what a record holds under ``event_type.id`` or, as a list, ``attendees[].name``."""
    head, dot, rest = path.partition(".")
    found = record[head.removesuffix("[]")]
    if head.endswith("[]"):
        return [values(item, rest) if dot else item for item in found]
    return values(found, rest) if dot else found


def spellings(value: Any) -> Iterator[str]:
    """Yield how a cell may show a value."""
    if isinstance(value, list):
        yield from (between.join(str(item) for item in value if item) for between in SEPARATORS)
    elif isinstance(value, bool):
        yield from (("yes", "true") if value else ("", "false"))
    elif value is None:
        yield from ("", "none")
    else:
        yield str(value)
        yield f"{value:g}" if isinstance(value, float) else str(value)


def held(salon: Salon, argv: tuple[str, ...], names: list[str]) -> None:
    rows = [line.split("\t") for line in salon(*argv, "--output", "tsv").stdout.splitlines()]
    records = [json.loads(line) for line in salon(*argv, "--output", "ndjson").stdout.splitlines()]
    assert len(rows) == len(records) > 0
    for row, record in zip(rows, records, strict=True):
        assert len(row) == len(names)
        for cell, name in zip(row, names, strict=True):
            assert cell in set(spellings(values(record, name))), name


@pytest.mark.parametrize("command", RECORDS)
def test_the_columns_are_the_documented_fields_of_the_record(salon: Salon, command: str) -> None:
    salon.book("--phone", "030 23125 001").ok()
    salon.cli.env["ASKPRO_WEBHOOK_SECRET_CALCOM"] = "s3cret"
    salon("webhooks", "subscribe", "https://hooks.example.org/calcom").ok()
    if command.startswith("calendars"):
        salon.cli.env["ASKPRO_CALCOM_API_KEY"] = "cal_test_mia"
    names, more = columns(command)
    held(salon, RECORDS[command], names)
    assert bool(more) == (command in MORE)
    if more:
        held(salon, (*RECORDS[command], *MORE[command]), names + more)


def test_a_refused_time_has_the_columns_of_alternatives(salon: Salon) -> None:
    salon.book().ok()
    held(salon, ("book", HAIRCUT, "--start", TOMORROW_TEN, *OTTO), columns("alternatives")[0])


def test_a_move_and_a_cancellation_have_the_columns_of_a_booking(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    names, _ = columns("reschedule")
    held(salon, ("reschedule", uid, "--start", "2026-11-24T12:00"), names)
    held(salon, ("cancel", salon.standing("2026-11-24T12:00")[0], "--reason", "ill", "--yes"), names)


@pytest.mark.parametrize(
    ("argv", "width"),
    [
        (("config", "path"), 3),
        (("health",), 3),
        (("db", "upgrade", "--dry-run"), 3),
        (("teams", "show", "salon-team"), 2),
        (("event-types", "show", "1006"), 2),
        (("schedules", "show", "default"), 2),
        (("cache", "stats"), 2),
        (("book", HAIRCUT, "--start", TOMORROW_TEN, *ANNA, "--dry-run"), 2),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else None,
)
def test_other_tables_have_as_many_columns_as_documented(
    salon: Salon, argv: tuple[str, ...], width: int
) -> None:
    rows = [line.split("\t") for line in salon(*argv, "--output", "tsv").ok().stdout.splitlines()]
    assert rows
    assert {len(row) for row in rows} == {width}
