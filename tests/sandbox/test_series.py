"""Recurring event types: several bookings from one create."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calling import ATTENDEE, TUESDAY_TEN, Caller, refusal

from askpro_cli.sandbox.bookings.recurrence import occurrences
from askpro_cli.sandbox.world.model import Recurrence

WEEKLY = 1011  # four times
BUSY = (400, "User either already has booking at this time or is not available")
BERLIN = ZoneInfo("Europe/Berlin")


def series(caller: Caller, start: str = TUESDAY_TEN, **more: Any) -> list[dict[str, Any]]:
    answer = caller.try_book(WEEKLY, start, **more)
    assert answer.status_code == 201, answer.text
    made: list[dict[str, Any]] = answer.json()["data"]
    return made


def days(bookings: list[dict[str, Any]]) -> list[str]:
    return [booking["start"][:16] for booking in bookings]


def statuses(bookings: list[dict[str, Any]]) -> list[str]:
    return [booking["status"] for booking in bookings]


def test_a_create_answers_every_occurrence(caller: Caller) -> None:
    made = series(caller, metadata={"call": "c1"})
    assert days(made) == ["2026-11-24T09:00", "2026-12-01T09:00", "2026-12-08T09:00", "2026-12-15T09:00"]
    assert len({one["uid"] for one in made}) == 4
    assert len({one["recurringBookingUid"] for one in made}) == 1
    assert {one["metadata"]["call"] for one in made} == {"c1"}
    assert caller.data(f"/v2/bookings/{made[1]['uid']}") == made[1]
    assert caller.data(f"/v2/bookings/{made[0]['recurringBookingUid']}") == made


def test_the_caller_may_want_fewer_but_not_more(caller: Caller) -> None:
    assert len(series(caller, recurrenceCount=1)) == 1
    assert refusal(caller.try_book(WEEKLY, recurrenceCount=5)) == (
        400,
        "Provided recurrence count is higher than the event type's recurring event count.",
    )
    assert refusal(caller.try_book(WEEKLY, recurrenceCount=0))[1] == (
        "recurrenceCount property is wrong,recurrenceCount must not be less than 1 "
    )
    both = caller.try_book(2001, recurrenceCount=2, instant=True)
    assert refusal(both)[1] == "instant property is wrong,property instant should not exist "


def test_a_count_means_nothing_where_nothing_recurs(caller: Caller) -> None:
    assert caller.book(1001, recurrenceCount=2)["eventTypeId"] == 1001


def test_what_came_before_an_occurrence_that_is_taken_stays(caller: Caller) -> None:
    caller.book(1001, "2026-12-08T09:00:00Z")
    assert refusal(caller.try_book(WEEKLY)) == BUSY
    kept = caller.data(f"/v2/bookings?eventTypeId={WEEKLY}")
    assert days(kept) == ["2026-11-24T09:00", "2026-12-01T09:00"]
    assert caller.data(f"/v2/bookings/{kept[0]['recurringBookingUid']}") == kept
    assert refusal(caller.try_book(1001)) == BUSY


def test_a_series_whose_first_occurrence_is_taken_makes_nothing(caller: Caller) -> None:
    caller.book(1001)
    assert refusal(caller.try_book(WEEKLY)) == BUSY
    assert caller.data(f"/v2/bookings?eventTypeId={WEEKLY}") == []


def test_occurrences_stay_at_the_attendees_local_time(caller: Caller) -> None:
    caller.control("POST", "clock", {"now": "2027-03-15T08:00:00Z"})
    made = series(caller, "2027-03-17T09:00:00Z", recurrenceCount=3)
    assert days(made) == ["2027-03-17T09:00", "2027-03-24T09:00", "2027-03-31T08:00"]


def test_a_series_is_listed_by_its_occurrences(caller: Caller) -> None:
    made = series(caller)
    caller.book(1001, "2026-11-25T09:00:00Z")
    assert caller.data("/v2/bookings?status=recurring") == made
    caller.post(f"/v2/bookings/{made[0]['uid']}/cancel", {"cancellationReason": "krank"})
    assert len(caller.data("/v2/bookings?status=recurring")) == 4
    upcoming = [one for one in caller.data("/v2/bookings?status=upcoming") if one["eventTypeId"] == WEEKLY]
    assert upcoming == made[1:]


def test_the_uid_of_the_series_cancels_what_is_still_to_come(caller: Caller) -> None:
    made = series(caller)
    uid = made[0]["recurringBookingUid"]
    caller.clock.advance(10 * 86_400)
    answer = caller.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "Umzug"})
    assert answer.status_code == 200
    assert statuses(answer.json()["data"]) == ["accepted", "accepted", "cancelled", "cancelled"]
    subsequent = {"cancellationReason": "Umzug", "cancelSubsequentBookings": True}
    assert refusal(caller.post(f"/v2/bookings/{uid}/cancel", subsequent))[1].startswith(
        "Cannot cancel subsequent bookings for recurring event"
    )


def test_one_occurrence_is_cancelled_alone_or_with_those_after_it(caller: Caller) -> None:
    made = series(caller)
    alone = caller.post(f"/v2/bookings/{made[0]['uid']}/cancel", {"cancellationReason": "krank"})
    assert alone.json()["data"]["status"] == "cancelled"
    body = {"cancellationReason": "krank", "cancelSubsequentBookings": True}
    answer = caller.post(f"/v2/bookings/{made[2]['uid']}/cancel", body)
    assert statuses(answer.json()["data"]) == ["cancelled", "accepted", "cancelled", "cancelled"]
    assert answer.json()["data"][3]["cancellationReason"] == "krank"


def test_a_host_must_say_why_he_cancels_a_series(caller: Caller) -> None:
    made = series(caller)
    answer = caller.post(f"/v2/bookings/{made[0]['recurringBookingUid']}/cancel", {})
    assert answer.json()["message"] == "Cancellation reason is required when you are the host"
    assert statuses(caller.data(f"/v2/bookings/{made[0]['recurringBookingUid']}")) == ["accepted"] * 4


def test_nothing_comes_after_a_single_booking(caller: Caller) -> None:
    uid = caller.book()["uid"]
    body = {"cancellationReason": "krank", "cancelSubsequentBookings": True}
    assert refusal(caller.post(f"/v2/bookings/{uid}/cancel", body)) == (
        400,
        f"Booking with bookingUid={uid} is not part of a recurring booking.",
    )


def test_a_moved_occurrence_stays_in_its_series(caller: Caller) -> None:
    made = series(caller)
    answer = caller.post(f"/v2/bookings/{made[1]['uid']}/reschedule", {"start": "2026-12-02T09:00:00Z"})
    moved = answer.json()["data"]
    assert moved["recurringBookingUid"] == made[0]["recurringBookingUid"]
    shown = caller.data(f"/v2/bookings/{made[0]['recurringBookingUid']}")
    assert [(one["start"][:10], one["status"]) for one in shown][1:3] == [
        ("2026-12-01", "cancelled"),
        ("2026-12-02", "accepted"),
    ]


@pytest.mark.parametrize(("act", "becomes"), [("confirm", "accepted"), ("decline", "rejected")])
def test_what_waits_of_a_series_is_decided_together(caller: Caller, act: str, becomes: str) -> None:
    change = {"do": "changeEventType", "id": WEEKLY, "set": {"requiresConfirmation": True}}
    caller.control("POST", "world", change)
    made = series(caller)
    assert statuses(made) == ["pending"] * 4
    caller.post(f"/v2/bookings/{made[3]['uid']}/cancel", {"cancellationReason": "krank"})
    assert caller.post(f"/v2/bookings/{made[1]['uid']}/{act}").json()["data"]["status"] == becomes
    shown = caller.data(f"/v2/bookings/{made[0]['recurringBookingUid']}")
    assert statuses(shown) == [becomes, becomes, becomes, "cancelled"]


def test_a_round_robin_series_keeps_its_host_where_he_is_free(caller: Caller) -> None:
    weekly = {"interval": 1, "occurrences": 3, "frequency": "weekly"}
    caller.control("POST", "world", {"do": "changeEventType", "id": 2001, "set": {"recurrence": weekly}})
    start = "2026-11-24T11:00:00Z"
    assert [one["hosts"][0]["id"] for one in caller.try_book(2001, start).json()["data"]] == [102] * 3
    other = {**ATTENDEE, "email": "b@example.org"}
    hosts = [one["hosts"][0]["id"] for one in caller.try_book(2001, start, attendee=other).json()["data"]]
    assert hosts == [103] * 3
    third = caller.try_book(2001, start, attendee={**ATTENDEE, "email": "c@example.org"})
    assert refusal(third)[0] == 400


MINUTES_OF_FIVE_YEARS = st.integers(29_454_240, 32_083_200)  # since 1970: 2026 to 2030


@given(
    MINUTES_OF_FIVE_YEARS,
    st.integers(1, 4),
    st.integers(1, 8),
    st.sampled_from(["weekly", "monthly", "yearly"]),
)
def test_every_occurrence_has_the_local_time_of_the_first(
    minute: int, interval: int, count: int, frequency: Any
) -> None:
    rule = Recurrence(interval=interval, occurrences=count, frequency=frequency)
    first = minute * 60
    local = [datetime.fromtimestamp(one, BERLIN) for one in occurrences(rule, count, first, BERLIN)]
    assert len(local) == count
    assert local == sorted(local)
    for before, one in itertools.pairwise(local):
        assert one.time() == before.time() or not exists(one.date(), before.time())
    if frequency == "weekly":
        assert {one.weekday() for one in local} == {local[0].weekday()}


def exists(day: date, clock: time) -> bool:
    """Tell whether the clock shows this time on this day in Berlin: not in the hour that is skipped."""
    wanted = datetime.combine(day, clock, BERLIN)
    return datetime.fromtimestamp(wanted.timestamp(), BERLIN).replace(fold=0) == wanted


def test_a_skipped_hour_moves_an_occurrence_and_those_after_it() -> None:
    rule = Recurrence(interval=1, occurrences=3, frequency="weekly")
    first = int(datetime(2027, 3, 21, 2, 30, tzinfo=BERLIN).timestamp())
    local = [datetime.fromtimestamp(one, BERLIN) for one in occurrences(rule, 3, first, BERLIN)]
    assert [f"{one:%m-%d %H:%M}" for one in local] == ["03-21 02:30", "03-28 03:30", "04-04 03:30"]


def test_the_end_of_a_month_is_kept_as_the_vendor_counts_it() -> None:
    rule = Recurrence(interval=1, occurrences=3, frequency="monthly")
    first = int(datetime(2027, 1, 31, 9, tzinfo=UTC).timestamp())
    found = [datetime.fromtimestamp(one, UTC).date() for one in occurrences(rule, 3, first, ZoneInfo("UTC"))]
    assert [f"{day:%m-%d}" for day in found] == ["01-31", "02-28", "03-28"]
