from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.runlog import RunLog, log_path, new_run_id, prune_logs


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 23, 9, 15, tzinfo=UTC))


Open = Callable[[Path], RunLog]


@pytest.fixture
def open_log(clock: ManualClock) -> Iterator[Open]:
    """Open logs of a run below a folder (or at a path), closed at the end."""
    opened: list[RunLog] = []

    def start(place: Path) -> RunLog:
        path = place if place.suffix or place.is_char_device() else log_path(place, "ab12", clock)
        opened.append(RunLog(path, "ab12", clock))
        return opened[-1]

    yield start
    for log in opened:
        log.close()


def test_a_run_that_says_nothing_leaves_no_file(tmp_path: Path, open_log: Open) -> None:
    log = open_log(tmp_path / "logs")
    log.close()
    assert not log.used
    assert not (tmp_path / "logs").exists()


def test_each_event_is_one_json_line_with_run_and_time(tmp_path: Path, open_log: Open) -> None:
    log = open_log(tmp_path)
    log.event("call.tried", operation="me.get", status=200)
    log.event("run.crashed", level="error")
    log.close()
    path = tmp_path / "2026-11-23" / "091500-ab12.jsonl"
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert first == {
        "ts": "2026-11-23T09:15:00+00:00",
        "level": "info",
        "run": "ab12",
        "event": "call.tried",
        "operation": "me.get",
        "status": 200,
    }
    assert second["level"] == "error"


def test_the_file_is_for_its_owner_only(tmp_path: Path, open_log: Open) -> None:
    log = open_log(tmp_path / "logs")
    log.event("x")
    assert log.path is not None
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (log.path, log.path.parent, tmp_path / "logs")]
    assert modes == [0o600, 0o700, 0o700]


def test_personal_data_and_secrets_are_masked(tmp_path: Path, open_log: Open) -> None:
    log = open_log(tmp_path)
    log.event("x", email="ada@example.org", phone="+493023125001", api_key="cal_invented_key")
    assert log.path is not None
    text = log.path.read_text()
    assert not any(word in text for word in ("ada@", "3023125001", "cal_invented_key"))


def test_what_is_no_text_is_masked_too(tmp_path: Path, open_log: Open) -> None:
    log = open_log(tmp_path)
    log.event("x", reason=ValueError("no answer for ada@example.org"), raw=b"cal_invented_key")
    assert log.path is not None
    text = log.path.read_text()
    assert "no answer for a***@e***.org" in text
    assert "cal_invented_key" not in text


def test_an_argument_that_is_no_utf8_is_no_reason_to_fail(tmp_path: Path, open_log: Open) -> None:
    log = open_log(tmp_path)
    log.event("x", argument=os.fsdecode(b"caf\xe9"))
    log.event("again")
    assert log.path is not None
    first, _ = (json.loads(line) for line in log.path.read_text().splitlines())
    assert os.fsencode(first["argument"]) == b"caf\xe9"


def test_a_home_that_cannot_be_written_is_no_reason_to_fail(open_log: Open) -> None:
    log = open_log(Path(os.devnull) / "logs")
    log.event("x")
    assert not log.used


def test_a_full_disk_is_no_reason_to_fail(open_log: Open) -> None:
    log = open_log(Path("/dev/full"))
    log.event("x", text="y" * 100_000)
    log.event("again")
    log.close()
    assert not log.used


def test_a_log_without_a_path_writes_nothing(clock: ManualClock) -> None:
    log = RunLog(None, "ab12", clock)
    log.event("x")
    assert not log.used


def test_old_days_are_removed_by_the_first_log_of_a_day_only(tmp_path: Path, open_log: Open) -> None:
    for name in ("2026-11-08", "2026-11-09", "notes"):
        (tmp_path / name).mkdir()
    open_log(tmp_path).event("first")
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == {"2026-11-09", "2026-11-23", "notes"}
    (tmp_path / "2026-01-01").mkdir()
    open_log(tmp_path / "2026-11-23" / "other.jsonl").event("second")
    assert (tmp_path / "2026-01-01").exists()


def test_pruning_tells_how_many_days_went(tmp_path: Path, clock: ManualClock) -> None:
    for day in ("2026-11-20", "2026-11-21", "2026-11-22"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "a.jsonl").write_text("{}\n")
    assert prune_logs(tmp_path, keep_days=2, clock=clock) == 1


def test_run_ids_differ() -> None:
    assert len({new_run_id() for _ in range(1000)}) == 1000
