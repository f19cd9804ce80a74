"""Moments as operators write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import InvalidValueError
from askpro_cli.webhooks.reading.moments import parse_moment, to_ms
from askpro_cli.webhooks.replay.rates import Pace

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def read(text: str, *, end_of_day: bool = False) -> str:
    found = parse_moment(text, BERLIN, ManualClock(NOW), field="--since", end_of_day=end_of_day)
    return datetime.fromtimestamp(found / 1000, UTC).isoformat()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("45s", "2026-11-23T11:59:15+00:00"),
        ("90m", "2026-11-23T10:30:00+00:00"),
        ("90 min", "2026-11-23T10:30:00+00:00"),
        ("2H", "2026-11-23T10:00:00+00:00"),
        ("3d", "2026-11-20T12:00:00+00:00"),
        ("1w", "2026-11-16T12:00:00+00:00"),
        ("today", "2026-11-22T23:00:00+00:00"),
        ("yesterday", "2026-11-21T23:00:00+00:00"),
        ("2026-10-25", "2026-10-24T22:00:00+00:00"),
        ("2026-11-23T10:00", "2026-11-23T09:00:00+00:00"),
        ("2026-11-23 10:00:00Z", "2026-11-23T10:00:00+00:00"),
        ("yesterday 8:30", "2026-11-22T07:30:00+00:00"),
    ],
)
def test_spans_days_and_times(text: str, moment: str) -> None:
    assert read(text) == moment


def test_until_a_day_means_its_end_also_where_it_has_25_hours() -> None:
    assert read("2026-10-25", end_of_day=True) == "2026-10-25T23:00:00+00:00"


@pytest.mark.parametrize("text", ["", "h", "2", "2 years", "-2h", "999999w", "2026-13-01", "10:00", "٢h"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="--since"):
        read(text)


@given(st.text(max_size=20))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    try:
        found = parse_moment(text, BERLIN, ManualClock(NOW), field="--since")
    except InvalidValueError:
        return
    assert 0 <= found <= to_ms(datetime(3000, 1, 2, tzinfo=UTC))


def test_a_pace_spreads_turns_and_makes_up_for_a_second_at_most() -> None:
    now = [100.0]
    pace = Pace(10, monotonic=lambda: now[0])
    assert [round(pace.wait(), 3) for _ in range(3)] == [0.0, 0.1, 0.2]
    inside = Pace(10, monotonic=lambda: now[0])
    assert [inside.allowed(5), inside.allowed(5)] == [1, 0]
    now[0] += 0.35
    assert inside.allowed(5) == 3
    now[0] += 3600
    assert inside.allowed(1000) <= 11
    assert inside.allowed(1000) == 0
    assert Pace(None).allowed(7) == 7
