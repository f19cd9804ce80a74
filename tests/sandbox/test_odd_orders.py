"""What an operator types wrong: refused with its name, before or while the sandbox runs, never a bug."""

from __future__ import annotations

import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.calling import Caller

from askpro_cli.base.errors import AskproError, InvalidValueError
from askpro_cli.sandbox.launch import Wish, prepare
from askpro_cli.sandbox.recording.journal_file import Line, Writer, read

_NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def refused(caller: Caller, path: str, body: object) -> str:
    answer = caller.send("POST", f"/_sandbox/{path}", key=None, version=None, json=body)
    assert answer.status_code == 400, answer.text
    message: str = answer.json()["error"]
    return message


@pytest.mark.parametrize(
    "order", [{"advance": 1e18}, {"offset": -1e12}, {"now": "9999-12-31T23:59:59Z"}, {"advance": 1e308}]
)
def test_a_clock_keeps_within_years_that_have_dates(caller: Caller, order: dict[str, object]) -> None:
    before = caller.control("GET", "state")["now"]
    assert "1980 to 2199" in refused(caller, "clock", order)
    assert caller.control("GET", "state")["now"] == before
    assert caller.get("/v2/me").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        "latency=nan",
        "latency=-5",
        "latency=inf",
        "429=inf",
        "clock-offset=1e300",
        "huge=-1",
        "timeout-after=inf",
    ],
)
def test_a_fault_no_clock_can_count_is_refused(caller: Caller, fault: str) -> None:
    assert fault.partition("=")[2] in refused(caller, "faults", {"fault": fault})
    answer = caller.get("/v2/me", headers={"X-Sandbox-Fault": fault})
    assert answer.status_code == 400


@pytest.mark.parametrize("times", [0, -1])
def test_a_fault_strikes_at_least_once(caller: Caller, times: int) -> None:
    assert "times" in refused(caller, "faults", {"fault": "503", "times": times})


@pytest.mark.parametrize(
    "change",
    [
        {"do": "addBookings", "eventTypeId": 1001, "start": "+1d 10:00", "count": 9, "everyMinutes": 10**9},
        {"do": "addBookings", "eventTypeId": 1001, "start": "+99999999d 10:00"},
        {"do": "addBookings", "eventTypeId": 1001, "start": "9999-12-31T23:00:00Z"},
        {"do": "addBusy", "username": "salon", "start": "+1d 10:00", "end": "+999999999d 10:00"},
    ],
)
def test_a_change_far_beyond_any_calendar_is_refused(caller: Caller, change: dict[str, object]) -> None:
    assert refused(caller, "world", change)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(time_scale=float("nan")),
        Wish(time_scale=float("inf")),
        Wish(latency_ms=float("nan")),
        Wish(latency_ms=float("inf")),
        Wish(clock_offset=float("nan")),
        Wish(clock_offset=1e20),
    ],
)
def test_flags_that_are_no_numbers_of_seconds(wish: Wish) -> None:
    with pytest.raises(InvalidValueError):
        prepare(wish).build(None)


@pytest.mark.parametrize(
    "text",
    [
        'title: x\noptions: {now: "9999-12-31T23:59:59Z"}\n',
        "title: x\noptions: {clockOffset: 1.0e+20}\n",
        'title: x\noptions: {faults: ["latency=inf"]}\n',
        "title: x\nsteps: [{at: 1, actions: [{do: advance, seconds: 1.0e+18}]}]\n",
        'title: x\nsteps: [{at: 1, actions: [{do: addBusy, username: salon, start: "x", end: "y"}]}]\n',
    ],
)
def test_a_scenario_with_impossible_times_is_refused_before_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    with pytest.raises(AskproError, match=r"wrong\.yaml"):
        prepare(Wish(scenario=str(file)))


def test_a_line_that_found_no_room_leaves_nothing_in_the_journal(tmp_path: Path) -> None:
    """The next line, when there is room again, must not follow half of another."""
    path = tmp_path / "journal.jsonl"
    writer = Writer(path, _NOW)
    line = Line(n=1, at="2026-11-23T08:00:00.000Z", method="GET", path="/v2/me")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            writer.append(line)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    writer.append(line)
    writer.close()
    assert [kept.path for kept in read(path).lines] == ["/v2/me"]
