"""The event type's document: what is set, and how the vendor writes what is not."""

from __future__ import annotations

from typing import Any

import pytest
from support.calling import Caller
from support.worlds import caller_of

WORLD = """
users:
  - id: 1
    username: ida
    name: Ida
    email: ida@example.org
    timeZone: Europe/Berlin
    eventTypes:
      - {id: 1, slug: leer, title: Leer, lengthInMinutes: 30}
      - id: 2
        slug: voll
        title: Voll
        lengthInMinutes: 30
        lengthInMinutesOptions: [30, 60]
        offsetStart: 5
        bookingLimitsCount: {day: 2, year: 300}
        bookingLimitsDuration: {week: 600}
        bookingWindow: {type: businessDays, value: 5, rolling: true}
        maximumActiveBookings: 3
        seatsPerTimeSlot: 4
        seats: {showAttendeeInfo: true, showAvailabilityCount: false}
        recurrence: {interval: 2, occurrences: 6, frequency: weekly}
        requiresConfirmation: true
      - id: 3
        slug: spanne
        title: Spanne
        lengthInMinutes: 30
        bookingWindow: {type: range, value: ["2026-12-01", "2026-12-24"]}
apiKeys: [{key: cal_test_sandbox, user: ida}]
"""
OFF = {"disabled": True}


@pytest.fixture
def place() -> Caller:
    return caller_of(WORLD)


def document(place: Caller, number: int) -> dict[str, Any]:
    found: dict[str, Any] = place.data(f"/v2/event-types/{number}")
    return found


def test_what_is_not_used_is_disabled_null_or_absent(place: Caller) -> None:
    empty = document(place, 1)
    for name in ("seats", "bookingWindow", "bookerActiveBookingsLimit", "confirmationPolicy"):
        assert empty[name] == OFF, name
    assert (empty["recurrence"], empty["seatsPerTimeSlot"]) == (None, None)
    assert not {"bookingLimitsCount", "bookingLimitsDuration", "lengthInMinutesOptions"} & set(empty)


def test_what_is_used_says_how(place: Caller) -> None:
    full = document(place, 2)
    assert full["bookingLimitsCount"] == {"day": 2, "year": 300}
    assert full["bookingLimitsDuration"] == {"week": 600}
    assert full["bookingWindow"] == {"type": "businessDays", "value": 5, "rolling": True}
    assert full["bookerActiveBookingsLimit"] == {"maximumActiveBookings": 3, "offerReschedule": False}
    assert full["seats"] == {"seatsPerTimeSlot": 4, "showAttendeeInfo": True, "showAvailabilityCount": False}
    assert full["recurrence"] == {"interval": 2, "occurrences": 6, "frequency": "weekly"}
    assert full["confirmationPolicy"]["type"] == "always"
    assert (full["offsetStart"], full["lengthInMinutesOptions"]) == (5, [30, 60])


def test_a_window_of_dates_says_nothing_of_rolling(place: Caller) -> None:
    assert document(place, 3)["bookingWindow"] == {"type": "range", "value": ["2026-12-01", "2026-12-24"]}
