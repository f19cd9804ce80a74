"""``askpro demo`` on this machine: every step does what it says, and nothing of the operator's is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Cli, Program

from askpro_cli.demo import story
from askpro_cli.demo.stage import Stage


@pytest.mark.usefixtures("measured")
def test_the_demonstration_does_what_it_says(program: Program, tmp_path: Path) -> None:
    """The operator's key and settings are set, and neither used nor changed."""
    program.env |= {"ASKPRO_CALCOM_BASE_URL": "http://127.0.0.1:9/v2", "ASKPRO_BREAKER_FAILURES": "1"}
    done = program("demo", "--json", timeout=170).ok()
    assert done.data["ok"] is True
    assert [step["title"] for step in done.data["steps"]] == [title for title, _ in story.STEPS]
    assert all(step["ok"] and step["checks"] for step in done.data["steps"])
    assert not list((tmp_path / "state").glob("*.db")), "the operator's state was touched"


def test_a_demonstration_that_fails_exits_1_and_says_which_step(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(stage: Stage) -> None:
        stage.insist([], "the sun shines", seen="rain")

    monkeypatch.setattr(story, "STEPS", (("Weather", step),))
    done = cli("demo", "--json").exits(1)
    assert [error["code"] for error in done.json["errors"]] == ["demo_failed"]
    assert done.data["failure"] == "not so: the sun shines"
    assert "✗ not so: the sun shines" in done.stderr
