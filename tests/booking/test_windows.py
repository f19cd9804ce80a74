from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import Interval, day_bounds
from askpro_cli.booking.windows import days_of, read_window

BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = ManualClock(datetime(2026, 11, 23, 8, tzinfo=UTC))


def window(start: str | None = None, end: str | None = None, days: int | None = None) -> Interval:
    return read_window(start, end, days, default_days=7, zone=BERLIN, clock=CLOCK)


@pytest.mark.parametrize(
    ("arguments", "first", "last"),
    [
        ({}, date(2026, 11, 23), date(2026, 11, 29)),
        ({"days": 1}, date(2026, 11, 23), date(2026, 11, 23)),
        ({"start": "tomorrow"}, date(2026, 11, 24), date(2026, 11, 30)),
        ({"start": "2026-12-01", "end": "2026-12-01"}, date(2026, 12, 1), date(2026, 12, 1)),
        ({"end": "+2d"}, date(2026, 11, 23), date(2026, 11, 25)),
    ],
)
def test_days_are_whole_and_the_last_is_included(arguments: dict[str, str], first: date, last: date) -> None:
    found = window(**arguments)  # type: ignore[arg-type] # days is a number
    assert found == Interval(day_bounds(first, BERLIN).start, day_bounds(last, BERLIN).end)
    assert (days_of(found, BERLIN)[0], days_of(found, BERLIN)[-1]) == (first, last)


def test_instants_bound_a_window_exactly() -> None:
    found = window("2026-11-24T10:00", "2026-11-24T11:00+01:00")
    assert found.end - found.start == timedelta(hours=1)
    assert days_of(found, BERLIN) == [date(2026, 11, 24)]
    assert days_of(Interval(found.start, found.start), BERLIN) == []


def test_a_bound_may_be_a_time_of_a_named_day() -> None:
    assert window("tomorrow 10:00", "tomorrow 11:00") == window("2026-11-24T10:00", "2026-11-24T11:00")


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (None, "+1d", 2),
        (None, None, 0),
        (None, None, 367),
        (None, "2030-01-01", None),
        ("+2d", "+1d", None),
        ("2026-11-24T10:00", "2026-11-24T10:00", None),
        ("nonsense", None, None),
        (None, "25:00", None),
    ],
)
def test_a_window_that_cannot_be_is_refused(start: str | None, end: str | None, days: int | None) -> None:
    with pytest.raises(InvalidValueError):
        window(start, end, days)


@given(st.integers(0, 1000), st.integers(1, 366))
def test_a_window_of_days_touches_exactly_those_days(start: int, days: int) -> None:
    found = window(f"+{start}d", days=days)
    touched = days_of(found, BERLIN)
    assert touched == [date(2026, 11, 23) + timedelta(days=start + n) for n in range(days)]
