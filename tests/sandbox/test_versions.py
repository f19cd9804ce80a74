"""Which version answers, and what a wrong one answers."""

from __future__ import annotations

import pytest
from support.calling import Caller, refusal
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.options import SandboxOptions
from askpro_cli.sandbox.world.loading import load_world

ALL = ("2024-04-15", "2024-06-11", "2024-06-14", "2024-08-13", "2024-09-04", "2026-02-25")


@pytest.mark.parametrize(
    ("path", "working"),
    [
        ("/v2/bookings", {"2024-08-13", "2026-02-25"}),
        ("/v2/event-types", {"2024-06-14"}),
        ("/v2/schedules", {"2024-06-11", "2024-06-14"}),
        ("/v2/me", set(ALL)),
        ("/v2/teams", set(ALL)),
    ],
)
def test_every_resource_has_its_own_versions(caller: Caller, path: str, working: set[str]) -> None:
    shapes = {version: caller.get(path, version=version) for version in ALL}
    current = {
        version
        for version, answer in shapes.items()
        if answer.status_code == 200 and _is_current(path, answer.json()["data"])
    }
    assert current == working


def _is_current(path: str, data: object) -> bool:
    if path == "/v2/schedules":
        return isinstance(data, list) and "availability" in data[0]
    return isinstance(data, list) or path == "/v2/me"


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/v2/bookings", "2024-09-04"),
        ("/v2/event-types", "2024-08-13"),
        ("/v2/event-types", "2026-02-25"),
        ("/v2/schedules", "2024-08-13"),
        ("/v2/slots", "2024-08-13"),
        ("/v2/slots/available", "2024-09-04"),
    ],
)
def test_a_known_version_without_the_resource_is_404_cannot_get(
    caller: Caller, path: str, version: str
) -> None:
    answer = caller.get(path, version=version)
    assert refusal(answer) == (404, f"Cannot GET {path}")
    assert answer.json()["error"]["details"] == {
        "message": f"Cannot GET {path}",
        "error": "Not Found",
        "statusCode": 404,
    }


@pytest.mark.parametrize("version", [None, "2025-01-01", '"2024-08-13"'])
def test_a_missing_or_unknown_version_answers_in_the_oldest_shape(
    caller: Caller, version: str | None
) -> None:
    assert "eventTypeGroups" in caller.data("/v2/event-types", version=version)
    assert "bookings" in caller.data("/v2/bookings", version=version)
    assert refusal(caller.get("/v2/slots", version=version))[0] == 404


def test_a_self_hosted_server_takes_2026_02_25_for_the_oldest() -> None:
    app = create_app(load_world(), clock=ManualClock(SANDBOX_NOW), options=SandboxOptions(self_hosted=True))
    caller = Caller(app, ManualClock(SANDBOX_NOW))
    assert "bookings" in caller.data("/v2/bookings", version="2026-02-25")
    assert isinstance(caller.data("/v2/bookings", version="2024-08-13"), list)


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "/v2/bookings/abc/reschedule"), ("DELETE", "/v2/bookings/abc/cancel")]
)
def test_the_verbs_of_version_1_do_not_exist(caller: Caller, method: str, path: str) -> None:
    assert refusal(caller.send(method, path)) == (404, f"Cannot {method} {path}")


@pytest.mark.parametrize("path", ["/v1/bookings", "/v1/slots?apiKey=cal_x", "/v1"])
def test_version_1_is_gone(caller: Caller, path: str) -> None:
    assert caller.get(path).status_code == 410


def test_api_v2_and_ee_are_other_names_of_the_same_paths(caller: Caller) -> None:
    assert caller.data("/api/v2/me", version=None) == caller.data("/v2/me")
    assert caller.data("/v2/ee/me", version=None) == caller.data("/v2/me")


def test_old_slots_answer_time_and_start_time(caller: Caller) -> None:
    query = "eventTypeId=1001&startTime=2026-11-24T08:00:00Z&endTime=2026-11-24T09:00:00Z"
    days = caller.data(f"/v2/slots/available?{query}", version="2024-08-13")
    assert days == {
        "slots": {
            "2026-11-24": [{"time": f"2026-11-24T0{at}.000Z"} for at in ("8:00:00", "8:30:00", "9:00:00")]
        }
    }
    ranges = caller.data(f"/v2/slots/available?{query}&slotFormat=range", version=None)
    assert ranges["slots"]["2026-11-24"][0] == {
        "startTime": "2026-11-24T08:00:00.000Z",
        "endTime": "2026-11-24T08:30:00.000Z",
    }


def test_the_current_create_body_is_refused_by_the_oldest_version(caller: Caller) -> None:
    answer = caller.try_book(version=None)
    assert refusal(answer) == (400, "Bad Request Exception")
    wrong = {error["property"] for error in answer.json()["error"]["details"]["errors"]}
    assert wrong == {"timeZone", "language", "metadata", "responses"}


def test_the_old_body_books_and_answers_in_the_old_shape(caller: Caller) -> None:
    body = {
        "eventTypeId": 1001,
        "start": "2026-11-24T09:00:00Z",
        "timeZone": "Europe/Berlin",
        "language": "de",
        "metadata": {},
        "responses": {"name": "Erika Muster", "email": "erika.muster@example.org"},
    }
    made = caller.post("/v2/bookings", body, version=None)
    assert made.status_code == 201
    booking = made.json()["data"]
    assert (booking["status"], booking["startTime"]) == ("ACCEPTED", "2026-11-24T09:00:00.000Z")
    assert caller.data(f"/v2/bookings/{booking['uid']}", version=None) == booking
    reason = {"cancellationReason": "verhindert"}
    gone = caller.post(f"/v2/bookings/{booking['uid']}/cancel", reason, version=None)
    assert gone.json()["data"] == {
        "bookingId": booking["id"],
        "bookingUid": booking["uid"],
        "onlyRemovedAttendee": False,
    }
    assert caller.data(f"/v2/bookings/{booking['uid']}")["status"] == "cancelled"


def test_older_versions_could_not_reschedule(caller: Caller) -> None:
    path = f"/v2/bookings/{caller.book()['uid']}/reschedule"
    answer = caller.post(path, {"start": "2026-11-24T10:00:00Z"}, version=None)
    assert refusal(answer) == (404, f"Cannot POST {path}")


def test_old_event_types_and_schedules_have_old_names(caller: Caller) -> None:
    listed = caller.data("/v2/event-types", version="2024-06-11")
    assert listed["eventTypeGroups"][0]["eventTypes"][0]["length"] == 30
    assert caller.data("/v2/event-types/1001", version=None)["eventType"]["slug"] == "herrenhaarschnitt"
    assert refusal(caller.get("/v2/event-types/1", version=None)) == (404, "Event type with id 1 not found")
    hours = caller.data("/v2/schedules", version="2024-04-15")[0]["workingHours"]
    assert hours[0] == {"days": [1, 2, 3, 4, 5], "startTime": 540, "endTime": 1080}


def test_the_old_cancel_wants_a_uid(caller: Caller) -> None:
    answer = caller.post("/v2/bookings/7001/cancel", {}, version=None)
    assert refusal(answer) == (400, "Please provide booking uid instead of booking id.")


def test_the_old_create_wants_name_and_mail_in_its_responses(caller: Caller) -> None:
    body = {
        "eventTypeId": 1001,
        "start": "2026-11-24T09:00:00Z",
        "timeZone": "Europe/Berlin",
        "language": "de",
        "metadata": {},
        "responses": {"name": "Erika Muster"},
    }
    assert refusal(caller.post("/v2/bookings", body, version=None)) == (400, "Bad Request Exception")
