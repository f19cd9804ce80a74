"""``askpro webhooks replay`` as an operator sees it: preview, job, results, and what interrupts it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest
from support.cli import Cli, Program
from support.inbox_events import event_of, put_event, put_events
from support.inbox_events import event_values as values
from support.receiver import Receiver, receiving
from support.records import opened
from support.waiting import eventually

from askpro_cli.platform.records import Records
from askpro_cli.webhooks import states
from askpro_cli.webhooks.replay.jobs import count_items


@pytest.fixture
def inbox(cli: Cli, sqlite_platform: Records, sqlite_platform_url: str) -> Records:
    """Records that the program uses, too."""
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_platform_url
    return sqlite_platform


@pytest.fixture
def shared(cli: Cli, platform_url: str) -> Iterator[Records]:
    """The same on every family."""
    cli.env["ASKPRO_DATABASE_URL"] = platform_url
    with opened(platform_url) as records:
        yield records


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A place to send to."""
    with receiving() as made:
        yield made


def test_a_dry_run_counts_shows_a_sample_and_writes_nothing(cli: Cli, inbox: Records) -> None:
    dead = [put_event(inbox) for _ in range(7)]
    put_event(inbox, state=states.DONE)
    done = cli("webhooks", "replay", "--state", "dead", "--dry-run", "--json").ok()
    assert (done.data["matching"], done.data["dry_run"], done.data["replay"]) == (7, True, None)
    assert [event["id"] for event in done.data["sample"]] == dead[:1:-1]
    assert "7 events match" in cli("webhooks", "replay", "--state", "dead", "--dry-run").ok().stderr
    assert cli("webhooks", "replay", "status", "--json").ok().data["replays"] == []


def test_off_a_terminal_it_needs_a_yes_and_shows_what_it_would_do(cli: Cli, inbox: Records) -> None:
    event_id = put_event(inbox)
    refused = cli("webhooks", "replay", str(event_id)).exits(2)
    assert "1 event matches" in refused.stderr
    assert "--yes" in refused.stderr
    asked = cli("webhooks", "replay", str(event_id), terminal=True, stdin="n\n").exits(1)
    assert "replay 1 event?" in asked.stderr
    assert cli("webhooks", "replay", "status", "--json").ok().data["replays"] == []


def test_an_id_that_is_not_there_stops_the_others_too(cli: Cli, inbox: Records) -> None:
    event_id = put_event(inbox)
    refused = cli("webhooks", "replay", str(event_id), "999", "--yes").exits(3)
    assert "there is no event 999" in refused.stderr
    assert cli("webhooks", "replay", "status", "--json").ok().data["replays"] == []


def test_nothing_that_matches_offers_no_yes(cli: Cli, inbox: Records) -> None:
    put_event(inbox)
    said = cli("webhooks", "replay", "--type", "nothing", "--yes").ok().stderr
    assert "0 events match" in said
    assert "--yes" not in said


def test_a_replay_is_written_down_for_the_workers(cli: Cli, inbox: Records) -> None:
    put_event(inbox)
    done = cli("webhooks", "replay", "--state", "dead", "--yes", "--rate", "5", "--json").ok()
    job = done.data["replay"]
    assert (job["id"], job["state"], job["total"]) == (1, "ready", 1)
    assert (job["options"]["rate"], job["criteria"]["states"]) == (5, ["dead"])
    assert done.json["command"] == "webhooks replay"
    assert cli("webhooks", "replay", "status", "1", "--json").ok().json["command"] == "webhooks replay status"


def test_here_it_is_handled_and_the_report_is_complete(cli: Cli, inbox: Records) -> None:
    """The workers of this process take part: nothing handles Retell's events in a test, so they fail."""
    calls = [
        put_event(inbox, source="retell", event_type="call_ended", entity=None, body=b"{}") for _ in range(3)
    ]
    done = put_event(inbox, state=states.DONE, source="retell", entity=None)
    ended = cli("webhooks", "replay", "--source", "retell", "--yes", "--here", "--json").exits(6)
    counts = ended.data["replay"]["counts"]
    assert (ended.data["replay"]["state"], counts["failed"], counts["skipped"]) == ("done", 3, 1)
    report = cli("webhooks", "replay", "status", "1", "--output", "ndjson").exits(6)
    items = {item["event_id"]: item["state"] for item in map(json.loads, report.stdout.splitlines())}
    assert items == dict.fromkeys(calls, "failed") | {done: "skipped"}
    only = cli("webhooks", "replay", "status", "1", "--state", "skipped", "--json").exits(6)
    assert [item["event_id"] for item in only.data["items"]] == [done]


def test_sent_to_a_url_each_result_is_told(cli: Cli, inbox: Records, receiver: Receiver) -> None:
    ids = [put_event(inbox) for _ in range(3)]
    words = ["--state", "dead", "--to", receiver.url, "--yes", "--here", "--concurrency", "1"]
    cli("webhooks", "replay", *words).ok()
    assert [int(got.headers["X-Askpro-Replay-Of"]) for got in receiver.got] == ids
    receiver.status = 500
    failed = cli("webhooks", "replay", *words, "--json").exits(6)
    assert failed.data["replay"]["counts"]["failed"] == 3
    assert failed.json["status"] == "partial"
    receiver.status = 200
    again = cli("webhooks", "replay", "resume", "2", "--failed", "--here", "--json").ok()
    assert again.data["replay"]["counts"]["done"] == 3


def test_a_token_in_the_address_is_sent_and_never_shown(cli: Cli, inbox: Records, receiver: Receiver) -> None:
    put_event(inbox)
    words = ["--state", "dead", "--to", f"{receiver.url}?token=c0ffee", "--yes", "--here", "--json"]
    done = cli("webhooks", "replay", *words).ok()
    assert "token=c0ffee" in receiver.got[0].path
    status = cli("webhooks", "replay", "status", "1", "--json").ok()
    assert status.data["replay"]["options"]["to"] == f"{receiver.url}?***"
    assert "c0ffee" not in done.stdout + done.stderr + status.stdout + status.stderr


def test_headers_that_no_request_may_have_fail_their_event_alone(
    cli: Cli, inbox: Records, receiver: Receiver
) -> None:
    put_event(inbox, headers=b"A b: c\r\n")
    put_event(inbox)
    words = ["--state", "dead", "--to", receiver.url, "--yes", "--here", "--json"]
    counts = cli("webhooks", "replay", *words).exits(6).data["replay"]["counts"]
    assert (counts["done"], counts["failed"], counts["unknown"]) == (1, 1, 0)


def test_a_list_that_was_cut_says_so(cli: Cli, inbox: Records, receiver: Receiver) -> None:
    for _ in range(3):
        put_event(inbox)
    cli("webhooks", "replay", "--state", "dead", "--to", receiver.url, "--yes", "--here").ok()
    cut = cli("webhooks", "replay", "status", "1", "--limit", "2")
    assert "the first 2 events; there are more" in cut.ok().stderr
    assert "more" not in cli("webhooks", "replay", "status", "1", "--limit", "3").ok().stderr


def test_waiting_in_vain_is_still_pending(cli: Cli, inbox: Records) -> None:
    put_event(inbox)
    cli("webhooks", "replay", "--state", "dead", "--yes", "--wait", "0").exits(8)
    ended = cli("webhooks", "replay", "resume", "1", "--here", "--json").exits(6)
    assert ended.data["replay"]["state"] == "done"


def test_pause_resume_and_cancel_change_the_job(cli: Cli, inbox: Records) -> None:
    event_id = put_event(inbox)
    cli("webhooks", "replay", str(event_id), "--yes").ok()
    assert cli("webhooks", "replay", "pause", "1", "--json").ok().data["replay"]["state"] == "paused"
    assert cli("webhooks", "replay", "resume", "1", "--json").ok().data["replay"]["state"] == "ready"
    over = cli("webhooks", "replay", "cancel", "1", "--json").ok().data["replay"]
    assert (over["state"], over["counts"]["skipped"]) == ("cancelled", 1)
    cli("webhooks", "replay", "resume", "1").exits(1)
    assert event_of(inbox, event_id).state == states.DEAD


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--dry-run"], 2),
        (["--since", "2h", "--to", "http://127.0.0.1:1/", "--bypass-dedup"], 2),
        (["--since", "2h", "--resign"], 2),
        (["--since", "2h", "--rate", "0"], 2),
        (["--since", "2h", "--concurrency", "0"], 2),
        (["--since", "2h", "--here", "--wait", "3"], 2),
        (["--since", "2h", "--to", "https://name:word@example.org/"], 2),
        (["--since", "2h", "--to", "http://127.0.0.1:1/\x7f"], 2),
        (["--since", "2h", "--to", "http://127.0.0.1:1/" + "a" * 2000], 2),
        (["stat"], 2),
        (["999", "--yes"], 3),
        (["999", "--dry-run"], 3),
        (["status", "999"], 3),
        (["pause", "999"], 3),
        (["resume", "999"], 3),
        (["cancel", "999"], 3),
        (["status", "--state", "nowhere"], 2),
        (["--state", "dead", "--yes", "--fail-if-none"], 7),
    ],
)
@pytest.mark.usefixtures("inbox")
def test_what_cannot_be_is_refused_and_nothing_is_written(cli: Cli, words: list[str], code: int) -> None:
    cli("webhooks", "replay", *words).exits(code)
    assert cli("webhooks", "replay", "status", "--json").ok().data["replays"] == []


def test_what_may_have_arrived_is_sent_again_only_after_a_yes(
    cli: Cli, inbox: Records, receiver: Receiver
) -> None:
    put_event(inbox)
    receiver.pause = 0.5
    with receiving() as dead:
        url = dead.url
    words = ["--state", "dead", "--yes", "--here", "--to"]
    cli("webhooks", "replay", *words, url).exits(6)
    assert "--yes" in cli("webhooks", "replay", "resume", "1", "--unknown").exits(2).stderr


def killed(process: subprocess.Popen[str]) -> None:
    """Kill a program as the kernel does when memory runs out."""
    process.kill()
    process.communicate(timeout=30)


def test_killed_half_way_and_resumed_every_event_is_sent_once_and_the_report_is_complete(
    program: Program, cli: Cli, shared: Records, receiver: Receiver
) -> None:
    ids = put_events(shared, [values() for _ in range(60)])
    receiver.pause = 0.02
    words = ["--state", "dead", "--to", receiver.url, "--yes", "--here", "--concurrency", "3"]
    first = program.start("webhooks", "replay", *words)
    receiver.expect(15)
    killed(first)
    second = program.start("webhooks", "replay", "resume", "1", "--here", "--json")
    out, err = second.communicate(timeout=120)
    assert second.returncode in (0, 5), err
    counts = json.loads(out)["data"]["replay"]["counts"]
    sent = Counter(int(got.headers["X-Askpro-Replay-Of"]) for got in receiver.got)
    assert set(sent.values()) == {1}
    assert counts["done"] + counts["unknown"] == 60
    assert counts["unknown"] <= 3
    assert len(ids) - len(sent) <= counts["unknown"]
    report = cli("webhooks", "replay", "status", "1", "--output", "ndjson").exits(second.returncode)
    items = [json.loads(line) for line in report.stdout.splitlines()]
    assert [item["event_id"] for item in items] == ids
    assert {item["attempts"] for item in items} == {1}


def test_killed_half_way_inside_each_event_is_handled_once_more(program: Program, shared: Records) -> None:
    """Set back and written down is one commit."""
    rows = [
        values(source="retell", event_type="call_ended", entity=None, body=b"{}", state=states.UNHANDLED)
        for _ in range(40)
    ]
    ids = put_events(shared, rows)
    program.env |= {"ASKPRO_WORKER_LEASE": "2", "ASKPRO_WORKER_HANDLER_TIMEOUT": "1"}
    words = ["--source", "retell", "--yes", "--here", "--rate", "40"]
    first = program.start("webhooks", "replay", *words)
    eventually(lambda: failed_in(shared) >= 5)
    killed(first)
    second = program.start("webhooks", "replay", "resume", "1", "--here", "--json")
    out, err = second.communicate(timeout=120)
    assert second.returncode == 6, err
    counts = json.loads(out)["data"]["replay"]["counts"]
    assert (counts["failed"], counts["waiting"], counts["sending"]) == (40, 0, 0)
    assert {event_of(shared, one).state for one in ids} == {states.UNHANDLED}
    report = program("webhooks", "replay", "status", "1", "--output", "ndjson").exits(6)
    items = [json.loads(line) for line in report.stdout.splitlines()]
    assert [(item["event_id"], item["attempts"]) for item in items] == [(one, 1) for one in ids]


def failed_in(records: Records) -> int:
    """Return how many events of the first replay have failed so far."""
    counts = records.run_in_transaction(lambda session: count_items(session, [1]))
    return counts[1]["failed"]


def test_ctrl_c_pauses_it_and_says_how_to_go_on(program: Program, inbox: Records, receiver: Receiver) -> None:
    put_events(inbox, [values() for _ in range(50)])
    words = ["--state", "dead", "--to", receiver.url, "--yes", "--here", "--rate", "10"]
    running = program.start("webhooks", "replay", *words)
    receiver.expect(2)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130, err
    assert "askpro webhooks replay resume 1 --here" in err
    status = program("webhooks", "replay", "status", "1", "--json").ok()
    job = status.data["replay"]
    assert (job["state"], job["counts"]["unknown"], job["counts"]["sending"]) == ("paused", 0, 0)
    assert job["counts"]["done"] == len(receiver.got)
