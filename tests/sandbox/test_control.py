"""The control endpoints and the journal."""

from __future__ import annotations

import json

import httpx
import pytest
from support.calling import ATTENDEE, Caller


def test_armed_faults_strike_matching_requests_so_many_times(caller: Caller) -> None:
    order = {"fault": "503", "times": 2, "match": {"method": "post", "path": "/v2/bookings*"}}
    armed = caller.control("POST", "faults", order)["armed"]
    assert armed == [{"fault": "503", "times": 2, "match": {"method": "post", "path": "/v2/bookings*"}}]
    assert caller.get("/v2/me").status_code == 200
    assert [caller.try_book().status_code for _ in range(3)] == [503, 503, 201]
    assert caller.control("GET", "faults") == {"standing": [], "armed": []}


def test_a_fault_without_an_end_strikes_until_it_is_cleared(caller: Caller) -> None:
    caller.control("POST", "faults", {"fault": "500,latency=1", "times": None})
    assert [caller.get("/v2/me").status_code for _ in range(3)] == [500, 500, 500]
    caller.control("DELETE", "faults")
    assert caller.get("/v2/me").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"fault": "nothing"}),
        ("faults", {"fault": "503", "when": "now"}),
        ("faults", {}),
        ("clock", {"now": "2026-11-24T08:00:00"}),
        ("clock", {"forward": 1}),
    ],
)
def test_a_wrong_order_is_refused_and_says_why(caller: Caller, path: str, body: dict[str, str]) -> None:
    answer = caller.post(f"/_sandbox/{path}", body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_journal_holds_what_happened_but_no_key_and_no_person(caller: Caller) -> None:
    caller.get("/v2/bookings?attendeeEmail=erika.muster@example.org&take=5&apiKey=cal_secret")
    with pytest.raises(httpx.ReadError):
        caller.try_book(
            metadata={"idempotency_key": "k-1", "name": "Erika"}, headers={"X-Sandbox-Fault": "reset-after"}
        )
    journal = caller.control("GET", "journal")
    assert journal["count"] == 2
    listed, booked = journal["entries"]
    assert (listed["n"], listed["method"], listed["path"], listed["status"]) == (
        1,
        "GET",
        "/v2/bookings",
        200,
    )
    assert listed["query"] == {"attendeeEmail": "***", "take": "5", "apiKey": "***"}
    assert listed["version"] == "2024-08-13"
    assert booked["faults"] == ["reset-after"]
    assert (booked["status"], booked["idempotency"]) == (201, {"idempotency_key": "k-1"})
    text = json.dumps(journal)
    for secret in ("cal_test_sandbox", "cal_secret", ATTENDEE["email"], "Erika"):
        assert secret not in text


def test_the_journal_can_be_narrowed_and_cleared(caller: Caller) -> None:
    caller.get("/v2/me")
    caller.book()
    assert caller.control("GET", "journal?method=post")["count"] == 1
    assert caller.control("GET", "journal?path=/v2/me")["count"] == 1
    caller.control("DELETE", "journal")
    assert caller.control("GET", "journal") == {"count": 0, "entries": []}


def test_time_can_pass_and_stand_elsewhere(caller: Caller) -> None:
    uid = caller.book()["uid"]
    caller.control("POST", "clock", {"advance": 2 * 86_400})
    assert caller.get("/v2/me").headers["Date"] == "Wed, 25 Nov 2026 08:00:00 GMT"
    assert next(found["uid"] for found in caller.data("/v2/bookings?status=past&sortStart=desc")) == uid
    caller.control("POST", "clock", {"offset": -60})
    assert caller.get("/v2/me").headers["Date"] == "Wed, 25 Nov 2026 07:59:00 GMT"
    assert (
        caller.control("POST", "clock", {"now": "2027-03-01T00:00:00Z"})["now"] == "2027-03-01T00:00:00.000Z"
    )


def test_a_block_ends_when_time_is_told_to_pass(caller: Caller) -> None:
    statuses = [caller.get("/v2/me").status_code for _ in range(121)]
    assert (statuses[-2], statuses[-1]) == (200, 429)
    assert caller.control("GET", "state")["limiter"] == {"counted": 1, "blocked": 1}
    caller.control("POST", "clock", {"advance": 60})
    assert caller.get("/v2/me").status_code == 200


def test_reset_begins_anew(caller: Caller) -> None:
    seeded = caller.control("GET", "state")["bookings"]
    caller.book()
    caller.control("POST", "clock", {"offset": 500})
    caller.control("POST", "faults", {"fault": "503", "times": None})
    caller.control("POST", "reset")
    assert caller.control("GET", "journal")["count"] == 0
    state = caller.control("GET", "state")
    assert state["bookings"] == seeded
    assert (state["now"], state["faults"]["armed"]) == ("2026-11-23T08:00:00.000Z", [])
    assert state["byStatus"] == {"accepted": 2, "cancelled": 1}
    assert caller.get("/v2/me").headers["X-RateLimit-Remaining-Default"] == "119"


def test_a_bug_of_the_sandbox_looks_like_a_500_and_stands_in_the_journal(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller.app.world, "default_schedule", lambda _: 1 / 0)
    answer = caller.get("/v2/me")
    assert (answer.status_code, answer.json()) == (
        500,
        {"statusCode": 500, "message": "Internal server error"},
    )
    (entry,) = caller.control("GET", "journal")["entries"]
    assert "ZeroDivisionError" in entry["bug"]
