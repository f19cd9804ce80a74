"""`askpro sandbox` as a command: one ready line, clear refusals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.cli import Cli, Program


def test_the_ready_line_says_where_and_with_which_key(program: Program) -> None:
    process = program.start("sandbox", "--port", "0")
    assert process.stdout is not None
    line = process.stdout.readline()
    process.terminate()
    rest, said = process.communicate(timeout=60)
    ready = r"askpro sandbox ready on http://127\.0\.0\.1:\d+/v2 \(key cal_test_sandbox\)\n"
    assert re.fullmatch(ready, line)
    assert (rest, said, process.returncode) == ("", "", 0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--fault", "nothing"), "'nothing' is no sandbox fault"),
        (("--rate-limit", "often"), "'often' is no rate limit"),
        (("--port", "70000"), "70000"),
        (("--data", "none.yaml"), "cannot read the sandbox data none.yaml"),
        (("--host", "192.0.2.1"), "the sandbox cannot listen on 192.0.2.1:"),
    ],
)
def test_what_cannot_be_served_exits_2_and_says_why(cli: Cli, words: tuple[str, ...], message: str) -> None:
    assert message in cli("sandbox", *words).exits(2).stderr


def test_a_wrong_data_file_is_named_with_the_place(cli: Cli) -> None:
    (cli.cwd / "wrong.yaml").write_text("users: [{id: one}]", "utf-8")
    outcome = cli("sandbox", "--data", str(Path(cli.cwd) / "wrong.yaml"), "--json").exits(2)
    (error,) = outcome.json["errors"]
    assert "at `users[0].id`" in error["message"]
    assert error["subject"].endswith("wrong.yaml")
