"""Slots against a second computation, minute by minute on the wall clock, around the days clocks change.

The second computation shares no code with the first: it asks of every minute what a clock on the wall shows,
whether the shop is open then and whether anything takes the host's time, and walks the grid along the free
minutes. Opening hours begin and end outside the changed hour; they may run across it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askpro_cli.sandbox.slots.finding import slot_starts
from askpro_cli.sandbox.world.loading import parse
from askpro_cli.sandbox.world.model import Availability, BusyTime, EventType, Schedule
from askpro_cli.sandbox.world.register import Booking
from askpro_cli.sandbox.world.world import World

MINUTE = 60
# Where the clocks change, and on which days around them the slots are computed.
CHANGES = {
    "Asia/Kolkata": [date(2026, 10, 25)],  # never; half an hour off the full hours
    "Australia/Adelaide": [date(2026, 4, 5), date(2026, 10, 4)],  # half an hour off, an hour of change
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],  # changes by half an hour
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/St_Johns": [date(2026, 3, 8), date(2026, 11, 1)],
}
places = st.sampled_from([(zone, day) for zone, days in CHANGES.items() for day in days])
# Half hours of a day, as minutes after midnight; none between 01:00 and 04:00, where clocks change.
edges = st.integers(0, 48).map(lambda half: half * 30).filter(lambda minute: not 60 < minute < 240)
openings = st.lists(
    st.tuples(edges, edges).map(sorted).filter(lambda pair: pair[0] < pair[1]), min_size=1, max_size=2
)
types = st.builds(
    EventType,
    id=st.just(1),
    slug=st.just("termin"),
    title=st.just("Termin"),
    length_in_minutes=st.sampled_from([15, 20, 30, 45, 60, 90]),
    slot_interval=st.sampled_from([None, 10, 15, 30, 60]),
    offset_start=st.sampled_from([0, 0, 5]),
    minimum_booking_notice=st.sampled_from([0, 45, 300]),
    before_event_buffer=st.sampled_from([0, 10]),
    after_event_buffer=st.sampled_from([0, 15]),
)
takings = st.lists(st.tuples(st.integers(0, 3 * 24 * 4), st.integers(1, 16)), max_size=4)


def clock_time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def open_minutes(zone: ZoneInfo, hours: list[list[int]], first: int, last: int) -> set[int]:
    """Return every instant whose wall clock is inside the opening hours of its day."""
    found = set()
    for instant in range(first, last, MINUTE):
        wall = datetime.fromtimestamp(instant, zone)
        if any(start <= wall.hour * 60 + wall.minute < end for start, end in hours):
            found.add(instant)
    return found


def brute_force(
    event_type: EventType, zone: ZoneInfo, free: set[int], earliest: int, window: tuple[int, int]
) -> list[int]:
    """Walk the grid along every run of free minutes."""
    interval = event_type.slot_interval or event_type.length_in_minutes
    step = max(step for step in (1, 5, 10, 15, 30, 60) if interval % step == 0)
    found = []
    for begin in sorted(minute for minute in free if minute - MINUTE not in free):
        instant = max(begin, earliest)
        while datetime.fromtimestamp(instant, zone).minute % step:
            instant += MINUTE
        instant += event_type.offset_start * MINUTE
        while all(instant + passed * MINUTE in free for passed in range(event_type.length_in_minutes)):
            found.append(instant)
            instant += (interval + event_type.offset_start) * MINUTE
    return sorted(instant for instant in set(found) if window[0] <= instant <= window[1])


def world_of(zone: str, hours: list[list[int]], event_type: EventType, busy: list[tuple[int, int]]) -> World:
    """Return a world whose only host is busy then: by turns a booking and an event of his calendar."""
    week = [
        Availability(
            days=["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
            start_time=clock_time(start),
            end_time=clock_time(end),
        )
        for start, end in hours
    ]
    definition = parse(
        "users: [{id: 1, username: ida, name: Ida, email: ida@example.org, timeZone: UTC}]", "a test"
    )
    schedule = Schedule(id=1, name="Woche", time_zone=zone, availability=week)
    user = msgspec.structs.replace(definition.users[0], schedules=[schedule], event_types=[event_type])
    world = World(msgspec.structs.replace(definition, users=[user]), seed=1)
    for number, (start, end) in enumerate(busy):
        if number % 2:
            texts = [datetime.fromtimestamp(at, UTC).isoformat() for at in (start, end)]
            world.occupy(1, BusyTime(start=texts[0], end=texts[1]), datetime.now(UTC))
        else:
            world.store(booking(number, start, end))
    return world


def booking(number: int, start: int, end: int) -> Booking:
    made = datetime.fromtimestamp(start, UTC)
    return Booking(
        id=number,
        uid=str(number),
        event_type_id=1,
        host_ids=(1,),
        start=start,
        end=end,
        status="accepted",
        title="",
        attendee={},
        created_at=made,
        updated_at=made,
    )


def taken_minutes(event_type: EventType, busy: list[tuple[int, int]]) -> set[int]:
    """Return the minutes that are gone; bookings bring their own buffers, calendars have none."""
    gone: set[int] = set()
    for number, (start, end) in enumerate(busy):
        sides = 1 if number % 2 else 2
        before = event_type.after_event_buffer + (sides - 1) * event_type.before_event_buffer
        after = event_type.before_event_buffer + (sides - 1) * event_type.after_event_buffer
        gone.update(range(start - before * MINUTE, end + after * MINUTE, MINUTE))
    return gone


@settings(max_examples=60)
@given(places, openings, types, takings)
@example(
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    [[0, 1440]],
    EventType(id=1, slug="termin", title="Termin", length_in_minutes=60, minimum_booking_notice=300),
    [],
)
def test_slots_are_those_of_the_wall_clock(
    place: tuple[str, date], hours: list[list[int]], event_type: EventType, takings: list[tuple[int, int]]
) -> None:
    zone = ZoneInfo(place[0])
    midnight = datetime(place[1].year, place[1].month, place[1].day, tzinfo=zone)
    first, end = (int((midnight + timedelta(days=days)).timestamp()) for days in (-1, 2))
    window = (first, end - 1)
    busy = [(first + at * 15 * MINUTE, first + (at + length) * 15 * MINUTE) for at, length in takings]
    world = world_of(place[0], hours, event_type, busy)
    now = int(midnight.timestamp())
    found = slot_starts(world, event_type, window, now=now, length=event_type.length_in_minutes)

    free = open_minutes(zone, hours, first, end) - taken_minutes(event_type, busy)
    earliest = now + event_type.minimum_booking_notice * MINUTE
    assert found == brute_force(event_type, zone, free, earliest, (max(window[0], earliest), window[1]))


@pytest.mark.parametrize(
    ("zone", "first"),
    [("Asia/Kolkata", "03:30"), ("Australia/Adelaide", "22:30"), ("Europe/Berlin", "08:00")],
)
def test_zones_off_the_full_hour_keep_their_own_grid(zone: str, first: str) -> None:
    event_type = EventType(id=1, slug="termin", title="Termin", length_in_minutes=60)
    world = world_of(zone, [[540, 1020]], event_type, [])
    midnight = int(datetime(2026, 11, 24, tzinfo=ZoneInfo(zone)).timestamp())
    starts = slot_starts(world, event_type, (midnight, midnight + 86_399), now=midnight, length=60)
    assert len(starts) == 8
    assert datetime.fromtimestamp(starts[0], UTC).strftime("%H:%M") == first
