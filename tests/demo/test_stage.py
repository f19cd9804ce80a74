"""The demonstration's own checks can fail, and say what they saw."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from askpro_cli.base.errors import DemoError
from askpro_cli.demo import story
from askpro_cli.demo.narrator import Narrator
from askpro_cli.demo.playground import Playground
from askpro_cli.demo.program import Answer, Program, own_environment
from askpro_cli.demo.stage import Stage, count
from askpro_cli.demo.texts import days, moment


class Scripted:
    """Answers as the real program would, from a list."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)

    def run(self, *words: str) -> Answer:
        del words
        return self._answers.pop(0)


def answer(exit_code: int = 0, errors: Sequence[dict[str, Any]] = (), data: Any = None) -> Answer:
    envelope = {"data": data, "errors": list(errors), "meta": {}}
    return Answer(("book", "101"), exit_code, envelope, 0.25)


def stage(told: list[str], *answers: Answer) -> Stage:
    return Stage(Scripted(*answers), None, Narrator(told.append))  # type: ignore[arg-type]  # stand-ins


def test_another_exit_code_than_expected_fails_the_step_with_the_programs_own_words() -> None:
    told: list[str] = []
    with pytest.raises(DemoError) as caught:
        stage(told, answer(5, [{"code": "x", "message": "no connection"}])).run("book", "101", exit_code=1)
    assert caught.value.message == "askpro book 101 ended with exit code 5 instead of 1"
    assert caught.value.hint == "no connection"
    assert told == ["   $ askpro book 101   [0.2 s, exit 5]"]


def test_what_does_not_hold_is_told_with_what_was_seen() -> None:
    place = stage([])
    place.insist([1], "water is wet")
    with pytest.raises(DemoError, match="not so: one request was sent") as caught:
        place.insist([], "one request was sent", seen=2)
    assert caught.value.hint == "seen: 2"
    assert place.report.checks == ["water is wet"]


def test_requests_are_counted_by_method_and_whole_path() -> None:
    journal = [
        {"method": "GET", "path": "/v2/slots"},
        {"method": "POST", "path": "/v2/bookings"},
        {"method": "POST", "path": "/v2/bookings/u/cancel"},
    ]
    assert count(journal, "POST", "/v2/bookings") == 1


def test_nothing_of_the_operators_settings_reaches_the_demonstration(tmp_path: Path) -> None:
    theirs = {
        "PATH": "/bin",
        "HOME": "/home/erika",
        "ASKPRO_CALCOM_API_KEY": "cal_live_secret",
        "XDG_CONFIG_HOME": "/home/erika/.config",
        "STATE_DIRECTORY": "/var/lib/askpro",
    }
    ours = own_environment(theirs, tmp_path, {"ASKPRO_CALCOM_API_KEY": "cal_test_sandbox"})
    assert ours["PATH"] == "/bin"
    assert ours["HOME"] == str(tmp_path)
    assert ours["ASKPRO_CALCOM_API_KEY"] == "cal_test_sandbox"
    assert not {"XDG_CONFIG_HOME", "STATE_DIRECTORY"} & set(ours)


def test_a_program_that_prints_no_json_fails_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "askpro_cli.demo.program.PROGRAM", (sys.executable, "-c", "raise SystemExit('oh no')")
    )
    with pytest.raises(DemoError, match=r"answered no JSON \(exit 1\): oh no"):
        Program(tmp_path, own_environment({}, tmp_path, {})).run("health")


def test_a_program_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = (sys.executable, "-c", "import threading; threading.Event().wait()")
    monkeypatch.setattr("askpro_cli.demo.program.PROGRAM", endless)
    monkeypatch.setattr("askpro_cli.demo.program._TIME_LIMIT", 0.2)
    with pytest.raises(DemoError, match="did not end in"):
        Program(tmp_path, own_environment({}, tmp_path, {})).run("health")


def test_a_sandbox_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (sys.executable, "-c", "raise SystemExit('no free port')")
    monkeypatch.setattr("askpro_cli.demo.background.PROGRAM", broken)
    with pytest.raises(DemoError, match="did not start") as caught, Playground(tmp_path, {}):
        pass
    assert caught.value.hint == "no free port"


def test_a_step_that_fails_ends_the_story_with_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def step(place: Stage) -> None:
        place.insist([], "the sun shines", seen="rain")

    monkeypatch.setattr(story, "STEPS", (("Weather", step), ("Never played", step)))
    told: list[str] = []
    report = story.play({}, told.append)
    assert report["ok"] is False
    assert report["failure"] == "not so: the sun shines"
    assert [played["title"] for played in report["steps"]] == ["Weather"]
    assert "   ✗ not so: the sun shines" in told
    assert "     seen: rain" in told


def test_times_are_shown_as_a_receptionist_reads_them() -> None:
    slots = [
        {"start": f"2026-11-{day}T{hour:02d}:00:00+01:00"} for day in (24, 25, 26) for hour in range(9, 17)
    ]
    assert moment(slots[0]["start"]) == "Tue 24 Nov 09:00"
    assert days(slots, 2) == [
        "Tue 24 Nov   09:00  10:00  11:00  12:00  13:00  14:00  … 2 more",
        "Wed 25 Nov   09:00  10:00  11:00  12:00  13:00  14:00  … 2 more",
        "… and 1 more days",
    ]
