"""``askpro worker`` as a process: it tells that it began, handles, and ends when it is told to."""

from __future__ import annotations

import json
import signal
import subprocess
from itertools import islice

from support.cli import Program
from support.working import Desk


def test_it_handles_what_is_there_and_ends_with_the_rest_given_back(
    sqlite_desk: Desk, program: Program
) -> None:
    events = [sqlite_desk.receive(source="retell") for _ in range(3)]
    program.env["ASKPRO_DATABASE_URL"] = str(sqlite_desk.records.engine.url)
    process = program.start("worker", env={"ASKPRO_WORKER_POLL": "0.05"})
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("askpro handles the events in ")
        sqlite_desk.settled(*events, state="unhandled")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out) == (0, "")
    last = json.loads(err.splitlines()[-1])
    assert (last["event"], last["in_time"], last["outcomes"]) == ("worker.ended", True, {"unhandled": 3})


def test_it_waits_for_a_database_that_is_not_there_yet(program: Program) -> None:
    program.env["ASKPRO_DATABASE_URL"] = f"sqlite:///{program.cwd / 'none.db'}"
    process = program.start("worker", stdout=subprocess.DEVNULL)
    try:
        assert process.stderr is not None
        told = (json.loads(line) for line in islice(process.stderr, 4))  # other threads fail first at times
        assert ("worker.records_unusable", "error") in ((one["event"], one["level"]) for one in told)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()
