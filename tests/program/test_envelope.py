"""Every command answers ``--json`` with one valid envelope, whatever happens to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.cli import Cli, Program
from support.services import free_port

from askpro_cli.base.exit_codes import ExitCode, status_word
from askpro_cli.shell.group import RootGroup
from askpro_cli.shell.registry import COMMANDS

KEYS = {"askpro", "command", "status", "exit_code", "data", "findings", "unknown", "errors", "meta"}

# Words with which each command gets as far as its work. A new command must be added: the first test says so.
WORDS: dict[str, tuple[str, ...]] = {
    "availability": ("101",),
    "alternatives": ("101", "--around", "2031-03-03T10:00"),
    "book": (
        "101",
        "--start",
        "2031-03-03T10:00",
        "--name",
        "Erika Beispiel",
        "--email",
        "erika@example.org",
    ),
    "reschedule": ("uid0000000000000001", "--start", "2031-03-03T10:00"),
    "update": ("uid0000000000000001", "--start", "2031-03-03T10:00"),
    "cancel": ("uid0000000000000001", "--reason", "ill", "--yes"),
    "bookings list": (),
    "bookings show": ("uid0000000000000001",),
    "bookings confirm": ("uid0000000000000001",),
    "bookings decline": ("uid0000000000000001", "--yes"),
    "bookings mark-absent": ("uid0000000000000001", "--host"),
    "bookings reassign": ("uid0000000000000001", "--to", "103"),
    "bookings location": ("uid0000000000000001", "link:https://example.org/room"),
    "bookings guests": ("uid0000000000000001", "--add", "otto@example.org"),
    "appointments list": (),
    "appointments show": ("1",),
    "appointments pending": (),
    "appointments sync": (),
    "services list": (),
    "branches list": (),
    "staff list": (),
    "customers list": (),
    "customers show": ("1",),
    "customers duplicates": (),
    "customers merge": ("1", "2", "--yes"),
    "customers export": ("1", "customer.json"),
    "customers erase": ("1", "--yes"),
    "phones list": (),
    "phones resolve": ("+493023125010",),
    "notifications list": (),
    "notifications preview": ("1",),
    "notifications retry": ("1",),
    "notifications send": (),
    "provision check": (),
    "event-types list": (),
    "event-types show": ("101",),
    "schedules list": (),
    "schedules show": ("1",),
    "calendars list": (),
    "calendars busy": (),
    "teams list": (),
    "teams show": ("salon-team",),
    "webhooks subscribe": ("https://hooks.example.org/calcom",),
    "webhooks subscriptions": (),
    "webhooks update": ("https://hooks.example.org/calcom", "--inactive"),
    "webhooks unsubscribe": ("https://hooks.example.org/calcom", "--yes"),
    "webhooks list": (),
    "webhooks show": ("1",),
    "webhooks tail": (),
    "webhooks sources": (),
    "webhooks stuck": (),
    "webhooks conflicts": (),
    "webhooks export": (),
    "webhooks import": ("no-such-file.ndjson",),
    "webhooks prune": ("--dry-run",),
    "webhooks rejected list": (),
    "webhooks rejected show": ("1",),
    "webhooks rejected readmit": ("1",),
    "webhooks replay start": ("1", "--dry-run"),
    "webhooks replay status": ("1",),
    "webhooks replay pause": ("1",),
    "webhooks replay resume": ("1",),
    "webhooks replay cancel": ("1", "--yes"),
    "webhooks verify": ("no-such-file.json", "--provider", "calcom", "--signature", "00"),
    "webhooks key": ("no-such-file.json",),
    "webhooks lint": ("no-such-file.json",),
    "webhooks send": ("BOOKING_CREATED", "--to", "http://127.0.0.1:9", "--dry-run"),
    "serve": ("--port", "70000"),
    "worker": ("superfluous",),  # it would go on for ever
    "tokens create": ("--name", "grafana", "--scope", "metrics:read"),
    "tokens list": (),
    "tokens log": (),
    "tokens revoke": ("grafana", "--yes"),
    "tokens scopes": (),
    "doctor": (),
    "health": (),
    "breaker status": (),
    "breaker reset": ("--yes",),
    "cache stats": (),
    "cache clear": (),
    "cache diff": (),
    "cache warmup": (),
    "db upgrade": ("--yes",),
    "db status": (),
    "db check": (),
    "db counts": (),
    "db backup": ("records.backup",),
    "db restore": ("records.backup", "--yes"),
    "db seed": ("--yes",),
    "db downgrade": (),
    "sandbox": ("--port", "70000"),
    "config show": (),
    "config path": (),
    "config check": (),
    "config init": (),
    "explain": ("NOSUCH999",),
    "help": ("nonsense",),
    "completion": ("bash",),
}
# `askpro demo` starts programs of its own: tests/demo runs it.
ELSEWHERE = {"demo"}


def leaves() -> Iterator[str]:
    """Yield the full name of everything that can be run, hidden or not."""
    root = RootGroup()
    for name in COMMANDS:
        yield from _below(root.load(name), name)


def _below(command: Any, path: str) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if not children:
        yield path
        return
    for name, child in children.items():
        yield from _below(child, f"{path} {name}")


def checked_envelope(stdout: str, code: int) -> dict[str, Any]:
    """Return the envelope after holding it to its contract."""
    assert stdout.endswith("\n")
    assert stdout.count("\n") == 1, "one line, one document"
    document: dict[str, Any] = json.loads(stdout)
    assert set(document) == KEYS
    assert document["askpro"] == "1"
    assert document["exit_code"] == code
    assert document["status"] == status_word(ExitCode(code))
    for error in document["errors"]:
        assert {"code", "message"} <= set(error)
        assert not error["message"].endswith(".")
    assert document["meta"]["run_id"]
    return document


def test_every_command_is_tried_here() -> None:
    assert set(WORDS) | ELSEWHERE == set(leaves())


@pytest.mark.parametrize("path", sorted(WORDS))
def test_a_wrong_option_is_an_envelope_with_exit_2(cli: Cli, path: str) -> None:
    done = cli(*path.split(), *WORDS[path], "--no-such-option", "--json").exits(2)
    document = checked_envelope(done.stdout, 2)
    assert [error["code"] for error in document["errors"]] == ["usage"]
    assert "--no-such-option" in document["errors"][0]["message"]


@pytest.mark.parametrize("path", sorted(WORDS))
def test_without_a_key_every_command_answers_in_the_envelope(cli: Cli, path: str) -> None:
    done = cli(*path.split(), *WORDS[path], "--json")
    document = checked_envelope(done.stdout, done.exit_code)
    assert done.exit_code != ExitCode.BUG, done.stderr
    assert document["command"] == path.replace("update", "reschedule") or document["command"] == path


@pytest.mark.parametrize("path", sorted(WORDS))
def test_with_an_unreachable_vendor_every_command_answers_in_the_envelope(cli: Cli, path: str) -> None:
    """Those that need Cal.com say what could not be checked: exit 5, and the last line of stderr."""
    cli.env |= {
        "ASKPRO_CALCOM_BASE_URL": f"http://127.0.0.1:{free_port()}/v2",
        "ASKPRO_CALCOM_API_KEY": "cal_test_sandbox",
        "ASKPRO_RESILIENCE_BASE_DELAY": "0",
    }
    done = cli(*path.split(), *WORDS[path], "--json")
    document = checked_envelope(done.stdout, done.exit_code)
    assert done.exit_code != ExitCode.BUG, done.stderr
    if done.exit_code == ExitCode.UNKNOWN:
        assert document["unknown"]
        assert done.stderr.strip().splitlines()[-1].startswith("unknown:")


@pytest.mark.parametrize(
    "argv",
    [
        ("--json",),
        ("--json", "no-such-command"),
        ("availabilty", "--json"),
        ("book", "--output", "xml", "--json"),
    ],
    ids=" ".join,
)
def test_a_command_that_cannot_be_found_is_an_envelope_too(cli: Cli, argv: tuple[str, ...]) -> None:
    checked_envelope(cli(*argv).exits(2).stdout, 2)


def test_the_process_answers_as_the_library_does(program: Program) -> None:
    done = program("--json", "config", "path")
    checked_envelope(done.ok().stdout, 0)


def test_settings_that_cannot_be_read_are_an_envelope(cli: Cli) -> None:
    cli.user_file("calcom: [this is no mapping\n")
    checked_envelope(cli("config", "show", "--json").exits(2).stdout, 2)
