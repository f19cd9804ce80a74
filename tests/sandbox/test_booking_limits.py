"""Booking limits: what a full day, week, month or year offers and refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calling import ATTENDEE, Caller, refusal
from support.worlds import caller_of

from askpro_cli.sandbox.bookings.limits import full_ranges, period_at, reached_limit
from askpro_cli.sandbox.world.model import EventType, IntervalLimits

WORLD = """
users:
  - id: 1
    username: ida
    name: Ida
    email: ida@example.org
    timeZone: Europe/Berlin
    schedules:
      - id: 1
        name: Woche
        timeZone: Europe/Berlin
        availability:
          - days: [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]
            startTime: "09:00"
            endTime: "12:00"
    eventTypes:
      - id: 1
        slug: termin
        title: Termin
        lengthInMinutes: 30
        lengthInMinutesOptions: [30, 60]
        {limits}
      - {id: 2, slug: frei, title: Frei, lengthInMinutes: 30}
apiKeys: [{key: cal_test_sandbox, user: ida}]
"""
BERLIN = ZoneInfo("Europe/Berlin")
FULL = (401, "booking_limit_reached")
NO_TIME = (401, "duration_limit_reached")


def place(limits: str) -> Caller:
    return caller_of(WORLD.replace("{limits}", limits))


def days_with_slots(caller: Caller, query: str = "", until: str = "2026-12-31") -> set[str]:
    path = f"/v2/slots?eventTypeId=1&start=2026-11-24&end={until}&timeZone=Europe/Berlin{query}"
    return set(caller.data(path))


def on(day: str, hour: int = 9) -> str:
    return f"{day}T{hour - 1:02d}:00:00Z"


def book(caller: Caller, day: str, hour: int = 9) -> None:
    caller.book(1, on(day, hour))


def test_a_day_at_its_limit_offers_nothing_and_takes_nothing() -> None:
    caller = place("bookingLimitsCount: {day: 2}")
    book(caller, "2026-11-24", 9)
    assert "2026-11-24" in days_with_slots(caller)
    book(caller, "2026-11-24", 10)
    assert "2026-11-24" not in days_with_slots(caller)
    assert "2026-11-25" in days_with_slots(caller)
    assert refusal(caller.try_book(1, on("2026-11-24", 11))) == FULL
    assert caller.try_book(1, on("2026-11-25")).status_code == 201


def test_the_refusal_is_a_bare_401_that_is_not_about_the_key() -> None:
    caller = place("bookingLimitsCount: {day: 1}")
    book(caller, "2026-11-24")
    answer = caller.try_book(1, on("2026-11-24", 10))
    assert answer.json() == {"statusCode": 401, "message": "booking_limit_reached"}


def test_weeks_begin_on_sunday() -> None:
    caller = place("bookingLimitsCount: {week: 1}")
    book(caller, "2026-11-26")  # a Thursday
    open_days = days_with_slots(caller)
    assert not open_days & {"2026-11-24", "2026-11-27", "2026-11-28"}
    assert "2026-11-29" in open_days  # the Sunday after
    assert refusal(caller.try_book(1, on("2026-11-28"))) == FULL
    assert caller.try_book(1, on("2026-11-29")).status_code == 201


def test_months_and_years_have_limits_too() -> None:
    caller = place("bookingLimitsCount: {month: 1, year: 2}")
    book(caller, "2026-11-30")
    assert min(days_with_slots(caller)) == "2026-12-01"
    book(caller, "2026-12-24")
    assert days_with_slots(caller) == set()
    assert min(days_with_slots(caller, until="2027-01-31")) == "2027-01-01"


def test_only_accepted_bookings_of_the_event_type_count() -> None:
    caller = place("bookingLimitsCount: {day: 1}\n        requiresConfirmation: true")
    book(caller, "2026-11-24")  # pending
    caller.book(2, on("2026-11-24", 10))
    assert "2026-11-24" in days_with_slots(caller)
    confirmed = caller.book(1, on("2026-11-25"))["uid"]
    assert caller.post(f"/v2/bookings/{confirmed}/confirm", {}).status_code == 200
    assert "2026-11-25" not in days_with_slots(caller)


def test_a_cancelled_booking_makes_room_again() -> None:
    caller = place("bookingLimitsCount: {day: 1}")
    uid = caller.book(1, on("2026-11-24"))["uid"]
    caller.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "verhindert"})
    assert "2026-11-24" in days_with_slots(caller)


def test_a_booking_moves_within_its_own_full_day() -> None:
    caller = place("bookingLimitsCount: {day: 1}")
    uid = caller.book(1, on("2026-11-24"))["uid"]
    assert "2026-11-24" in days_with_slots(caller, f"&bookingUidToReschedule={uid}")
    moved = caller.post(f"/v2/bookings/{uid}/reschedule", {"start": on("2026-11-24", 11)})
    assert moved.status_code == 201


def test_minutes_are_limited_for_the_length_that_is_asked() -> None:
    caller = place("bookingLimitsDuration: {day: 90}")
    book(caller, "2026-11-24", 9)
    assert "2026-11-24" in days_with_slots(caller, "&duration=60")
    book(caller, "2026-11-24", 10)
    assert "2026-11-24" not in days_with_slots(caller, "&duration=60")
    assert "2026-11-24" in days_with_slots(caller)
    assert refusal(caller.try_book(1, on("2026-11-24", 11), lengthInMinutes=60)) == (
        400,
        "User either already has booking at this time or is not available",
    )
    book(caller, "2026-11-24", 11)
    assert "2026-11-24" not in days_with_slots(caller)
    assert refusal(caller.try_book(1, on("2026-11-24", 10))) == NO_TIME


def test_a_host_may_skip_the_limits_in_the_newest_version() -> None:
    caller = place("bookingLimitsCount: {day: 1}")
    book(caller, "2026-11-24")
    answer = caller.try_book(1, on("2026-11-24", 10), version="2026-02-25", skipBookingLimits=True)
    assert answer.status_code == 201


def test_limits_hold_for_a_team_event_type_as_a_whole() -> None:
    text = WORLD.replace("{limits}", "") + (
        "teams:\n"
        "  - id: 9\n    slug: team\n    name: Team\n    members: [ida]\n    eventTypes:\n"
        "      - {id: 3, slug: rr, title: RR, lengthInMinutes: 30, schedulingType: roundRobin,\n"
        "         hosts: [ida], bookingLimitsCount: {day: 1}}\n"
        "      - {id: 4, slug: leer, title: Leer, lengthInMinutes: 30, schedulingType: roundRobin,\n"
        "         bookingLimitsCount: {day: 1}}\n"
    )
    caller = caller_of(text)
    caller.book(3, on("2026-11-24"))
    other = {**ATTENDEE, "email": "zwei@example.org"}
    assert refusal(caller.try_book(3, on("2026-11-24", 10), attendee=other)) == FULL
    day = "start=2026-11-24&end=2026-11-24"
    assert caller.slots(f"eventTypeId=3&{day}") == []
    assert caller.slots(f"eventTypeId=4&{day}") == []  # nobody there at all


def test_stale_slots_do_not_know_of_full_days() -> None:
    caller = place("bookingLimitsCount: {day: 1}")
    book(caller, "2026-11-24")
    stale = caller.slots(
        "eventTypeId=1&start=2026-11-24&end=2026-11-24", headers={"X-Sandbox-Fault": "stale-slots"}
    )
    assert len(stale) == 6


UNITS = ("day", "week", "month", "year")
ZONES = ("Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns")
instants = st.integers(
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2027, 12, 31, tzinfo=UTC).timestamp())
)


def label(unit: str, day: date) -> object:
    """Name the period of a local date without computing its ends."""
    named = {
        "day": day,
        "week": (day + timedelta(days=1)).isocalendar()[:2],  # Sunday counts to the week that begins
        "month": (day.year, day.month),
        "year": day.year,
    }
    return named[unit]


@given(st.sampled_from(UNITS), instants, st.sampled_from(ZONES))
def test_a_period_is_every_local_day_of_one_name(unit: str, instant: int, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)

    def name_at(moment: int) -> object:
        return label(unit, datetime.fromtimestamp(moment, zone).date())

    start, end = period_at(unit, instant, zone)
    assert start <= instant < end
    assert name_at(start) == name_at(instant) == name_at(end - 1)
    assert name_at(start - 1) != name_at(instant) != name_at(end)


spans = st.lists(
    st.tuples(instants, st.sampled_from([30, 60])).map(lambda pair: (pair[0], pair[0] + pair[1] * 60)),
    max_size=30,
)
limits = st.one_of(
    st.none(),
    st.builds(IntervalLimits, **{unit: st.one_of(st.none(), st.integers(1, 120)) for unit in UNITS}),
)


@given(limits, limits, spans, instants)
def test_what_is_refused_is_never_offered(
    counts: IntervalLimits | None,
    minutes: IntervalLimits | None,
    taken: list[tuple[int, int]],
    start: int,
) -> None:
    event_type = EventType(
        id=1,
        slug="termin",
        title="Termin",
        length_in_minutes=30,
        booking_limits_count=counts,
        booking_limits_duration=minutes,
    )
    full = full_ranges(event_type, taken, (start, start), zone=BERLIN, length=30)
    offered = not any(begin <= start < end for begin, end in full)
    if offered:
        assert reached_limit(event_type, taken, start, BERLIN) is None


@pytest.mark.parametrize("unit", UNITS)
def test_the_length_itself_must_fit_into_the_minutes(unit: str) -> None:
    caller = place(f"bookingLimitsDuration: {{{unit}: 20}}")
    assert days_with_slots(caller) == set()
