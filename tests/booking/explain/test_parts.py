"""The parts on their own: hours, windows, grid, limits, words, holidays, and what is found by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.explaining import MakeExplainer

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.intervals import joined, without
from askpro_cli.base.times import Interval, day_bounds
from askpro_cli.booking.explain.booking_window import window_of
from askpro_cli.booking.explain.grid import keeps_step, on_step, starts, step_of
from askpro_cli.booking.explain.public_holidays import PublicHolidays
from askpro_cli.booking.explain.rules.limits import limits_of, period_of
from askpro_cli.booking.explain.wording import clock, listed, moment, signed, span_of
from askpro_cli.calcom.models import EventType, Schedule
from askpro_cli.calcom.opening_hours import OpeningHours
from askpro_cli.calcom.wire.reading import read_document
from askpro_cli.sandbox.bookings.limits import period_at
from askpro_cli.sandbox.slots.finding import starts_in

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "UTC")
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)

instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 - made aware at once
    lambda naive: naive.replace(tzinfo=UTC, microsecond=0)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)


def schedule(*hours: tuple[str, str], zone: str = "Europe/Berlin", overrides: Any = ()) -> Schedule:
    availability = [{"days": DAYS, "startTime": start, "endTime": end} for start, end in hours]
    document = {
        "id": 1,
        "name": "week",
        "timeZone": zone,
        "availability": availability,
        "overrides": list(overrides),
    }
    return read_document(Schedule, document)


def event_type(**more: Any) -> EventType:
    document = {"id": 1, "slug": "one", "title": "One", "lengthInMinutes": 30, **more}
    return read_document(EventType, document)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-24", 24), ("2027-03-28", 23)]
)
def test_a_day_around_the_clock_is_as_long_as_its_zone_says(day: str, hours: int) -> None:
    opened = OpeningHours(schedule(("00:00", "24:00"))).day(date.fromisoformat(day))
    assert [span.end - span.start for span in opened] == [timedelta(hours=hours)]


def test_an_end_at_midnight_is_the_end_of_the_day_and_nights_are_one_stretch() -> None:
    hours = OpeningHours(schedule(("22:00", "00:00"), ("00:00", "02:00")))
    night = hours.stretch_at(datetime(2026, 11, 24, 23, 30, tzinfo=BERLIN))
    assert night is not None
    assert night.end - night.start == timedelta(hours=4)


def test_midnight_to_midnight_is_closed() -> None:
    closed = {"date": "2026-11-24", "startTime": "00:00", "endTime": "00:00"}
    hours = OpeningHours(schedule(("09:00", "17:00"), overrides=[closed]))
    assert hours.has_exception(date(2026, 11, 24))
    assert not hours.opens_on(date(2026, 11, 24))
    assert not hours.is_closed_weekday(date(2026, 11, 24))


@pytest.mark.parametrize("broken", [{"time_zone": "Mars/Base"}, {"availability": [{"days": ["Monday"]}]}])
def test_a_schedule_of_another_shape_is_none(broken: dict[str, Any]) -> None:
    import msgspec

    assert OpeningHours.of(msgspec.structs.replace(schedule(), **broken)) is None
    assert OpeningHours.of(None) is None


spans = st.lists(
    st.tuples(instants, st.integers(1, 600)).map(
        lambda one: Interval(one[0], one[0] + timedelta(minutes=one[1]))
    ),
    max_size=5,
)


@given(spans, spans, instants)
def test_what_is_left_is_free_and_not_taken(
    free: list[Interval], taken: list[Interval], instant: datetime
) -> None:
    def holds(some: list[Interval]) -> bool:
        return any(span.contains(instant) for span in some)

    assert holds(without(joined(free), taken)) is (holds(free) and not holds(taken))


@given(instants, st.integers(30, 900), st.sampled_from((5, 10, 15, 20, 30, 45, 60, 90)), zones)
def test_the_grid_is_the_vendors(start: datetime, minutes: int, interval: int, zone: ZoneInfo) -> None:
    free = Interval(start, start + timedelta(minutes=minutes))
    span = (int(free.start.timestamp()), int(free.end.timestamp()))
    theirs = starts_in(span, zone, earliest=0, length=30, interval=interval)
    ours = list(starts(free, start, interval, timedelta(minutes=30), zone))
    assert [int(one.timestamp()) for one in ours] == list(theirs)
    days = {one.astimezone(zone).date() for one in ours}
    if all(keeps_step(day_bounds(day, zone), step_of(interval), zone) for day in days):
        assert all(on_step(one, step_of(interval), zone) for one in ours)


def test_a_change_by_half_an_hour_moves_a_grid_of_hours() -> None:
    island = ZoneInfo("Australia/Lord_Howe")
    change = day_bounds(date(2026, 10, 4), island)
    assert [keeps_step(change, step, island) for step in (60, 30, 15)] == [False, True, True]


@given(instants, st.sampled_from(("day", "week", "month", "year")), zones)
def test_periods_are_the_vendors(instant: datetime, unit: str, zone: ZoneInfo) -> None:
    ours = period_of(unit, instant.astimezone(zone).date(), zone)
    theirs = period_at(unit, int(instant.timestamp()), zone)
    assert (int(ours.start.timestamp()), int(ours.end.timestamp())) == theirs
    assert ours.contains(instant)


def test_limits_that_are_switched_off_are_none() -> None:
    limited = event_type(
        bookingLimitsCount={"disabled": True}, bookingLimitsDuration={"week": 120, "day": None}
    )
    assert [found.told() for found in limits_of(limited, NOW.date(), BERLIN)] == ["120 min a week"]


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {"disabled": True},
        {"type": "calendarDays", "value": "many"},
        "soon",
        {"type": "range", "value": []},
    ],
)
def test_a_window_that_says_nothing_is_none(raw: Any) -> None:
    assert window_of(event_type(bookingWindow=raw), NOW, BERLIN, None) is None


def test_a_rolling_window_needs_the_schedule() -> None:
    rolling = event_type(bookingWindow={"type": "businessDays", "value": 3, "rolling": True})
    window = window_of(rolling, NOW, BERLIN, None)
    assert window is not None
    assert window.ends(BERLIN) is None
    known = window_of(rolling, NOW + timedelta(days=4), BERLIN, OpeningHours(schedule(("09:00", "17:00"))))
    assert known is not None
    assert known.last == date(2026, 12, 1)  # Friday, then Monday and Tuesday


def test_a_place_without_any_open_day_never_ends_its_window() -> None:
    closed = OpeningHours(schedule())
    rolling = event_type(bookingWindow={"type": "calendarDays", "value": 3, "rolling": True})
    window = window_of(rolling, NOW, BERLIN, closed)
    assert window is not None
    assert window.last is not None
    assert window.last > date(2027, 11, 1)


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, "0 min"),
        (45, "45 min"),
        (60, "1 h"),
        (90, "1 h 30 min"),
        (1440, "1 d"),
        (1500, "25 h"),
        (2880, "2 d"),
    ],
)
def test_lengths_are_told_exactly(minutes: int, told: str) -> None:
    assert span_of(minutes) == told
    assert signed(-minutes or 0) == (f"-{told}" if minutes else "+0 min")


def test_moments_are_told_by_the_clock_of_the_zone() -> None:
    assert moment(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), BERLIN) == "Sun 2026-10-25 02:30 +02:00"
    assert clock(datetime(2026, 11, 24, 8, 0, 30, tzinfo=UTC), BERLIN) == "09:00:30"
    assert listed([str(number) for number in range(7)]) == "0, 1, 2, 3, 4 and 2 more"


def test_a_country_without_known_holidays_is_refused() -> None:
    with pytest.raises(ConfigError, match="no country 'XX'"):
        PublicHolidays("XX", None)
    assert PublicHolidays("at", "9").place == "AT-9"


def test_holidays_are_named_in_the_countrys_language(explaining: MakeExplainer) -> None:
    told = explaining("praxis.yaml", state="BY")(3001, "2027-01-06T10:00")
    holiday = next(rule for rule in told["rules"] if rule["rule"] == "holiday")
    assert "Heilige Drei Könige" in holiday["evidence"]
    assert holiday["verdict"] == "passes"
    assert told["reason"] == "offered"
