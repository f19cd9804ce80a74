"""The answer against the sandbox itself as judge, for random schedules, zones, bookings and times."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.calcom import CalcomPlace

from askpro_cli.base.clock import ManualClock
from askpro_cli.booking.explain.conclusion import Conclusion, conclude
from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.public_holidays import PublicHolidays
from askpro_cli.booking.explain.reading.reader import Question, Reader
from askpro_cli.calcom.event_types.lookup import Reference
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.bookings.limits import limited_ranges
from askpro_cli.sandbox.slots.bounds import bounds
from askpro_cli.sandbox.slots.finding import busy_ranges, slot_starts
from askpro_cli.sandbox.slots.ranges import covers
from askpro_cli.sandbox.world.model import (
    ApiKey,
    Availability,
    BookingWindow,
    DayName,
    Definition,
    EventType,
    IntervalLimits,
    Override,
    Schedule,
    SeedBooking,
    User,
)
from askpro_cli.sandbox.world.world import World
from askpro_cli.state.sqlite_store import SqliteStore

KEY = "cal_test_random"
ZONES = ("Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Europe/London", "UTC")
WEEK: tuple[DayName, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Days around which clocks change in Berlin (first three) and on Lord Howe Island.
NOWS = ("2026-03-28T07:30", "2026-10-24T16:00", "2027-03-27T23:10", "2026-10-02T11:45", "2026-11-23T08:00")
DAY = 86_400
HOLIDAYS = PublicHolidays("DE", None)


@dataclass(frozen=True)
class Ask:
    """A world and a question about its one event type."""

    definition: Definition
    now: datetime
    asked: datetime
    zone: ZoneInfo


def clock_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def hours(draw: st.DrawFn) -> tuple[str, str]:
    usual = draw(st.sampled_from((None, ("08:00", "18:00"), ("00:00", "23:59"))))
    if usual:
        return usual
    start = draw(st.integers(0, 90)) * 15
    length = draw(st.integers(2, 48)) * 15
    return clock_time(start), clock_time(min(start + length, 24 * 60 - 1))


@st.composite
def event_types(draw: st.DrawFn) -> EventType:
    window = draw(
        st.one_of(
            st.none(),
            st.builds(
                BookingWindow,
                type=st.sampled_from(("calendarDays", "businessDays")),
                value=st.integers(1, 6),
                rolling=st.booleans(),
            ),
        )
    )
    return EventType(
        id=1,
        slug="one",
        title="One",
        length_in_minutes=draw(st.sampled_from((15, 20, 30, 45, 60))),
        slot_interval=draw(st.sampled_from((None, None, 15, 30, 60))),
        minimum_booking_notice=draw(st.sampled_from((0, 0, 60, 1500))),
        before_event_buffer=draw(st.sampled_from((0, 0, 10, 30))),
        after_event_buffer=draw(st.sampled_from((0, 0, 15))),
        booking_window=window,
        offset_start=draw(st.sampled_from((0, 0, 0, 5, 10))),
        booking_limits_count=draw(
            st.sampled_from((None, None, IntervalLimits(day=1), IntervalLimits(week=2)))
        ),
        booking_limits_duration=draw(st.sampled_from((None, None, None, IntervalLimits(day=60)))),
    )


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    now = datetime.fromisoformat(draw(st.sampled_from(NOWS))).replace(tzinfo=UTC)
    weekly = [
        Availability(
            days=draw(st.lists(st.sampled_from(WEEK), min_size=1, unique=True)), start_time=a, end_time=b
        )
        for a, b in draw(st.lists(hours(), min_size=1, max_size=3))
    ]
    exceptions = [
        Override(date=str((now + timedelta(days=draw(st.integers(0, 6)))).date()), start_time=a, end_time=b)
        for a, b in draw(st.lists(st.one_of(hours(), st.just(("00:00", "00:00"))), max_size=1))
    ]
    event_type = draw(event_types())
    bookings = [
        SeedBooking(
            event_type_id=1,
            start=(now + timedelta(minutes=15 * number)).isoformat(),
            name="Anna Beispiel",
            email="anna@example.org",
            uid=f"booking{number}",
        )
        for number in draw(st.lists(st.integers(-8, 500), max_size=6, unique=True))
    ]
    schedule = Schedule(
        id=1,
        name="week",
        time_zone=draw(st.sampled_from(ZONES)),
        availability=weekly,
        overrides=exceptions,
        is_default=True,
    )
    owner = User(
        id=1,
        username="one",
        name="One",
        email="one@example.org",
        time_zone="UTC",
        schedules=[schedule],
        event_types=[event_type],
    )
    definition = Definition(users=[owner], api_keys=[ApiKey(key=KEY, user="one")], bookings=bookings)
    asked = now.replace(minute=0) + timedelta(minutes=5 * draw(st.integers(-24, 8 * 288)))
    beside_a_booking = draw(st.booleans())
    if bookings and beside_a_booking:
        near = datetime.fromisoformat(draw(st.sampled_from(bookings)).start)
        asked = near + timedelta(minutes=15 * draw(st.integers(-4, 4)))
    return Ask(definition, now, asked, ZoneInfo(draw(st.sampled_from(ZONES))))


@dataclass(frozen=True)
class Office:
    """The sandbox of a question, and a reader with a cache of its own."""

    ask: Ask
    world: World
    place: CalcomPlace

    @property
    def event_type(self) -> EventType:
        return self.world.event_types[1]

    @property
    def now(self) -> int:
        return int(self.ask.now.timestamp())

    @property
    def span(self) -> tuple[int, int]:
        start = int(self.ask.asked.timestamp())
        return start, start + self.event_type.length_in_minutes * 60

    def explain(self) -> tuple[Facts, Conclusion]:
        return asyncio.run(self._explain())

    async def _explain(self) -> tuple[Facts, Conclusion]:
        question = Question(Reference(id=1), self.ask.asked, None, self.ask.zone, HOLIDAYS)
        async with self.place.client(KEY) as client:
            facts = await Reader(client, self.place.cache(self.ask.zone), self.place.clock).read(question)
            assert client.requests <= 3
        return facts, conclude(facts)

    def offers(self) -> bool:
        start, end = self.span
        starts = slot_starts(
            self.world, self.event_type, (start - DAY, end + DAY), now=self.now, length=(end - start) // 60
        )
        return start in starts


@contextmanager
def office(ask: Ask) -> Iterator[Office]:
    clock, world = ManualClock(ask.now), World(ask.definition, seed=1)
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "state.db", "one")
        try:
            yield Office(ask, world, CalcomPlace(create_app(world, clock=clock), store, clock))
        finally:
            store.close()


@given(asks())
@settings(max_examples=25)
def test_it_is_offered_exactly_if_the_vendor_offers_that_instant(ask: Ask) -> None:
    with office(ask) as one:
        facts, conclusion = one.explain()
        assert facts.offered is (one.offers() if ask.asked > ask.now - timedelta(hours=12) else False)
        assert (conclusion.reason == "offered") is facts.offered


def holds(reason: str, one: Office) -> bool:
    """Tell whether the sandbox's own books say that *reason* is true of the asked time."""
    start, end = one.span
    opened = one.world.hours_of(one.event_type, 1)
    spans = opened.between(start - DAY, end + DAY)
    earliest, latest = bounds(one.event_type, opened, one.now)
    taken = [(found.start, found.end) for found in one.world.active_bookings(1)]
    busy = any(begin < end and start < stop for begin, stop in taken)
    kept = busy_ranges(one.world, 1, one.event_type, (start - DAY, end + DAY))
    judged = {
        "past": start < one.now,
        "minimum_notice": start < earliest,
        "booking_window": start > latest,
        "busy": busy,
        "buffer": not busy and any(begin < end and start < stop for begin, stop in kept),
        "limit": covers(
            limited_ranges(one.world, one.event_type, (start - DAY, end + DAY), length=(end - start) // 60),
            start,
            start + 1,
        ),
        "not_in_schedule": not covers(spans, start, start + 1),
        "shifted": not one.offers(),
        "wrong_length": covers(spans, start, start + 1) and not covers(spans, start, end),
        "off_grid": not one.offers(),
    }
    return judged[reason]


@given(asks())
@settings(max_examples=35)
def test_with_everything_read_there_always_is_a_reason_and_it_is_true(ask: Ask) -> None:
    with office(ask) as one:
        assume(not one.offers())
        for _ in range(2):  # the second time event type and schedule lie in the cache
            facts, conclusion = one.explain()
        assert conclusion.explained, [(found.rule, found.evidence) for found in conclusion.verdicts]
        if conclusion.reason == "holiday":
            assert HOLIDAYS.name(facts.day)
        else:
            assert holds(conclusion.reason, one), conclusion
        for code in conclusion.also:
            if code not in ("holiday", "stale_cache") and conclusion.verdict(code).proven:
                assert holds(code, one), (code, conclusion)


@given(asks())
@settings(max_examples=25)
def test_a_first_answer_is_never_a_wrong_one(ask: Ask) -> None:
    with office(ask) as one:
        assume(not one.offers())
        _, conclusion = one.explain()
        proven = conclusion.explained and conclusion.verdict(conclusion.reason).proven
        assume(proven and conclusion.reason != "holiday")
        assert holds(conclusion.reason, one), conclusion
