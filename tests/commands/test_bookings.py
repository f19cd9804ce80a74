from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.salon import HAIRCUT, OTTO, Salon


def test_the_list_is_sorted_by_start_and_people_are_masked(salon: Salon) -> None:
    salon.book(start="2026-11-25T10:00").ok()
    salon.book(who=OTTO).ok()
    shown = salon("bookings", "list", "--status", "upcoming", "--event-type", HAIRCUT, "--json").ok()
    starts = [booking["start"] for booking in shown.data["bookings"]]
    assert starts == sorted(starts)
    assert {"2026-11-24T10:00:00+01:00", "2026-11-25T10:00:00+01:00"} <= set(starts)
    for personal in ("Schmidt", "Becker", "anna@", "otto@"):
        assert personal not in shown.stdout


def test_revealing_shows_people_and_is_logged(salon: Salon) -> None:
    uid = salon.book("--phone", "030 23125 001").ok().data["booking"]["uid"]
    shown = salon("bookings", "show", uid, "--reveal", "--json").ok().data["booking"]
    assert shown["attendees"] == [
        {"name": "Anna Schmidt", "email": "anna@example.org", "phone": "+493023125001"}
    ]
    logs = Path(salon.cli.env["ASKPRO_STATE_DIR"]) / "logs"
    events = [json.loads(line) for path in logs.rglob("*.*") for line in path.read_text("utf-8").splitlines()]
    assert [event["uids"] for event in events if event["event"] == "personal_data_revealed"] == [[uid]]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("--attendee-email", "anna@example.org"), 1),
        (("--from", "2026-11-24", "--to", "2026-11-24"), 2),
        (("--from", "2026-11-24T10:30", "--status", "upcoming"), 1),
        (("--from", "2026-11-24T10:00", "--to", "2026-11-24T10:30"), 1),
        (("--from", "+30d"), 0),
        (("--status", "cancelled", "--from", "2026-11-24", "--to", "2026-11-24"), 0),
        (("--from", "2026-11-24", "--to", "2026-11-24", "--limit", "1"), 1),
    ],
)
def test_filters_leave_what_was_asked_for(salon: Salon, filters: tuple[str, ...], found: int) -> None:
    salon.book().ok()
    salon.book(start="2026-11-24T12:00", who=OTTO).ok()
    shown = salon("bookings", "list", "--event-type", HAIRCUT, *filters, "--json").ok()
    assert len(shown.data["bookings"]) == found


def test_a_booking_is_shown_with_its_moves_both_ways(salon: Salon) -> None:
    first = salon.book().ok().data["booking"]["uid"]
    second = salon("reschedule", first, "--start", "2026-11-24T12:00", "--json").ok().data["booking"]["uid"]
    third = salon("reschedule", second, "--start", "2026-11-24T15:00", "--json").ok().data["booking"]["uid"]
    for uid in (first, second, third):
        shown = salon("bookings", "show", uid, "--json").ok()
        assert [link["uid"] for link in shown.data["chain"]] == [first, second, third]
        assert shown.data["booking"]["uid"] == uid
    assert "moved:" in shown.stderr


def test_ndjson_emits_one_booking_a_line(salon: Salon) -> None:
    salon.book().ok()
    lines = salon("bookings", "list", "--event-type", HAIRCUT, "--output", "ndjson").ok().stdout.splitlines()
    assert all("uid" in json.loads(line) for line in lines)
    assert len(lines) >= 1


def test_an_unknown_booking_exits_3(salon: Salon) -> None:
    salon("bookings", "show", "nosuchuid").exits(3)


def test_booked_uids_are_remembered_for_completion(salon: Salon) -> None:
    from askpro_cli.state.opening import open_state
    from askpro_cli.state.recent import recent_bookings

    first = salon.book().ok().data["booking"]["uid"]
    second = salon("reschedule", first, "--start", "2026-11-24T12:00", "--json").ok().data["booking"]["uid"]
    store = open_state(
        redis_url=None,
        state_dir=Path(salon.cli.env["ASKPRO_STATE_DIR"]),
        namespace="default",
        on_notice=lambda _: None,
    )
    try:
        assert recent_bookings(store, "sandbox.example") == [second, first]
    finally:
        store.close()


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-24T10:00"])
def test_a_stretch_that_ends_before_it_starts_is_a_mistake_not_an_empty_list(salon: Salon, day: str) -> None:
    wrong = salon("bookings", "list", "--from", "2026-11-24T10:00", "--to", day).exits(2)
    assert "--to" in wrong.stderr
    assert salon.sent("GET") == 0


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("reveal", [(), ("--reveal",)])
def test_a_booking_is_one_line_with_its_whole_uid_on_every_usual_terminal(
    salon: Salon, width: int, reveal: tuple[str, ...]
) -> None:
    uid = salon.book("--phone", "030 23125 001").ok().data["booking"]["uid"]
    terminal = {"NO_COLOR": "1", "COLUMNS": str(width)}
    shown = salon("bookings", "list", "--from", "2026-11-24", *reveal, terminal=True, env=terminal)
    lines = shown.ok().stdout.splitlines()
    [line] = [line for line in lines if uid in line]
    assert "Tue 2026-11-24 10:00" in line
    assert len(lines) == 1 + len(
        salon("bookings", "list", "--from", "2026-11-24", "--output", "ndjson").stdout.splitlines()
    )
    assert all(len(line) <= width for line in lines)


def test_columns_without_room_are_named_and_never_missing_in_a_pipe(salon: Salon) -> None:
    salon.book().ok()
    narrow = salon("bookings", "list", terminal=True, env={"NO_COLOR": "1", "COLUMNS": "60"}).ok()
    assert "no room for Status, End, Event type" in narrow.stderr
    assert "no room" not in salon("bookings", "list").ok().stderr


def test_revealing_adds_addresses_and_numbers_to_table_and_tsv(salon: Salon) -> None:
    uid = salon.book("--phone", "030 23125 001").ok().data["booking"]["uid"]
    contact = ["Anna Schmidt", "anna@example.org", "+493023125001"]
    rows = [line.split("\t") for line in salon("bookings", "list", "--reveal").ok().stdout.splitlines()]
    assert next(row for row in rows if row[0] == uid)[-3:] == contact
    wide = {"NO_COLOR": "1", "COLUMNS": "120"}
    table = salon("bookings", "list", "--reveal", terminal=True, env=wide).ok().stdout
    assert all(word in table for word in contact)
    masked = salon("bookings", "list").ok().stdout
    assert not any(word in masked for word in contact)


def test_a_pipe_gets_no_line_for_what_is_empty(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    rows = [line.split("\t") for line in salon("bookings", "show", uid).ok().stdout.splitlines()]
    assert all(len(row) == 2 and row[1] for row in rows)
    assert "guests" not in [row[0] for row in rows]


def test_a_person_sees_masked_answers_in_one_line(salon: Salon) -> None:
    uid = salon.book("--metadata", "note=by phone").ok().data["booking"]["uid"]
    wide = {"NO_COLOR": "1", "COLUMNS": "120"}
    lines = salon("bookings", "show", uid, terminal=True, env=wide).ok().stdout.splitlines()
    [fields] = [line for line in lines if line.startswith("fields")]
    assert re.search(r"name, .*email.*: \*\*\*$", fields.rstrip()), fields
    assert sum("***" in line and not re.search(r"attendees|hosts", line) for line in lines) == 2, lines
