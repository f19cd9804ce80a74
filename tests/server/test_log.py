"""The daemon's log: JSON lines, and nobody is stopped by it."""

from __future__ import annotations

import io
import json

import pytest

from askpro_cli.server.log import LEVELS, DaemonLog


def test_an_event_is_one_line_of_json() -> None:
    stream = io.StringIO()
    DaemonLog(stream, pid=7).event("daemon.ready", level="warning", path="ä\nb", number=1)
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told.pop("timestamp").endswith("Z")
    assert told == {"level": "warning", "event": "daemon.ready", "pid": 7, "path": "ä\nb", "number": 1}


@pytest.mark.parametrize("least", LEVELS)
def test_less_than_the_least_level_is_not_written(least: str) -> None:
    stream = io.StringIO()
    log = DaemonLog(stream, least)
    for level in LEVELS:
        log.event("x", level=level)
    written = [json.loads(line)["level"] for line in stream.getvalue().splitlines()]
    assert written == list(LEVELS)[list(LEVELS).index(least) :]


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    stream = io.StringIO()
    stream.close()
    DaemonLog(stream).event("daemon.ready")


def test_what_is_no_json_is_written_as_text() -> None:
    stream = io.StringIO()
    DaemonLog(stream).event("x", thing=object)
    assert "object" in json.loads(stream.getvalue())["thing"]
