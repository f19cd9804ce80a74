"""Ctrl-C in the middle of a booking: nothing is booked twice, nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import Program
from support.waiting import eventually

from askpro_cli.demo.playground import Playground

BOOKINGS = "/v2/bookings"


@pytest.fixture
def playground(tmp_path: Path, program: Program) -> Iterator[Playground]:
    """Start a sandbox whose faults the test controls, and point the program at it."""
    folder = tmp_path / "playground"
    folder.mkdir()
    with Playground(folder, dict(os.environ)) as sandbox:
        program.env |= {"ASKPRO_CALCOM_BASE_URL": sandbox.base_url, "ASKPRO_CALCOM_API_KEY": sandbox.key}
        yield sandbox


def book_command(program: Program) -> tuple[str, ...]:
    slots = program("availability", "salon/herrenhaarschnitt", "--days", "7", "--json").ok().data["slots"]
    caller = ("--name", "Erika Beispiel", "--email", "erika@example.org")
    return ("book", "salon/herrenhaarschnitt", "--start", slots[-1]["start"], *caller, "--json")


def sent(playground: Playground) -> int:
    entries = playground.journal()
    return sum(1 for entry in entries if (entry["method"], entry["path"]) == ("POST", BOOKINGS))


@pytest.mark.parametrize(
    "fault", ["timeout-after", "latency=30000"], ids=["after the commit", "before the commit"]
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminate"])
def test_a_booking_that_was_interrupted_is_made_once_by_the_same_command(
    program: Program, playground: Playground, fault: str, number: signal.Signals
) -> None:
    """The vendor holds its answer when the operator loses patience; running it again makes one booking."""
    command = book_command(program)
    before = len(playground.bookings())
    playground.inject(fault, times=1, method="POST", path=BOOKINGS)

    process = program.start(*command)
    eventually(lambda: sent(playground) == 1)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 128 + number, told
    assert "Traceback" not in told

    playground.heal()
    again = program(*command).ok()
    held = playground.bookings()
    assert len(held) == before + 1
    assert again.data["booking"]["uid"] == held[-1]["uid"]


def test_an_interrupted_question_leaves_nothing_behind(program: Program, playground: Playground) -> None:
    playground.inject("latency=30000", method="GET", path="/v2/slots")
    process = program.start("availability", "salon/herrenhaarschnitt", "--days", "3", "--json")
    eventually(lambda: [entry for entry in playground.journal() if entry["path"] == "/v2/slots"])
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130

    playground.heal()
    program("availability", "salon/herrenhaarschnitt", "--days", "3", "--json").ok()


@pytest.mark.parametrize("command", ["reschedule", "cancel"])
@pytest.mark.parametrize("fault", ["timeout-after", "latency=30000"], ids=["after the commit", "before"])
def test_an_interrupted_change_says_what_nobody_knows_and_the_same_command_settles_it(
    program: Program, playground: Playground, command: str, fault: str
) -> None:
    uid = program(*book_command(program)).ok().data["booking"]["uid"]
    slots = program("availability", "salon/herrenhaarschnitt", "--days", "7", "--json").ok().data["slots"]
    options = {"reschedule": ("--start", slots[0]["start"]), "cancel": ("--reason", "ill", "--yes")}
    change = (command, uid, *options[command], "--json")
    path = f"{BOOKINGS}/{uid}/{command}"
    playground.inject(fault, times=1, method="POST", path=path)

    process = program.start(*change)
    eventually(lambda: [entry for entry in playground.journal() if entry["path"] == path])
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "unknown" in told
    assert "fate_unknown" in out
    assert "run the same command again" in told

    playground.heal()
    program(*change).ok()
