"""A home nobody may write to (a container, a service without a state folder): said clearly, nothing lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import Program

from askpro_cli.demo.playground import Playground

CALLER = ("--name", "Erika Beispiel", "--email", "erika@example.org")


@pytest.fixture
def playground(tmp_path: Path, program: Program) -> Iterator[Playground]:
    """Start a sandbox, and give the program a state folder that cannot be made.

    It would lie below a file: that holds for root too, who may write wherever permissions forbid it.
    """
    folder = tmp_path / "playground"
    folder.mkdir()
    (tmp_path / "a-file").touch()
    with Playground(folder, dict(os.environ)) as sandbox:
        program.env |= {
            "ASKPRO_CALCOM_BASE_URL": sandbox.base_url,
            "ASKPRO_CALCOM_API_KEY": sandbox.key,
            "ASKPRO_STATE_DIR": str(tmp_path / "a-file" / "state"),
        }
        yield sandbox


def test_questions_are_still_answered(program: Program, playground: Playground) -> None:
    """State may vanish at any moment: without it there is no cache, but there is an answer, and a warning."""
    done = program("availability", "salon/herrenhaarschnitt", "--days", "7", "--json").ok()
    assert done.data["slots"]
    assert playground.journal()
    assert "Traceback" not in done.stderr
    assert "shared state gone" in done.stderr


def test_a_booking_that_could_not_be_remembered_is_not_made(program: Program, playground: Playground) -> None:
    """Records hold what must not be lost: where they cannot be written nothing is sent, exit 5."""
    slots = program("availability", "salon/herrenhaarschnitt", "--days", "7", "--json").ok().data["slots"]
    before = playground.bookings()
    done = program("book", "salon/herrenhaarschnitt", "--start", slots[-1]["start"], *CALLER, "--json").exits(
        5
    )
    assert [error["code"] for error in done.json["errors"]] == ["records_unavailable"]
    assert done.stderr.strip().splitlines()[-1].startswith("unknown:")
    assert playground.bookings() == before
    assert not [entry for entry in playground.journal() if entry["method"] == "POST"]


def test_the_doctor_says_what_cannot_be_written(program: Program, playground: Playground) -> None:
    del playground
    done = program("doctor", "--json")
    assert done.exit_code == 1, done.stderr
    found = {finding["code"]: finding["actual"] for finding in done.json["findings"]}
    assert set(found) == {"ENV005", "ENV006"}, "state and records, and nothing else"
    assert all("a-file" in actual for actual in found.values())


def test_help_and_settings_need_no_home(program: Program, playground: Playground) -> None:
    del playground
    for words in (("--help",), ("config", "show"), ("help", "exit-codes"), ("completion", "bash")):
        program(*words).ok()
