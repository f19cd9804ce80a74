"""Many real processes, and one that is killed: what only processes and sockets can show."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from typing import Any

from support.salon import HAIRCUT, Street
from support.waiting import eventually

DEADLINE = 300.0
# Fifty interpreters on a small machine make every answer slow; that is not what is tested here.
PATIENT = {
    "ASKPRO_CALCOM_TIMEOUT": "120",
    "ASKPRO_CALCOM_CONNECT_TIMEOUT": "60",
    "ASKPRO_RESILIENCE_MAX_WAIT": "120",
}


def free_slot(street: Street) -> str:
    """Return a free start (UTC) some days ahead, which also warms the cache."""
    street.program.env |= PATIENT
    found = street.program("availability", HAIRCUT, "--from", "+3d", "--days", "4", "--json").ok()
    start: str = found.data["slots"][0]["start_utc"]
    return start


def start_booking(street: Street, start: str, name: str, email: str) -> subprocess.Popen[str]:
    return street.program.start("book", HAIRCUT, "--start", start, "--name", name, "--email", email, "--json")


def end(processes: list[subprocess.Popen[str]]) -> list[tuple[int, dict[str, object]]]:
    ended = []
    for process in processes:
        out, err = process.communicate(timeout=DEADLINE)
        assert "Traceback" not in err
        ended.append((process.returncode, json.loads(out)))
    return ended


def test_fifty_processes_for_fifty_people_and_one_slot_make_one_booking_and_49_refusals(
    street: Street,
) -> None:
    start = free_slot(street)
    ended = end([start_booking(street, start, f"Gast {n}", f"gast{n}@example.org") for n in range(50)])
    assert Counter(code for code, _ in ended) == {0: 1, 1: 49}
    refusals = [answer["errors"] for code, answer in ended if code == 1]
    assert {error["code"] for errors in refusals for error in errors} == {"refused"}  # type: ignore[attr-defined] # JSON
    assert len(street.standing(start)) == 1


def test_twenty_processes_with_one_request_make_one_booking_and_all_exit_0(street: Street) -> None:
    start = free_slot(street)
    ended = end([start_booking(street, start, "Anna Schmidt", "anna@example.org") for _ in range(20)])
    assert Counter(code for code, _ in ended) == {0: 20}
    uids = {answer["data"]["booking"]["uid"] for _, answer in ended}  # type: ignore[index] # JSON
    assert list(uids) == street.standing(start)
    assert street.sent("POST") == 1


def test_a_process_killed_after_the_commit_is_succeeded_by_the_same_command(street: Street) -> None:
    start = free_slot(street)
    street.control(
        "faults", {"fault": "timeout-after=60", "match": {"method": "POST", "path": "/v2/bookings"}}
    )
    victim = start_booking(street, start, "Anna Schmidt", "anna@example.org")
    eventually(lambda: street.standing(start))
    victim.kill()
    victim.communicate(timeout=60)

    ((code, answer),) = end([start_booking(street, start, "Anna Schmidt", "anna@example.org")])
    assert code == 0, answer
    assert answer["data"]["recovered"] is True  # type: ignore[index] # JSON
    assert [answer["data"]["booking"]["uid"]] == street.standing(start)  # type: ignore[index] # JSON
    assert street.sent("POST") == 1


def test_a_process_killed_after_a_series_was_made_is_succeeded_by_the_same_command(street: Street) -> None:
    street.program.env |= PATIENT
    found = street.program("availability", "1011", "--from", "+3d", "--days", "4", "--json").ok()
    start = found.data["slots"][0]["start_utc"]
    words = ("book", "1011", "--start", start, "--name", "Anna Schmidt", "--email", "anna@example.org")
    command = (*words, "--occurrences", "3", "--reserve", "--json")
    street.control(
        "faults", {"fault": "timeout-after=60", "match": {"method": "POST", "path": "/v2/bookings"}}
    )
    victim = street.program.start(*command)
    eventually(lambda: street.standing(start))
    victim.kill()
    victim.communicate(timeout=60)

    ((code, answer),) = end([street.program.start(*command)])
    assert code == 0, answer
    data: dict[str, Any] = answer["data"]  # type: ignore[assignment] # JSON
    assert data["recovered"] is True
    assert data["occurrences"] == {"asked": 3, "standing": 3}
    assert street.sent("POST", "/v2/bookings") == 1
