"""``askpro webhooks list|show|tail|sources|export|import`` as an operator sees them."""

from __future__ import annotations

import hashlib
import json
import signal
from typing import Any

import pytest
from sqlalchemy import insert
from support.cli import Cli, Program
from support.inbox_events import event_of, put_event
from support.records import opened

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import WebhookConflict
from askpro_cli.shell.actions.inbox import carrying
from askpro_cli.webhooks import states
from askpro_cli.webhooks.inbox.rows import key_hash_of

BODY = b'{"payload": {"attendees": [{"name": "Anna Beispiel", "email": "anna@example.org"}]}}'


@pytest.fixture
def inbox(cli: Cli, sqlite_platform: Records, sqlite_platform_url: str) -> Records:
    """Records that the program uses, too."""
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_platform_url
    return sqlite_platform


def test_the_list_shows_the_newest_first_and_says_when_there_are_more(cli: Cli, inbox: Records) -> None:
    ids = [put_event(inbox, state=states.DEAD, reason="gave up") for _ in range(3)]
    done = cli("webhooks", "list", "--limit", "2", "--json").ok()
    assert [event["id"] for event in done.data["events"]] == ids[:0:-1]
    assert done.data["total"] is None
    assert done.data["events"][0]["reason"] == "gave up"
    lines = cli("webhooks", "list", "--output", "ndjson").ok().stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids[::-1]


def test_filters_reach_the_inbox(cli: Cli, inbox: Records) -> None:
    put_event(inbox, state=states.DONE, source="stripe", event_type="invoice.paid", entity=None)
    wanted = put_event(inbox, state=states.FAILED, reason="company unknown: none", entity="booking:abc")
    words = ["--state", "failed", "--source", "calcom", "--type", "BOOKING_CREATED", "--entity", "abc"]
    done = cli("webhooks", "list", *words, "--error", "Company Unknown", "--no-company", "--json").ok()
    assert [event["id"] for event in done.data["events"]] == [wanted]
    cli("webhooks", "list", "--state", "ignored", "--fail-if-none").exits(7)


def test_times_are_relative_days_or_instants(cli: Cli, inbox: Records) -> None:
    old = put_event(inbox, received_at_ms=1_000_000_000_000)  # 2001-09-09T01:46:40Z
    new = put_event(inbox, received_at_ms=2_500_000_000_000)

    def found(*words: str) -> list[int]:
        return [event["id"] for event in cli("webhooks", "list", *words, "--json").ok().data["events"]]

    assert found("--until", "2001-09-09") == [old]
    assert found("--since", "2h") == [new]
    assert found("--since", "2001-09-09T03:46:41") == [new]
    assert found("--since", "2001-09-09T03:46:40", "--until", "2001-09-09T03:46:41") == [old]


@pytest.mark.parametrize(
    "words",
    [
        ["--since", "gestern"],
        ["--since", "999999w"],
        ["--since", "today", "--until", "2001-01-01"],
        ["--state", "broken"],
        ["--no-company", "--company", "salon"],
        ["--limit", "0"],
    ],
)
@pytest.mark.usefixtures("inbox")
def test_a_filter_that_cannot_be_is_refused(cli: Cli, words: list[str]) -> None:
    assert cli("webhooks", "list", *words).exits(2).stdout == ""


def test_people_are_masked_unless_they_are_revealed_and_that_is_logged(cli: Cli, inbox: Records) -> None:
    event_id = put_event(inbox, body=BODY)
    masked = cli("webhooks", "show", str(event_id), "--json").ok()
    assert "anna@example.org" not in masked.stdout
    assert masked.data["headers"][0] == ["Content-Type", "application/json"]
    shown = cli("webhooks", "show", str(event_id), "--reveal", "--json").ok()
    assert shown.data["body"] == BODY.decode()
    logs = "".join(path.read_text() for path in cli.home.parent.rglob("*.jsonl"))
    assert "personal_data_revealed" in logs
    assert "anna@example.org" not in logs


def test_the_story_of_an_event(cli: Cli, inbox: Records) -> None:
    event_id = put_event(inbox, hits=3, secret_id="webhook.secret_calcom#1:abc", state=states.DEAD)
    lines = cli("webhooks", "show", str(event_id), "--timeline").ok().stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["received", "verified", "keyed", "duplicate", "next"]
    assert "by webhook.secret_calcom#1:abc" in lines[1]
    cli("webhooks", "show", "999").exits(3)


def test_sources_are_counted(cli: Cli, inbox: Records) -> None:
    put_event(inbox, state=states.RECEIVED, due_at_ms=0)
    put_event(inbox, state=states.DONE)
    done = cli("webhooks", "sources", "--json").ok()
    assert (done.data["total"], done.data["waiting"]) == (2, 1)
    assert {one["state"] for one in done.data["sources"]} == {"received", "done"}


def test_the_tail_ends_with_the_newest(cli: Cli, inbox: Records) -> None:
    ids = [put_event(inbox) for _ in range(3)]
    lines = cli("webhooks", "tail", "-n", "2").ok().stdout.splitlines()
    assert [int(line.split("\t")[0]) for line in lines] == ids[1:]
    cli("webhooks", "tail", "-f", "--json").exits(2)


def test_following_prints_each_event_that_comes_once(program: Program, cli: Cli, inbox: Records) -> None:
    del cli
    first = put_event(inbox)
    with program.start("webhooks", "tail", "-f", "--output", "ndjson") as following:
        try:
            assert following.stdout is not None
            assert json.loads(following.stdout.readline())["id"] == first
            later = [put_event(inbox) for _ in range(3)]
            assert [json.loads(following.stdout.readline())["id"] for _ in later] == later
        finally:
            following.send_signal(signal.SIGINT)
            following.communicate(timeout=30)
    assert following.returncode == 130


def test_what_is_exported_comes_back_byte_for_byte_and_once(
    cli: Cli, inbox: Records, templates: Any, tmp_path: Any
) -> None:
    ids = [
        put_event(inbox, state=states.DONE, body=BODY, company="salon-nord"),
        put_event(inbox, state=states.DEAD, body=b"\xff\x00{", reason="gave up"),
        put_event(inbox, state=states.RECEIVED, due_at_ms=0, body="Grüße\n".encode()),
        put_event(inbox, state=states.DONE, body=None),
    ]
    conflict = {
        "event_id": ids[0],
        "body_hash": "f" * 64,
        "hits": 1,
        "correlation_id": "x",
        "received_at_ms": 1,
        "last_seen_ms": 1,
        "body": b"NEVER-EXPORTED",
    }
    inbox.run_in_transaction(lambda session: session.execute(insert(WebhookConflict), conflict) and None)
    exported = cli("webhooks", "export").ok().stdout
    assert len(exported.splitlines()) == 4
    assert "NEVER-EXPORTED" not in exported
    with templates.copy("sqlite", tmp_path / "other.db") as url, opened(url) as other:
        there = {"ASKPRO_DATABASE_URL": url}
        seen = cli("webhooks", "import", "-", "--dry-run", "--json", env=there, stdin=exported).ok()
        assert (seen.data["imported"], seen.data["duplicates"]) == (4, 0)
        cli("webhooks", "import", "-", env=there, stdin=exported).ok()
        again = cli("webhooks", "import", "-", "--json", env=there, stdin=exported).ok()
        assert (again.data["imported"], again.data["duplicates"]) == (0, 4)
        for number, event_id in enumerate(ids, start=1):
            old, new = event_of(inbox, event_id), event_of(other, number)
            assert (new.body, new.headers, new.key_hash, new.state, new.due_at_ms) == (
                old.body,
                old.headers,
                old.key_hash,
                old.state,
                old.due_at_ms,
            )


HOSTILE: list[dict[str, Any]] = [
    {"key_hash": "a" * 64},
    {"key_hash": "A" * 64},
    {"dedup_key": "a\0b"},
    {"event_type": "a\ud800"},
    {"entity": "\udfff"},
    {"reason": "\0"},
    {"source": "../../é"},
    {"client": "a\nb"},
    {"company": "salön"},
    {"hits": 2**31},
    {"attempts": -1},
    {"received_at_ms": 2**61},
    {"finished_at_ms": 2**100},
    {"finished_at_ms": -5},
    {"finished_at_ms": True},
    {"body": None, "body_size": 2**31},
    {"body": None, "body_base64": "!!"},
    {"body": None, "body_hash": "../x"},
    {"headers": "ab"},
    {"headers": {"ab": 1}},
    {"headers": [["a: b", "c"]]},
    {"headers": [["a", "b\0"]]},
    {"headers": [["a", "\u20ac"]]},
    {"state": ["dead"]},
]
"""Each by itself: what no sender, and no export, can have written."""


def test_lines_that_are_no_events_are_named_and_the_others_imported(cli: Cli, inbox: Records) -> None:
    put_event(inbox)
    good = json.loads(cli("webhooks", "export").ok().stdout)
    other = good | {"dedup_key": "other", "key_hash": key_hash_of("calcom", "other")}
    bad = [
        "not json",
        "[]",
        json.dumps(other | {"body": "changed"}),
        json.dumps(other | {"state": "lost"}),
        json.dumps(other | {"hits": True}),
        json.dumps(other | {"key_hash": None}),
        json.dumps(other | {"headers": [["A", "b\r\nC: d"]]}),
        json.dumps(good | {"body": "x", "body_hash": "0" * 64}),
        *(json.dumps(other | wrong) for wrong in HOSTILE),
    ]
    lines = [*bad, "", json.dumps(other)]
    done = cli("webhooks", "import", "-", "--json", stdin="\n".join(lines)).exits(6)
    assert done.data["imported"] == 1
    assert [one["line"] for one in done.data["refused"]] == list(range(1, len(bad) + 1))
    cli("webhooks", "import", "nowhere.ndjson").exits(3)


def test_imported_again_all_are_handled_here(cli: Cli, inbox: Records) -> None:
    put_event(inbox, state=states.DONE, company="salon-nord")
    line = json.loads(cli("webhooks", "export").ok().stdout) | {
        "dedup_key": "other",
        "key_hash": key_hash_of("calcom", "other"),
    }
    cli("webhooks", "import", "-", "--again", stdin=json.dumps(line)).ok()
    made = event_of(inbox, 2)
    assert (made.state, made.due_at_ms, made.company, made.attempts) == (states.RECEIVED, 0, None, 0)


def test_the_same_key_with_another_body_stands_as_it_is(cli: Cli, inbox: Records) -> None:
    put_event(inbox, body=b"{}")
    line = json.loads(cli("webhooks", "export").ok().stdout)
    line |= {"body": "[]", "body_hash": hashlib.sha256(b"[]").hexdigest()}
    done = cli("webhooks", "import", "-", "--json", stdin=json.dumps(line)).exits(6)
    assert done.data["conflicts"] == 1
    assert event_of(inbox, 1).body == b"{}"


def test_a_line_without_an_end_is_refused_and_not_read_as_a_whole(
    cli: Cli, inbox: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_event(inbox)
    good = json.loads(cli("webhooks", "export").ok().stdout)
    other = good | {"dedup_key": "other", "key_hash": key_hash_of("calcom", "other")}
    bounded = carrying._bounded
    monkeypatch.setattr(carrying, "_bounded", lambda stream: bounded(stream, 2000))
    lines = [json.dumps(other | {"reason": "x" * 9000}), json.dumps(other)]
    done = cli("webhooks", "import", "-", "--json", stdin="\n".join(lines)).exits(6)
    assert [one["line"] for one in done.data["refused"]] == [1]
    assert done.data["imported"] == 1


@pytest.mark.parametrize("command", ["list", "tail", "export"])
def test_each_takes_every_filter(cli: Cli, inbox: Records, command: str) -> None:
    put_event(inbox, state=states.DONE)
    wanted = put_event(inbox, state=states.FAILED, reason="company unknown: none")
    for words in (["--state", "failed"], ["--error", "unknown"], ["--no-company", "--state", "failed"]):
        shown = cli("webhooks", command, *words, "--output", "ndjson").ok().stdout.splitlines()
        assert [json.loads(line)["id"] for line in shown] == [wanted], words
    none = cli("webhooks", command, "--until", "2001-09-09", "--output", "ndjson").ok().stdout
    assert none == ""
