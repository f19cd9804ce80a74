"""Changes of the world while the sandbox runs, by the control endpoint."""

from __future__ import annotations

from typing import Any

import pytest
from support.calling import Caller, refusal

TUESDAY = "start=2026-11-24&end=2026-11-24&timeZone=Europe/Berlin"


def change(caller: Caller, *orders: dict[str, Any]) -> None:
    assert caller.control("POST", "world", list(orders)) == {"changed": len(orders)}


def test_a_removed_event_type_is_gone_and_its_bookings_stay(caller: Caller) -> None:
    uid = caller.book(1001)["uid"]
    change(caller, {"do": "removeEventType", "id": 1001})
    assert refusal(caller.get("/v2/event-types/1001")) == (404, "Event type with id 1001 not found")
    assert refusal(caller.get(f"/v2/slots?eventTypeId=1001&{TUESDAY}")) == (404, "Event Type not found")
    assert refusal(caller.try_book(1001)) == (404, "Event type with id 1001 not found.")
    assert 1001 not in [event_type["id"] for event_type in caller.data("/v2/event-types")]
    assert caller.data(f"/v2/bookings/{uid}")["eventType"]["id"] == 1001
    listed = [booking["uid"] for booking in caller.data("/v2/bookings")]
    assert uid in listed
    cancelled = caller.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "verhindert"})
    assert cancelled.status_code == 200


def test_a_removed_team_event_type_is_gone_too(caller: Caller) -> None:
    change(caller, {"do": "removeEventType", "id": 2001})
    assert [found["id"] for found in caller.data("/v2/teams/201/event-types")] != []
    assert 2001 not in [found["id"] for found in caller.data("/v2/teams/201/event-types")]


def test_a_reset_undoes_every_change(caller: Caller) -> None:
    change(
        caller,
        {"do": "removeEventType", "id": 1001},
        {"do": "revokeKey", "key": "cal_test_lea"},
        {"do": "addBusy", "username": "salon", "start": "+1d 09:00", "end": "+1d 18:00"},
    )
    caller.control("POST", "reset")
    assert len(caller.slots(f"eventTypeId=1001&{TUESDAY}")) == 18
    assert caller.get("/v2/me", key="cal_test_lea").status_code == 200


@pytest.mark.parametrize(
    ("expired", "text"),
    [
        (False, "ApiAuthStrategy - api key - Your api key is not valid"),
        (True, "ApiAuthStrategy - api key - Your api key is expired"),
    ],
)
def test_a_key_is_revoked_or_expires_in_the_middle(caller: Caller, *, expired: bool, text: str) -> None:
    assert caller.get("/v2/me").status_code == 200
    change(caller, {"do": "revokeKey", "key": "cal_test_sandbox", "expired": expired})
    assert refusal(caller.get("/v2/me")) == (401, text)


def test_busy_times_come_and_hide_slots(caller: Caller) -> None:
    change(caller, {"do": "addBusy", "username": "salon", "start": "+1d 09:00", "end": "+1d 17:30"})
    assert [slot[11:16] for slot in caller.slots(f"eventTypeId=1001&{TUESDAY}")] == ["17:30"]


def test_bookings_come_in_bulk(caller: Caller) -> None:
    before = caller.get("/v2/bookings").json()["pagination"]["totalItems"]
    order = {
        "do": "addBookings",
        "eventTypeId": 1001,
        "start": "+10d 00:00",
        "count": 400,
        "everyMinutes": 60,
    }
    change(caller, order)
    assert caller.get("/v2/bookings").json()["pagination"]["totalItems"] == before + 400
    for number, start in ((1, "2026-12-02T23:00:00.000Z"), (400, "2026-12-19T14:00:00.000Z")):
        (found,) = caller.data(f"/v2/bookings?attendeeEmail=gast{number}@example.org")
        assert (found["attendees"][0]["name"], found["start"]) == (f"Gast {number}", start)


def test_a_schedule_gets_other_hours(caller: Caller) -> None:
    hours = [{"days": ["Tuesday"], "startTime": "10:00", "endTime": "11:00"}]
    change(caller, {"do": "changeSchedule", "id": 501, "availability": hours, "overrides": []})
    assert [slot[11:16] for slot in caller.slots(f"eventTypeId=1001&{TUESDAY}")] == ["10:00", "10:30"]
    change(caller, {"do": "changeSchedule", "id": 501, "timeZone": "Europe/Lisbon"})
    assert [slot[11:16] for slot in caller.slots(f"eventTypeId=1001&{TUESDAY}")] == ["11:00", "11:30"]
    assert caller.data("/v2/schedules/501")["timeZone"] == "Europe/Lisbon"


def test_an_event_type_gets_other_values(caller: Caller) -> None:
    values = {"minimumBookingNotice": 2880, "lengthInMinutes": 60}
    change(caller, {"do": "changeEventType", "id": 1001, "set": values})
    assert caller.slots(f"eventTypeId=1001&{TUESDAY}") == []
    assert caller.data("/v2/event-types/1001")["lengthInMinutes"] == 60
    assert caller.data("/v2/event-types/1002")["lengthInMinutes"] == 45


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ({"do": "removeEventType", "id": 1}, "the sandbox has no event type 1"),
        ({"do": "changeEventType", "id": 1, "set": {}}, "the sandbox has no event type 1"),
        ({"do": "changeEventType", "id": 1001, "set": {"length": 5}}, "contains unknown field `length`"),
        ({"do": "changeEventType", "id": 1001, "set": {"scheduleId": 9}}, "the user has no schedule 9"),
        ({"do": "changeSchedule", "id": 9}, "the sandbox has no schedule 9"),
        ({"do": "changeSchedule", "id": 501, "timeZone": "Mars"}, "'Mars' is no time zone"),
        ({"do": "revokeKey", "key": "cal_none_of_it"}, "the sandbox has no key cal_none…"),
        (
            {"do": "addBusy", "username": "x", "start": "+1d 09:00", "end": "+1d 10:00"},
            "the sandbox has no user x",
        ),
        (
            {"do": "addBusy", "username": "lea", "start": "+1d 09:00", "end": "+1d 09:00"},
            "'+1d 09:00' is not after '+1d 09:00'",
        ),
        (
            {
                "do": "addBusy",
                "username": "lea",
                "start": "+1d 09:00",
                "end": "+1d 10:00",
                "calendar": "none@example.org",
            },
            "the sandbox has no calendar none@example.org",
        ),
        ({"do": "addBookings", "eventTypeId": 1, "start": "+1d 09:00"}, "the sandbox has no event type 1"),
        ({"do": "addBookings", "eventTypeId": 1001, "start": "morgen"}, "Invalid isoformat string: 'morgen'"),
        (
            {"do": "addBookings", "eventTypeId": 1001, "start": "+1d 09:00", "status": "gone"},
            "Invalid enum value 'gone'",
        ),
        ({"do": "explode"}, "Invalid value 'explode' - at `$[0].do`"),
        ({"id": 1}, "missing required field `do`"),
    ],
)
def test_a_change_that_cannot_be_is_refused(caller: Caller, order: dict[str, Any], problem: str) -> None:
    answer = caller.send("POST", "/_sandbox/world", key=None, version=None, json=order)
    assert answer.status_code == 400
    assert problem in answer.json()["error"]
    assert len(caller.slots(f"eventTypeId=1001&{TUESDAY}")) == 18


def test_what_is_not_json_is_refused(caller: Caller) -> None:
    answer = caller.send("POST", "/_sandbox/world", key=None, version=None, content=b"no")
    assert answer.status_code == 400
