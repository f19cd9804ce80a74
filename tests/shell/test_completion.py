from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Cli, Program

from askpro_cli.shell.completion import candidates
from askpro_cli.shell.context import App
from askpro_cli.shell.registry import COMMANDS
from askpro_cli.state.opening import open_state
from askpro_cli.state.recent import remember_booking

USER = (
    "companies:\n  salon: {event_types: {cut: 7, colour: ada/colour}}\n"
    "  clinic: {event_types: {check-up: 9}}\nprofiles: {staging: {logs: {keep_days: 3}}}\n"
)


def complete(cli: Cli, *words: str) -> list[str]:
    app = App.for_tests(env=cli.env, cwd=cli.cwd)
    try:
        return [word for word, _ in candidates(app, words)]
    finally:
        app.close()


def test_commands_are_completed_and_hidden_ones_are_not(cli: Cli) -> None:
    assert complete(cli, "") == [name for name, entry in COMMANDS.items() if not entry.hidden]
    assert complete(cli, "boo") == ["book", "bookings"]
    assert complete(cli) == complete(cli, "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["config", ""], ["show", "path", "check", "init"]),
        (["--json", "config", "c"], ["check"]),
        (["config", "show", "--ori"], ["--origin"]),
        (["config", "show", "--he"], ["--help"]),
        (["--output", ""], ["table", "tsv", "json", "ndjson"]),
        (["book", "cut", "--output", "js"], ["json"]),
        (["bookings", "list", "--status", "u"], ["upcoming", "unconfirmed"]),
        (["--timezone", "Europe/Berl"], ["Europe/Berlin"]),
        (["availability", "cut", "--timezone", "Atlantic/Rey"], ["Atlantic/Reykjavik"]),
        (["sandbox", "--fault", "reset"], ["reset-after", "reset-before"]),
        (["explain", "ENV00"], [f"ENV00{n}" for n in range(1, 10)]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["help", "exit"], ["exit-codes"]),
        (["nosuch", ""], []),
        (["config", "nosuch", ""], []),
        (["nosuch", "--x", ""], []),
        (["explain", "ENV001", ""], []),
        (["book", "cut", "--start", ""], []),
    ],
)
def test_what_may_follow(cli: Cli, words: list[str], expected: list[str]) -> None:
    assert complete(cli, *words) == expected


def test_companies_profiles_and_aliases_come_from_the_settings(cli: Cli) -> None:
    cli.user_file(USER)
    assert complete(cli, "--company", "") == ["clinic", "salon"]
    assert complete(cli, "--profile", "") == ["staging"]
    assert complete(cli, "--company", "salon", "availability", "") == ["colour", "cut"]
    assert complete(cli, "availability", "--company", "clinic", "") == ["check-up"]


def test_without_a_company_or_with_broken_settings_nothing_is_completed(cli: Cli) -> None:
    cli.user_file(USER)
    assert complete(cli, "availability", "") == []
    cli.user_file("nonsense: 1\n")
    assert complete(cli, "--company", "") == []


def test_recent_bookings_come_from_the_state(cli: Cli) -> None:
    state = Path(cli.env["ASKPRO_STATE_DIR"])
    store = open_state(redis_url=None, state_dir=state, namespace="default")
    for uid in ("uidA1", "uidB2"):
        remember_booking(store, "api.cal.com", uid)
    store.close()
    assert complete(cli, "cancel", "") == ["uidB2", "uidA1"]
    assert complete(cli, "bookings", "show", "uidA") == ["uidA1"]
    cli.user_file("profiles: {staging: {calcom: {base_url: 'https://cal.example.org/v2'}}}\n")
    assert complete(cli, "--profile", "staging", "cancel", "") == []
    assert complete(cli, "cancel", "") == ["uidB2", "uidA1"]


def test_completing_makes_no_state(cli: Cli) -> None:
    assert complete(cli, "cancel", "") == []
    assert not Path(cli.env["ASKPRO_STATE_DIR"]).exists()


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "ENV001"),
        ("zsh", "ENV001:The settings are valid"),
        ("fish", "ENV001\tThe settings are valid"),
    ],
)
def test_each_shell_gets_its_form(program: Program, shell: str, line: str) -> None:
    seen = program("explain", "ENV001", env={"_ASKPRO_COMPLETE": shell}).ok()
    assert (seen.stdout, seen.stderr) == (f"{line}\n", "")
