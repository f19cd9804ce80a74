"""What a dry run shows is what would be sent, and what is told afterwards is what happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon

DAYS = 2 * 86400


def act(salon: Salon, *words: str) -> Any:
    return salon("bookings", *words, "--json")


def plan(salon: Salon, *words: str) -> Any:
    before = salon.sent("POST") + salon.sent("PATCH")
    shown = act(salon, *words, "--dry-run").ok().data["plan"]
    assert salon.sent("POST") + salon.sent("PATCH") == before
    return shown


def round_robin(salon: Salon) -> tuple[str, int, int]:
    """Book with one of the team's two hosts; return the uid, the host and the other."""
    booking = salon("book", "2001", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data["booking"]
    host = booking["hosts"][0]["id"]
    return booking["uid"], host, 205 - host


def test_a_plan_to_reassign_names_the_new_host(salon: Salon) -> None:
    uid, host, other = round_robin(salon)
    shown = plan(salon, "reassign", uid, "--to", str(other), "--reason", "Lea is ill")
    assert (shown["action"], shown["to"], shown["reason"]) == ("reassign", other, "***")
    assert plan(salon, "reassign", uid)["to"] is None
    assert plan(salon, "reassign", uid, "--to", str(host))["action"] == "none"


def test_a_plan_to_decline_tells_that_a_reason_goes_with_it(salon: Salon) -> None:
    uid = salon("book", "1005", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data["booking"]["uid"]
    assert plan(salon, "decline", uid, "--reason", "ill")["reason"] == "***"
    assert "reason" not in plan(salon, "decline", uid)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("link:https://example.org/room", {"type": "link", "link": "https://example.org/room"}),
        ("address:Musterstr. 1", {"type": "address", "address": "Musterstr. 1"}),
        ("attendeePhone:+493023125001", {"type": "attendeePhone", "phone": "***01"}),
        ("attendeeAddress:Beispielweg 2", {"type": "attendeeAddress", "address": "***"}),
    ],
)
def test_a_plan_to_move_elsewhere_shows_the_place(salon: Salon, typed: str, shown: dict[str, str]) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    assert plan(salon, "location", uid, typed)["location"] == shown


def test_a_plan_to_invite_shows_who_is_not_invited_yet(salon: Salon) -> None:
    uid = salon.book("--guest", "ida@example.org").ok().data["booking"]["uid"]
    shown = plan(salon, "guests", uid, "--add", "ida@example.org", "--add", OTTO[3])
    assert shown["guests"] == ["o***@e***.org"]
    again = act(salon, "guests", uid, "--add", "ida@example.org", "--dry-run").ok()
    assert (again.data["plan"]["action"], "guests" in again.data["plan"]) == ("none", False)
    assert "all of them are invited already: nothing would be sent" in again.stderr


def test_a_plan_to_mark_absent_shows_whom(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    salon.clock.advance(DAYS)
    shown = plan(salon, "mark-absent", uid, "--host", "--attendee", ANNA[3])
    assert shown["absent"] == ["the host", "a***@e***.org"]
    act(salon, "mark-absent", uid, "--host").ok()
    assert plan(salon, "mark-absent", uid, "--host", "--present")["present"] == ["the host"]


def test_absent_and_present_are_told_apart(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    salon.clock.advance(DAYS)
    everybody = ("mark-absent", uid, "--host", "--attendee", ANNA[3])
    assert f"{uid}: the host does not count as absent" in act(salon, *everybody[:3], "--present").stderr
    assert f"{uid}: the host and a***@e***.org were marked absent\n" in act(salon, *everybody).stderr
    assert "were marked absent before: nothing was sent" in act(salon, *everybody).stderr
    assert "org no longer count as absent\n" in act(salon, *everybody, "--present").stderr


def test_a_reassignment_names_the_new_host_and_looks_like_no_retry(salon: Salon) -> None:
    uid, _, other = round_robin(salon)
    done = act(salon, "reassign", uid, "--to", str(other)).ok()
    assert f"booking {uid} was reassigned to {other} (" in done.stderr
    assert [host["id"] for host in done.data["booking"]["hosts"]] == [other]
    assert (done.json["meta"]["requests"], done.json["meta"]["tries"]) == (4, 1)
    again = act(salon, "reassign", uid, "--to", str(other)).ok()
    assert f"booking {uid}: {other} is its host already: nothing was sent" in again.stderr


@pytest.mark.parametrize("chosen", [(), ("--to", "102")])
def test_where_there_is_one_host_no_other_is_waited_for(salon: Salon, chosen: tuple[str, ...]) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    refused = act(salon, "reassign", uid, *chosen).exits(1 if not chosen else 2).json["errors"][0]
    assert "event type 1001 is no round robin" in refused["message"]


@pytest.mark.parametrize("typed", ["lea", "0", "1.5", "9" * 5000])
def test_a_host_is_given_by_id(salon: Salon, typed: str) -> None:
    told = act(salon, "reassign", "anyuid", "--to", typed).exits(2).json["errors"][0]
    assert "takes the user id that `askpro teams show` names" in told["message"]


def test_an_appointment_that_stands_is_planned_as_nothing_to_do(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    again = salon.book("--dry-run").ok()
    assert (again.data["plan"]["action"], again.data["plan"]["booking"]["uid"]) == ("none", uid)
    assert "stands already" in again.stderr
    assert "not among the listed" not in again.stderr
    salon("cancel", uid, "--reason", "ill", "--yes").ok()
    assert salon.book("--dry-run").ok().data["plan"]["action"] == "book"


def test_a_plan_under_a_key_of_another_booking_is_refused_as_the_booking_would_be(salon: Salon) -> None:
    salon.book("--idempotency-key", "call-1").ok()
    salon.book("--idempotency-key", "call-1", "--dry-run", who=OTTO).exits(2)


def test_a_plan_is_made_without_the_records(salon: Salon, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    salon.cli.env["ASKPRO_DATABASE_URL"] = f"sqlite:///{tmp_path}/file/records.db"
    planned = salon.book("--dry-run").ok()
    assert planned.data["plan"]["action"] == "book"
    assert "whether it stands already is not known" in planned.stderr
