"""Times as tables and sentences show them: short, and never ambiguous."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from askpro_cli.base.times import is_repeated, iso_local, iso_utc
from askpro_cli.shell.actions.slot_tables import alternatives_table, slots_table, until, when

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("local", "shown"),
    [
        ("2026-11-16T10:00:00+01:00", "Mon 2026-11-16 10:00"),
        ("2026-10-25T01:59:00+02:00", "Sun 2026-10-25 01:59"),
        ("2026-10-25T02:30:00+02:00", "Sun 2026-10-25 02:30 +02:00"),
        ("2026-10-25T02:30:00+01:00", "Sun 2026-10-25 02:30 +01:00"),
        ("2026-10-25T03:00:00+01:00", "Sun 2026-10-25 03:00"),
        ("2026-03-29T03:00:00+02:00", "Sun 2026-03-29 03:00"),
    ],
)
def test_only_a_time_that_the_clocks_repeat_carries_its_offset(local: str, shown: str) -> None:
    assert when(local, BERLIN) == shown


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("2026-11-16T10:00:00+01:00", "2026-11-16T10:30:00+01:00", "10:30"),
        ("2026-11-16T23:45:00+01:00", "2026-11-17T00:15:00+01:00", "Tue 2026-11-17 00:15"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "02:00 +01:00"),
    ],
)
def test_an_end_names_its_day_only_when_it_is_another(start: str, end: str, shown: str) -> None:
    assert until(start, end, BERLIN) == shown


def test_the_hour_is_repeated_in_the_zone_whose_clocks_go_back_and_no_other() -> None:
    instant = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert is_repeated(instant, BERLIN)
    assert not is_repeated(instant, ZoneInfo("Asia/Tokyo"))


def test_tables_of_slots_tell_the_two_hours_apart() -> None:
    views = [_slot(hour) for hour in (0, 1)]
    for table in (slots_table(views, BERLIN.key, "Europe/Paris"), alternatives_table(views, BERLIN.key)):
        shown = [" ".join(row) for row in table.rows]
        assert "02:30 +02:00" in shown[0]
        assert "02:30 +01:00" in shown[1]


def _slot(hour: int) -> dict[str, object]:
    start, end = (datetime(2026, 10, 25, hour, minute, tzinfo=UTC) for minute in (30, 45))
    paris = {"schedule_start": iso_local(start, ZoneInfo("Europe/Paris"))}
    local = {"start": iso_local(start, BERLIN), "end": iso_local(end, BERLIN), "start_utc": iso_utc(start)}
    return local | paris | {"score": 50, "minutes_apart": 0}
