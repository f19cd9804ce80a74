from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from support.cli import Program
from support.salon import HAIRCUT, Salon, Street
from support.sandbox import SandboxTransport

from askpro_cli.base.times import iso_utc

_HEAVY = (
    "httpx",
    "sqlalchemy",
    "redis",
    "structlog",
    "asyncio",
    "rich",
    "yaml",
    "tenacity",
    "phonenumbers",
    "logging",
)
_LOOK = f"""
import sys
from askpro_cli.shell.main import main
code = main(sys.argv[1:])
print([name for name in {_HEAVY!r} if name in sys.modules], file=sys.stderr)
raise SystemExit(code)
"""


def test_a_slot_is_shown_as_instant_and_in_the_companys_zone(salon: Salon) -> None:
    shown = salon("availability", HAIRCUT, "--from", "tomorrow", "--days", "1", "--json").ok()
    assert shown.data["slots"][0] == {
        "start": "2026-11-24T09:00:00+01:00",
        "end": "2026-11-24T09:30:00+01:00",
        "start_utc": "2026-11-24T08:00:00Z",
        "end_utc": "2026-11-24T08:30:00Z",
    }
    assert shown.data["timezone"] == shown.data["schedule_timezone"] == "Europe/Berlin"
    assert (shown.data["from"], shown.data["to"]) == ("2026-11-24", "2026-11-24")
    assert shown.data["event_type"]["slug"] == "herrenhaarschnitt"


def test_another_zone_shows_the_schedules_clock_too(salon: Salon) -> None:
    shown = salon("availability", HAIRCUT, "--from", "tomorrow", "--timezone", "Asia/Tokyo", "--json").ok()
    slot = shown.data["slots"][0]
    assert slot["start"] == "2026-11-24T00:00:00+09:00"  # the day is Tokyo's
    assert slot["schedule_start"] == "2026-11-23T16:00:00+01:00"
    table = salon(
        "availability", HAIRCUT, "--from", "tomorrow", "--timezone", "Asia/Tokyo", terminal=True
    ).ok()
    for title in ("UTC", "Asia/Tokyo", "schedule: Europe/Berlin"):
        assert title in table.stdout


def test_an_event_type_has_several_names(salon: Salon) -> None:
    salon.cli.user_file("companies:\n  salon:\n    event_types:\n      cut: salon/herrenhaarschnitt\n")
    ids = {
        salon("availability", name, "--json").ok().data["event_type"]["id"]
        for name in (HAIRCUT, "salon/herrenhaarschnitt", "cut")
    }
    assert ids == {1001}
    team = salon("availability", "salon-team/haarschnitt", "--json").ok()
    assert team.data["event_type"]["id"] == 2001


def test_the_second_question_is_answered_from_the_cache_and_says_so(salon: Salon) -> None:
    first = salon("availability", HAIRCUT, "--json").ok().json["meta"]
    assert first["cache"]["hit"] is False
    assert first["requests"] == len(list(salon.sandbox.journal.entries()))
    again = salon("availability", HAIRCUT, "--json").ok()
    assert again.json["meta"]["cache"]["hit"] is True
    assert again.json["meta"]["cache"]["age_seconds"] >= 0
    assert (again.json["meta"]["requests"], again.json["meta"]["tries"]) == (0, 0)
    assert "from the cache" in again.stderr
    within = salon("availability", HAIRCUT, "--from", "+2d", "--days", "2", "--json").ok()
    assert within.json["meta"]["cache"]["hit"] is True


def test_refresh_asks_the_vendor(salon: Salon) -> None:
    salon("availability", HAIRCUT).ok()
    assert salon("availability", HAIRCUT, "--refresh", "--json").ok().json["meta"]["requests"] > 0


def test_past_slots_of_today_are_never_shown(salon: Salon) -> None:
    salon("availability", HAIRCUT, "--days", "1").ok()
    salon.clock.advance(3 * 3600)
    later = salon("availability", HAIRCUT, "--days", "1", "--json").ok()
    assert later.data["slots"][0]["start"] == "2026-11-23T12:00:00+01:00"


def test_a_window_may_be_given_by_instants(salon: Salon) -> None:
    shown = salon(
        "availability", HAIRCUT, "--from", "2026-11-24T10:00", "--to", "2026-11-24T11:00", "--json"
    ).ok()
    assert [slot["start"][11:16] for slot in shown.data["slots"]] == ["10:00", "10:30"]


def test_a_length_is_chosen_where_there_is_a_choice(salon: Salon) -> None:
    shown = salon("availability", "1003", "--duration", "120", "--from", "tomorrow", "--json").ok()
    slot = shown.data["slots"][0]
    assert (datetime.fromisoformat(slot["end"]) - datetime.fromisoformat(slot["start"])).seconds == 7200
    salon("availability", HAIRCUT, "--duration", "120").exits(2)


def test_the_day_the_clocks_go_forward_is_asked_whole(salon: Salon) -> None:
    shown = salon("availability", HAIRCUT, "--from", "2027-03-27", "--to", "2027-03-29", "--json").ok()
    days = {slot["start"][:10]: slot["start"][19:] for slot in shown.data["slots"]}
    assert days == {"2027-03-27": "+01:00", "2027-03-29": "+02:00"}


def test_a_pipe_gets_lines_and_ndjson_gets_records(salon: Salon) -> None:
    lines = salon("availability", HAIRCUT, "--from", "tomorrow", "--days", "1").ok().stdout.splitlines()
    assert lines[0].split("\t") == [
        "2026-11-24T08:00:00Z",
        "2026-11-24T09:00:00+01:00",
        "2026-11-24T09:30:00+01:00",
    ]
    records = salon("availability", HAIRCUT, "--from", "tomorrow", "--days", "1", "--output", "ndjson").ok()
    assert [json.loads(line)["start_utc"] for line in records.stdout.splitlines()] == [
        line.split("\t")[0] for line in lines
    ]


def test_an_empty_window_says_why(salon: Salon) -> None:
    sunday = salon("availability", HAIRCUT, "--from", "2026-11-29", "--days", "1").ok()
    assert sunday.stdout == ""
    assert "no free slot on 2026-11-29" in sunday.stderr
    weekend = salon("availability", HAIRCUT, "--from", "2026-11-29T08:00", "--to", "2026-11-30T06:00").ok()
    assert "no free slot from 2026-11-29 to 2026-11-30" in weekend.stderr
    past = salon("availability", HAIRCUT, "--from", "2026-11-02", "--days", "1", "--json").ok()
    assert past.data["slots"] == []
    assert "past" in past.stderr
    assert "old" not in past.stderr
    assert past.json["meta"]["cache"] == {"hit": False, "age_seconds": None}


class Generous(SandboxTransport):
    """Answers every question about slots with those of a day more."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v2/slots":
            end = datetime.fromisoformat(request.url.params["end"]) + timedelta(days=1)
            request.url = request.url.copy_set_param("end", iso_utc(end))
        return await super().handle_async_request(request)


def test_slots_the_vendor_sent_beside_the_question_are_counted_and_told_to_who_wants_details(
    salon: Salon,
) -> None:
    salon.cli.http_transport = Generous(salon.sandbox)
    window = ("availability", HAIRCUT, "--from", "tomorrow", "--days", "1", "--refresh")
    plain = salon(*window, "--json").ok()
    number = plain.json["meta"]["dropped_slots"]
    assert number > 1
    assert "outside" not in plain.stderr
    assert f"Cal.com sent {number} slots outside the days asked for" in salon(*window, "-v").ok().stderr


def test_a_vendor_that_is_down_exits_5_unless_a_stale_answer_will_do(salon: Salon) -> None:
    salon("availability", HAIRCUT).ok()
    salon("availability", HAIRCUT, "--refresh").ok()
    salon.arm("503", method="GET", path="*", times=None)
    salon("availability", HAIRCUT, "--refresh").exits(5)
    stale = salon("availability", HAIRCUT, "--refresh", "--stale-ok", "--json").ok()
    assert stale.json["meta"]["stale"] is True
    assert stale.data["slots"]
    assert "stale" in stale.stderr


def test_slots_the_vendor_sends_beside_the_window_are_dropped(salon: Salon) -> None:
    shown = salon("availability", HAIRCUT, "--from", "tomorrow", "--days", "1", "--json").ok()
    assert {slot["start"][:10] for slot in shown.data["slots"]} == {"2026-11-24"}


def test_a_cached_answer_imports_nothing_heavy(street: Street, tmp_path: Path) -> None:
    street.program("availability", HAIRCUT).ok()
    look = tmp_path / "look.py"
    look.write_text(_LOOK, encoding="utf-8")
    seen = subprocess.run(
        [sys.executable, str(look), "availability", HAIRCUT],
        env=street.program.env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "from the cache" in seen.stderr
    assert seen.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "argv",
    [
        ("availability", HAIRCUT, "--from", "bad"),
        ("alternatives", HAIRCUT, "--around", "bad"),
        ("book", HAIRCUT, "--start", "bad", "--name", "Anna", "--phone", "030 23125 001"),
        ("reschedule", "abc", "--start", "bad"),
        ("cancel", "abc", "--reason", " ", "--yes"),
        ("bookings", "list", "--from", "bad"),
    ],
    ids=lambda argv: argv[0],
)
def test_a_slip_is_told_before_anything_heavy_is_imported(
    program: Program, tmp_path: Path, argv: tuple[str, ...]
) -> None:
    program(*argv).exits(2)  # the first run of all reads the settings' files, later ones their compiled copy
    look = tmp_path / "look.py"
    look.write_text(_LOOK, encoding="utf-8")
    seen = subprocess.run(
        [sys.executable, str(look), *argv],
        env=program.env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert seen.returncode == 2
    assert "error: " in seen.stderr
    assert seen.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", ["availability", "alternatives", "book", "reschedule", "cancel"])
def test_help_shows_examples_and_opens_nothing(salon: Salon, name: str) -> None:
    salon.cli.env = {"PATH": ""}
    assert "Examples:" in salon(name, "--help").ok().stdout
