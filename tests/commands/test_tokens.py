"""``askpro tokens``: shown once, listed without, revoked for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Cli

from askpro_cli.platform.api_tokens import looks_like_token


@pytest.fixture
def tokens(cli: Cli, sqlite_platform_url: str) -> Cli:
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_platform_url
    return cli


def _create(tokens: Cli, name: str = "desk", *more: str) -> str:
    return tokens("tokens", "create", "--name", name, "--scope", "events:read", *more).ok().stdout.strip()


def test_the_token_alone_goes_to_stdout_and_is_never_shown_again(tokens: Cli) -> None:
    made = tokens("tokens", "create", "--name", "desk", "--scope", "events:read", "--expires", "never").ok()
    token = made.stdout.removesuffix("\n")
    assert looks_like_token(token)
    assert "this once" in made.stderr
    for again in (tokens("tokens", "list", "--json").ok(), tokens("tokens", "list", "--all").ok()):
        assert token not in again.stdout + again.stderr
    (listed,) = tokens("tokens", "list", "--json").ok().data["tokens"]
    assert (listed["name"], listed["scopes"], listed["expires_at"]) == ("desk", ["events:read"], None)
    assert token.startswith(listed["hint"])


def test_no_log_of_a_run_holds_the_token(tokens: Cli, tmp_path: Path) -> None:
    token = _create(tokens)
    logs = list((tmp_path / "state" / "logs").rglob("*.jsonl"))
    assert logs
    assert not any(token in log.read_text() for log in logs)


def test_it_comes_with_json_when_that_is_asked_for(tokens: Cli) -> None:
    made = tokens(
        "tokens", "create", "--name", "desk", "--scope", "events:read", "--scope", "events:read", "--json"
    ).ok()
    assert looks_like_token(made.data["token"])
    assert made.data["scopes"] == ["events:read"]
    assert made.data["expires_at"] is not None


def test_a_revoked_token_is_listed_only_with_all(tokens: Cli) -> None:
    _create(tokens)
    assert "--yes" in tokens("tokens", "revoke", "desk").exits(2).stderr
    assert (
        tokens("tokens", "revoke", "desk", "--dry-run", "--json").ok().data["tokens"][0]["state"] == "active"
    )
    assert tokens("tokens", "revoke", "desk", "--yes", "--json").ok().data["tokens"][0]["state"] == "revoked"
    assert tokens("tokens", "list", "--json").ok().data["tokens"] == []
    assert len(tokens("tokens", "list", "--all", "--json").ok().data["tokens"]) == 1
    assert "was revoked before" in tokens("tokens", "revoke", "desk", "--yes").ok().stderr


def test_one_unknown_name_revokes_nothing(tokens: Cli) -> None:
    _create(tokens)
    assert "no token named till" in tokens("tokens", "revoke", "desk", "till", "--yes").exits(3).stderr
    assert len(tokens("tokens", "list", "--json").ok().data["tokens"]) == 1


def test_a_name_is_used_once(tokens: Cli) -> None:
    _create(tokens)
    again = tokens("tokens", "create", "--name", "desk", "--scope", "events:read").exits(1)
    assert "already a token named desk" in again.stderr
    assert again.stdout == ""


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("--name", "x", "--scope", "events:raed"), "did you mean events:read?"),
        (("--name", "", "--scope", "events:read"), "printable text"),
        (("--name", "a\tb", "--scope", "events:read"), "printable text"),
        (("--name", "x" * 101, "--scope", "events:read"), "printable text"),
        (("--name", "anna@example.org", "--scope", "events:read"), "a person's data"),
        (("--name", "x", "--scope", "events:read", "--expires", "2020-01-01"), "not in the future"),
        (("--name", "x", "--scope", "events:read", "--expires", "0d"), "not in the future"),
        (("--name", "x", "--scope", "events:read", "--expires", "soon"), "or never"),
        (("--name", "x"), "--scope"),
    ],
)
def test_bad_input_makes_nothing(tokens: Cli, argv: tuple[str, ...], told: str) -> None:
    assert told in tokens("tokens", "create", *argv).exits(2).stderr
    assert tokens("tokens", "list", "--all", "--json").ok().data["tokens"] == []


@pytest.mark.parametrize("end", ["30d", "12h", "90m", "2099-01-31", "2099-01-31T18:00"])
def test_an_end_is_written_in_several_ways(tokens: Cli, end: str) -> None:
    _create(tokens, "desk", "--expires", end)
    assert tokens("tokens", "list", "--json").ok().data["tokens"][0]["state"] == "active"


def test_a_day_counts_to_its_end_in_the_zone_of_the_settings(tokens: Cli) -> None:
    _create(tokens, "desk", "--expires", "2099-01-31")
    assert tokens("tokens", "list", "--json").ok().data["tokens"][0]["expires_at"] == "2099-01-31T23:00:00Z"


def test_the_log_is_empty_at_first_and_knows_its_tokens(tokens: Cli) -> None:
    _create(tokens)
    assert tokens("tokens", "log", "--token", "desk", "--json").ok().data["requests"] == []
    assert "no token named till" in tokens("tokens", "log", "--token", "till").exits(3).stderr


def test_every_scope_says_what_it_allows(tokens: Cli) -> None:
    scopes = tokens("tokens", "scopes", "--json").ok().data["scopes"]
    assert {"scope": "metrics:read", "allows": "the metrics"} in scopes
