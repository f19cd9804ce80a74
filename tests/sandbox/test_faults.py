"""What can be made to go wrong, in process."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.calling import Caller, refusal
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import InvalidValueError
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.control.faults import Fault, parse_faults
from askpro_cli.sandbox.options import SandboxOptions
from askpro_cli.sandbox.world.loading import load_world

DAY = "start=2026-11-24&end=2026-11-24"


def with_fault(text: str) -> dict[str, Any]:
    return {"headers": {"X-Sandbox-Fault": text}}


def count(caller: Caller) -> int:
    return len(caller.app.world.bookings)


@pytest.mark.parametrize("status", ["500", "502", "503", "504"])
def test_a_server_error_comes_before_the_request_is_carried_out(caller: Caller, status: str) -> None:
    before = count(caller)
    answer = caller.try_book(**with_fault(status))
    assert answer.status_code == int(status)
    assert answer.json()["statusCode"] == int(status)
    assert answer.headers["X-Request-Id"]
    assert count(caller) == before


def test_a_server_error_may_come_after_the_commit(caller: Caller) -> None:
    before = count(caller)
    assert caller.try_book(**with_fault("503=after")).status_code == 503
    assert count(caller) == before + 1


def test_a_proxys_page_is_no_json(caller: Caller) -> None:
    answer = caller.get("/v2/me", **with_fault("html502"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_429_says_when_to_come_back(caller: Caller) -> None:
    answer = caller.get("/v2/me", **with_fault("429=7"))
    assert answer.status_code == 429
    assert answer.headers["X-RateLimit-Remaining-Default"] == "0"
    assert answer.headers["X-RateLimit-Reset-Default"] == "7"
    assert caller.get("/v2/me").headers["X-RateLimit-Remaining-Default"] == "119"


def test_a_reset_before_leaves_nothing_behind(caller: Caller) -> None:
    before = count(caller)
    with pytest.raises(httpx.ReadError):
        caller.try_book(**with_fault("reset-before"))
    assert count(caller) == before


@pytest.mark.parametrize(
    ("fault", "error"), [("reset-after", httpx.ReadError), ("timeout-after", httpx.ReadTimeout)]
)
def test_a_lost_answer_leaves_the_booking(caller: Caller, fault: str, error: type[Exception]) -> None:
    before = count(caller)
    with pytest.raises(error):
        caller.try_book(metadata={"k": "v"}, **with_fault(fault))
    assert count(caller) == before + 1
    assert refusal(caller.try_book())[0] == 400


def test_spoiled_bodies(caller: Caller) -> None:
    whole = caller.get("/v2/me").content
    assert caller.get("/v2/me", **with_fault("truncated")).content == whole[: len(whole) // 2]
    assert caller.get("/v2/me", **with_fault("not-json")).text == "upstream request timeout\n"
    huge = caller.get("/v2/me", **with_fault("huge=1"))
    assert len(huge.content) > 1_000_000
    assert huge.json()["status"] == "success"


def test_stale_slots_still_list_what_is_booked(caller: Caller) -> None:
    caller.book()
    assert "2026-11-24T09:00:00.000Z" not in caller.slots(f"eventTypeId=1001&{DAY}")
    assert "2026-11-24T09:00:00.000Z" in caller.slots(f"eventTypeId=1001&{DAY}", **with_fault("stale-slots"))


def test_a_legacy_shape_comes_with_the_right_version_too(caller: Caller) -> None:
    legacy = with_fault("legacy-shape")
    assert "eventTypeGroups" in caller.data("/v2/event-types", **legacy)
    assert "eventType" in caller.data("/v2/event-types/1001", **legacy)
    assert "bookings" in caller.data("/v2/bookings", **legacy)
    assert "slots" in caller.data(f"/v2/slots?eventTypeId=1001&{DAY}", **legacy)
    assert "workingHours" in caller.data("/v2/schedules", **legacy)[0]
    assert caller.book(**legacy)["status"] == "ACCEPTED"


def test_a_foreign_booking_is_old_and_somebody_elses(caller: Caller) -> None:
    before = count(caller)
    booking = caller.book(metadata={"idempotency_key": "mine"}, **with_fault("foreign-booking"))
    assert booking["createdAt"] == "2026-11-23T07:26:00.000Z"
    assert booking["attendees"][0]["email"] == "berta.beispiel@example.org"
    assert "idempotency_key" not in booking["metadata"]
    assert count(caller) == before


def test_a_race_is_a_bare_409(caller: Caller) -> None:
    uid = caller.book(start="2026-11-24T12:00:00Z")["uid"]
    before = count(caller)
    lost = {"statusCode": 409, "message": "booking_conflict_error"}
    answer = caller.try_book(**with_fault("race409"))
    assert (answer.status_code, answer.json()) == (409, lost)
    moved = caller.post(
        f"/v2/bookings/{uid}/reschedule", {"start": "2026-11-24T13:00:00Z"}, **with_fault("race409")
    )
    assert moved.json() == lost
    assert count(caller) == before


def test_a_clock_offset_moves_the_date_header_and_every_decision(caller: Caller) -> None:
    answer = caller.try_book(**with_fault("clock-offset=86400"))
    assert answer.headers["Date"] == "Tue, 24 Nov 2026 08:00:00 GMT"
    assert answer.json()["data"]["createdAt"] == "2026-11-24T08:00:00.000Z"
    late = caller.try_book(start="2026-11-24T10:00:00Z", **with_fault("clock-offset=172800"))
    assert refusal(late)[1] == "Attempting to book a meeting in the past."


def test_latency_waits_and_still_answers(caller: Caller) -> None:
    assert caller.get("/v2/me", **with_fault("latency=30")).status_code == 200
    (entry,) = caller.control("GET", "journal")["entries"]
    assert entry["ms"] >= 30


def test_faults_given_at_the_start_strike_every_request() -> None:
    options = SandboxOptions(faults=("clock-offset=60", "503"), latency_ms=1, clock_offset=60)
    clock = ManualClock(SANDBOX_NOW)
    caller = Caller(create_app(load_world(), clock=clock, options=options), clock)
    for _ in range(2):
        answer = caller.get("/v2/me")
        assert (answer.status_code, answer.headers["Date"]) == (503, "Mon, 23 Nov 2026 08:02:00 GMT")


@pytest.mark.parametrize(
    "text", ["nothing", "latency", "latency=slow", "reset-after=1", "503=before", "clock-offset", "huge=big"]
)
def test_a_fault_that_means_nothing_is_refused(caller: Caller, text: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_faults(text)
    answer = caller.get("/v2/me", **with_fault(text))
    assert answer.status_code == 400
    assert "sandbox" in answer.json()


def test_faults_are_written_as_they_are_read() -> None:
    assert parse_faults("latency=20, reset-after,") == [Fault("latency", "20"), Fault("reset-after")]
    assert [str(fault) for fault in parse_faults("429=5,html502")] == ["429=5", "html502"]
