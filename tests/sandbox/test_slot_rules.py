"""Slots by property: inside the schedule, clear of bookings, whole days on the days the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.sandbox.slots.bounds import bounds
from askpro_cli.sandbox.slots.finding import available_hosts, grid_step, slot_starts
from askpro_cli.sandbox.slots.ranges import Range, covers, intersect, merge, subtract
from askpro_cli.sandbox.world.hours import OpeningHours, minutes_of
from askpro_cli.sandbox.world.loading import parse
from askpro_cli.sandbox.world.model import Availability, BookingWindow, DayName, EventType, Override, Schedule
from askpro_cli.sandbox.world.world import Booking, World

ZONES = ("Europe/Berlin", "Europe/Lisbon", "America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland", "UTC")
DAYS: list[DayName] = list(get_args(DayName))
FIRST = int(datetime(2026, 10, 24, tzinfo=UTC).timestamp())  # the clocks go back in Europe on the 25th
DAY = 86_400
MINUTE = 60

moments = st.integers(0, 200)
range_lists = st.lists(st.tuples(moments, moments), max_size=8).map(
    lambda pairs: merge((min(pair), max(pair)) for pair in pairs)
)


def points(ranges: list[Range]) -> set[int]:
    return {point for start, end in ranges for point in range(start, end)}


@given(range_lists, range_lists)
def test_range_arithmetic_is_that_of_sets(first: list[Range], second: list[Range]) -> None:
    assert points(subtract(first, second)) == points(first) - points(second)
    assert points(intersect(first, second)) == points(first) & points(second)


@given(range_lists, moments, moments)
def test_covers_means_one_range_holds_it_all(ranges: list[Range], start: int, end: int) -> None:
    if start < end:
        assert covers(ranges, start, end) == (set(range(start, end)) <= points(ranges))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    hours = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, 94)) * 15
        end = draw(st.integers(start // 15 + 1, 96)) * 15
        days = draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True))
        hours.append(Availability(days=days, start_time=clock_time(start), end_time=clock_time(end)))
    return Schedule(id=1, name="week", time_zone=draw(st.sampled_from(ZONES)), availability=hours)


def clock_time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


event_types = st.builds(
    EventType,
    id=st.just(1),
    slug=st.just("cut"),
    title=st.just("Cut"),
    length_in_minutes=st.sampled_from([5, 15, 20, 30, 45, 50, 60, 90]),
    slot_interval=st.sampled_from([None, 5, 15, 20, 30, 60]),
    offset_start=st.sampled_from([0, 0, 10]),
    minimum_booking_notice=st.sampled_from([0, 60, 1440]),
    before_event_buffer=st.sampled_from([0, 10]),
    after_event_buffer=st.sampled_from([0, 15]),
)
spans = st.lists(
    st.tuples(st.integers(0, 5 * 24 * 12), st.integers(1, 36)).map(
        lambda pair: (FIRST + pair[0] * 300, FIRST + (pair[0] + pair[1]) * 300)
    ),
    max_size=6,
)


def world_of(schedule: Schedule, event_type: EventType, taken: list[Range]) -> World:
    definition = parse(
        "users: [{id: 1, username: lea, name: Lea, email: lea@example.org, timeZone: UTC}]", "a test"
    )
    user = msgspec.structs.replace(definition.users[0], schedules=[schedule], event_types=[event_type])
    world = World(msgspec.structs.replace(definition, users=[user]), seed=1)
    for number, (start, end) in enumerate(taken):
        made = datetime.fromtimestamp(FIRST, UTC)
        world.store(
            Booking(
                id=number,
                uid=str(number),
                event_type_id=1,
                host_ids=(1,),
                start=start,
                end=end,
                status="accepted" if number % 2 else "pending",
                title="",
                attendee={},
                created_at=made,
                updated_at=made,
            )
        )
    return world


@given(schedules(), event_types, spans)
def test_every_slot_is_open_free_and_bookable(
    schedule: Schedule, event_type: EventType, taken: list[Range]
) -> None:
    world = world_of(schedule, event_type, taken)
    window = (FIRST, FIRST + 4 * DAY)
    length = event_type.length_in_minutes * MINUTE
    starts = slot_starts(world, event_type, window, now=FIRST, length=event_type.length_in_minutes)
    assert starts == sorted(set(starts))
    opened = OpeningHours(schedule).between(*window)
    for start in starts:
        assert window[0] <= start <= window[1]
        assert start >= FIRST + event_type.minimum_booking_notice * MINUTE
        assert covers(opened, start, start + length)
        assert not any(start < end and begin < start + length for begin, end in taken)
        assert available_hosts(world, event_type, (start, start + length)) == (1,)


@given(schedules(), event_types, spans)
def test_without_bookings_no_slot_gets_lost(
    schedule: Schedule, event_type: EventType, taken: list[Range]
) -> None:
    window = (FIRST, FIRST + 4 * DAY)
    length = event_type.length_in_minutes
    world = world_of(schedule, event_type, taken)
    stale = slot_starts(world, event_type, window, now=FIRST, length=length, stale=True)
    empty = world_of(schedule, event_type, [])
    assert stale == slot_starts(empty, event_type, window, now=FIRST, length=length)


@given(schedules(), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_opening_hours_are_local_times_of_their_own_day(schedule: Schedule, day: date) -> None:
    hours = OpeningHours(schedule)
    midnight = datetime.combine(day, time(), hours.zone).timestamp()
    next_midnight = datetime.combine(day + timedelta(days=1), time(), hours.zone).timestamp()
    opened = hours.day(day)
    assert list(opened) == merge(opened)
    assert all(midnight <= start < end <= next_midnight for start, end in opened)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 30), 24)]
)
def test_a_day_open_round_the_clock_has_as_many_hours_as_the_day(day: date, hours: int) -> None:
    always = Availability(days=DAYS, start_time="00:00", end_time="24:00")
    schedule = Schedule(id=1, name="always", time_zone="Europe/Berlin", availability=[always])
    ((start, end),) = OpeningHours(schedule).day(day)
    assert end - start == hours * 3600


def test_an_override_of_no_time_closes_the_day() -> None:
    schedule = Schedule(
        id=1,
        name="week",
        time_zone="Europe/Berlin",
        availability=[Availability(days=DAYS, start_time="09:00", end_time="17:00")],
        overrides=[Override(date="2026-12-24", start_time="00:00", end_time="00:00")],
    )
    assert OpeningHours(schedule).day(date(2026, 12, 24)) == ()
    assert len(OpeningHours(schedule).day(date(2026, 12, 23))) == 1


@pytest.mark.parametrize(
    ("interval", "step"), [(30, 30), (45, 15), (90, 30), (20, 10), (25, 5), (7, 1), (120, 60)]
)
def test_the_grid_starts_at_the_largest_whole_step(interval: int, step: int) -> None:
    assert grid_step(interval) == step


@pytest.mark.parametrize("text", ["9:00", "09:60", "24:01", "noon", "0900", "09:0"])
def test_a_time_of_day_is_hh_mm(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not HH:MM|is not a time of day|invalid literal"):
        minutes_of(text)


WEEKDAYS = Schedule(
    id=1,
    name="week",
    time_zone="Europe/Berlin",
    availability=[Availability(days=DAYS[:5], start_time="09:00", end_time="17:00")],
)
THURSDAY = int(datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("window", "last_day"),
    [
        (BookingWindow(type="calendarDays", value=3), date(2026, 11, 29)),
        (BookingWindow(type="businessDays", value=3), date(2026, 12, 1)),
        (BookingWindow(type="calendarDays", value=3, rolling=True), date(2026, 11, 30)),
        (BookingWindow(type="businessDays", value=3, rolling=True), date(2026, 11, 30)),
        (BookingWindow(type="range", value=["2026-12-01", "2026-12-04"]), date(2026, 12, 4)),
    ],
)
def test_a_window_ends_with_its_last_day(window: BookingWindow, last_day: date) -> None:
    event_type = EventType(id=1, slug="cut", title="Cut", length_in_minutes=30, booking_window=window)
    earliest, latest = bounds(event_type, OpeningHours(WEEKDAYS), THURSDAY)
    zone = ZoneInfo("Europe/Berlin")
    assert datetime.fromtimestamp(latest, zone) == datetime.combine(last_day, time(23, 59, 59), zone)
    first = datetime.fromtimestamp(earliest, zone).date()
    assert first == (date(2026, 12, 1) if window.type == "range" else date(2026, 11, 26))
