"""Requests nobody should send: refused in the vendor's words, never answered by a bug of the sandbox."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.calling import ATTENDEE, TUESDAY_TEN, Caller, refusal

_EDGES = st.sampled_from(
    [
        "",
        "x",
        "\x00",
        "9" * 5000,
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "2026-11-24T24:00:00Z",
        "2026-W48-1",
        "Europe/Berlin",
        "../etc/passwd",
        TUESDAY_TEN,
        2**31,
        2**63,
        10**30,
        1e308,
        -1,
        [[]],
        {"type": []},
        {"type": "integration", "integration": {}},
        {"type": "attendeePhone", "phone": []},
    ]
)
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _EDGES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "a"]), inner),
    max_leaves=4,
)
_PERSON = {**ATTENDEE, "language": "de", "phoneNumber": "+493023125001"}
_BODIES: dict[str, dict[str, Any]] = {
    "/v2/bookings": {
        "start": TUESDAY_TEN,
        "eventTypeId": 1001,
        "attendee": _PERSON,
        "guests": ["gast@example.org"],
        "location": {"type": "address"},
        "metadata": {"a": 1},
        "lengthInMinutes": 30,
        "bookingFieldsResponses": {"haarlaenge": "kurz"},
        "recurrenceCount": 2,
        "instant": False,
    },
    "/v2/bookings/{uid}/reschedule": {"start": TUESDAY_TEN, "rescheduledBy": "a@example.org", "seatUid": "x"},
    "/v2/bookings/{uid}/cancel": {"cancellationReason": "krank", "cancelSubsequentBookings": False},
    "/v2/bookings/{uid}/mark-absent": {"host": True, "attendees": [{"email": "a@example.org"}]},
    "/v2/bookings/{uid}/decline": {"reason": "voll"},
    "/v2/bookings/{uid}/attendees": _PERSON,
    "/v2/bookings/{uid}/guests": {"guests": [_PERSON]},
    "/v2/slots/reservations": {
        "eventTypeId": 1001,
        "slotStart": TUESDAY_TEN,
        "slotDuration": 30,
        "reservationDuration": 5,
    },
    "/v2/webhooks": {
        "subscriberUrl": "http://127.0.0.1:9/",
        "triggers": ["BOOKING_CREATED"],
        "active": True,
        "payloadTemplate": "{{a}}",
        "version": "2021-10-20",
    },
}


def sound(caller: Caller) -> None:
    """Fail when the newest request met a bug."""
    *_, entry = caller.app.journal.entries()
    assert "bug" not in entry, entry["bug"]


@given(st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_meets_a_bug(caller: Caller, data: st.DataObject) -> None:
    caller.app.limiter.reset()
    path = data.draw(st.sampled_from(sorted(_BODIES)))
    body = dict(_BODIES[path])
    body["eventTypeId"] = data.draw(st.sampled_from([1001, 1003, 1005, 1006, 1010, 1011, 1020, 2001, 2002]))
    for name in data.draw(st.sets(st.sampled_from(sorted(body)), max_size=2)):
        body[name] = data.draw(_ANY)
    uid = next(iter(caller.app.world.bookings))
    content = json.dumps(body).encode()
    caller.send(
        "POST",
        path.replace("{uid}", uid),
        content=content,
        headers={"Content-Type": "application/json"},
    )
    sound(caller)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_meets_a_bug(caller: Caller, data: st.DataObject) -> None:
    caller.app.limiter.reset()
    query = {"start": "2026-11-24", "end": "2026-11-25", "eventTypeId": "1001", "timeZone": "UTC"}
    listed = {"take": "5", "skip": "0", "status": "upcoming", "afterStart": "2026-11-24", "teamsIds": "201"}
    busy = {"dateFrom": "2026-11-24", "dateTo": "2026-11-25", "calendarsToLoad[0][credentialId]": "501"}
    path, given_query = data.draw(
        st.sampled_from([("slots", query), ("bookings", listed), ("calendars/busy-times", busy)])
    )
    asked = dict(given_query)
    for name in data.draw(st.sets(st.sampled_from(sorted(asked)), max_size=2)):
        asked[name] = str(data.draw(_ANY))
    caller.get(f"/v2/{path}", params=asked)
    sound(caller)


@pytest.mark.parametrize("field", ["language", "phoneNumber", "timeZone", "email"])
@pytest.mark.parametrize("value", [[], {}, [1], 10**30])
def test_an_attendee_of_odd_types_is_refused(caller: Caller, field: str, value: object) -> None:
    answer = caller.try_book(attendee={**ATTENDEE, field: value})
    assert refusal(answer)[0] == 400
    assert f"{field} property is wrong" in refusal(answer)[1]


def test_numbers_too_long_for_a_number_are_none(caller: Caller) -> None:
    assert caller.get("/v2/event-types/" + "9" * 5000).status_code == 400
    assert caller.get("/v2/bookings?take=" + "9" * 5000).status_code == 400
    sound(caller)


def test_years_no_calendar_has_are_no_dates(caller: Caller) -> None:
    for start in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"):
        assert refusal(caller.try_book(1011, start))[0] == 400
        assert caller.get("/v2/slots", params={"eventTypeId": 1001, "start": start, "end": start}).is_error
        sound(caller)


def test_a_body_nested_beyond_reason_is_a_400(caller: Caller) -> None:
    headers = {"Content-Type": "application/json", "cal-api-version": "2024-08-13"}
    for content in (b"[" * 100_000, b'{"a":' * 100_000, b'"\xff"', b'{"a": "\\ud800"}'):
        assert asyncio.run(unwatched(caller, content, headers)).status_code == 400
        sound(caller)


async def unwatched(caller: Caller, content: bytes, headers: dict[str, str]) -> httpx.Response:
    """Send a create past the contract's watcher, which cannot read such a body either."""
    transport = httpx.ASGITransport(caller.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example") as client:
        return await client.post("/v2/bookings", content=content, headers=headers)


def test_an_instant_booking_with_a_place_nobody_offers_is_refused(caller: Caller) -> None:
    answer = caller.try_book(2001, instant=True, location={"type": "attendeePhone", "phone": "+493023125001"})
    assert answer.status_code in (201, 400)
    sound(caller)


def test_a_guest_of_a_seated_booking_has_no_seat(caller: Caller) -> None:
    booking = caller.book(1010)
    guests = {"guests": [{"email": "gast@example.org"}]}
    assert caller.post(f"/v2/bookings/{booking['uid']}/guests", guests).status_code == 200
    people = caller.data(f"/v2/bookings/{booking['uid']}")["attendees"]
    assert [("seatUid" in person, person["email"]) for person in people] == [
        (True, "erika.muster@example.org"),
        (False, "gast@example.org"),
    ]
    caller.data("/v2/bookings")


def test_a_window_of_ages_ends_after_five_years(caller: Caller) -> None:
    assert caller.slots("eventTypeId=1008&start=1970-01-01&end=8999-01-01")[-1][:7] == "2031-11"
