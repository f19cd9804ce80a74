"""Days that cannot have a free time: an empty answer about them is kept as long as one with slots."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calcom import BERLIN, CalcomPlace

from askpro_cli.base.times import Interval, day_bounds
from askpro_cli.calcom.availability import SlotQuery, fetch_slots
from askpro_cli.calcom.closed_days import closed_days
from askpro_cli.calcom.models import Schedule
from askpro_cli.calcom.wire.reading import read_document

MONDAY = date(2026, 11, 23)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WEEK = [MONDAY + timedelta(days=number) for number in range(7)]


def schedule(*hours: dict[str, Any], zone: str = "Europe/Berlin", overrides: Any = ()) -> Schedule:
    document = {
        "id": 1,
        "name": "x",
        "timeZone": zone,
        "availability": list(hours),
        "overrides": list(overrides),
    }
    return read_document(Schedule, document)


def open_on(*days: str, start: str = "09:00", end: str = "17:00") -> dict[str, Any]:
    return {"days": list(days), "startTime": start, "endTime": end}


def closed(
    of: Schedule | None, days: list[date] = WEEK, zone: ZoneInfo = BERLIN, earliest: datetime = LONG_AGO
) -> list[int]:
    return sorted(day.day for day in closed_days(days, zone, earliest, of))


def test_weekdays_the_schedule_leaves_out_are_closed() -> None:
    assert closed(schedule(open_on("Monday", "Tuesday"), open_on("Friday"))) == [25, 26, 28, 29]


def test_an_override_opens_a_day_and_closes_another() -> None:
    overrides = [
        {"date": "2026-11-29", "startTime": "10:00", "endTime": "12:00"},
        {"date": "2026-11-23", "startTime": "00:00", "endTime": "00:00"},
    ]
    assert closed(schedule(open_on("Monday", "Tuesday"), overrides=overrides)) == [23, 25, 26, 27, 28]


def test_a_day_is_closed_once_its_hours_are_past_or_within_the_minimum_notice() -> None:
    hours = schedule(open_on("Monday", "Tuesday"))
    closing = datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert 23 in closed(hours, earliest=closing)
    assert 23 not in closed(hours, earliest=closing - timedelta(minutes=1))


def test_without_a_schedule_only_the_past_is_closed() -> None:
    assert closed(None) == []
    assert closed(None, earliest=day_bounds(WEEK[2], BERLIN).start) == [23, 24]


@pytest.mark.parametrize(
    "broken",
    [
        {"days": ["Monday"]},
        {"days": ["Monday"], "startTime": "9 o'clock", "endTime": "17:00"},
        {"startTime": "09:00", "endTime": "17:00"},
    ],
)
def test_a_schedule_nobody_can_read_closes_nothing(broken: dict[str, Any]) -> None:
    assert closed(schedule(broken)) == []
    assert closed(schedule(open_on("Monday"), zone="Mars/Olympus")) == []


def test_hours_that_end_at_midnight_last_to_the_end_of_the_day() -> None:
    late = schedule(open_on("Monday", start="22:00", end="00:00"))
    last_minute = day_bounds(MONDAY, BERLIN).end - timedelta(minutes=1)
    assert 23 not in closed(late, earliest=last_minute)
    assert closed(schedule(open_on("Monday", start="00:00", end="24:00"))) != []


def test_the_days_are_the_companys_and_the_hours_the_schedules() -> None:
    """Monday 00:00 to 02:00 in Kolkata (UTC+5:30) is Sunday evening in Berlin."""
    kolkata = schedule(open_on("Monday", start="00:00", end="02:00"), zone="Asia/Kolkata")
    sunday, monday = date(2026, 11, 22), MONDAY
    assert closed(kolkata, [sunday, monday]) == [23]


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_days_on_which_the_clocks_change(day: date) -> None:
    assert closed(schedule(open_on("Sunday")), [day]) == []
    assert closed(schedule(open_on("Monday")), [day]) == [day.day]
    assert closed(schedule(open_on("Sunday", start="02:15", end="02:45")), [day]) == []
    swallowed = day.month == 3  # spring's change begins at 02:00 and ends at 03:00
    assert closed(schedule(open_on("Sunday", start="02:30", end="03:00")), [day]) == [day.day] * swallowed


def test_hours_that_end_before_they_begin_close_nothing() -> None:
    assert closed(schedule(open_on("Monday", start="22:00", end="02:00"))) == []


@given(
    minute=st.integers(0, 23 * 60 - 1),
    length=st.integers(1, 60),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "UTC"]),
    day=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_a_day_that_holds_an_opening_hour_is_never_closed(
    minute: int, length: int, zone: str, day: date
) -> None:
    there = ZoneInfo(zone)
    begin, end = minute, minute + length
    hours = open_on(
        day.strftime("%A"),
        start=f"{begin // 60:02}:{begin % 60:02}",
        end=f"{end // 60:02}:{end % 60:02}",
    )
    start = datetime(day.year, day.month, day.day, begin // 60, begin % 60, tzinfo=there).astimezone(UTC)
    if start.astimezone(there).hour * 60 + start.astimezone(there).minute != begin:
        return  # the clocks are put forward over it
    shown = start.astimezone(BERLIN).date()
    assert closed_days([shown], BERLIN, LONG_AGO, schedule(hours, zone=zone)) == frozenset()


@pytest.mark.anyio
async def test_an_empty_sunday_lives_as_long_as_slots_and_a_booked_up_day_does_not(
    calcom_place: CalcomPlace,
) -> None:
    cache = calcom_place.cache(slots=300, empty=60)
    client = calcom_place.client()
    week = Interval(day_bounds(WEEK[0], BERLIN).start, day_bounds(WEEK[6], BERLIN).end)
    brides = (await client.team_event_types(201)).value[1]
    haircut = (await client.event_type(1001)).value
    for event_type in (haircut, brides):
        await fetch_slots(client, cache, SlotQuery(event_type, week, calcom_place.clock.now()))
    own = cache.slot_lives(haircut.id, 30, WEEK)
    assert all(life.left > 60 for life in own.values())
    assert len(own) == 7
    teams = cache.slot_lives(brides.id, 120, WEEK)
    assert teams[WEEK[6]].left <= 60  # its hosts' schedules are not ours to read
    assert teams[WEEK[1]].left > 60
