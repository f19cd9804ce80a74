"""``askpro webhooks rejected``, ``prune`` and ``conflicts``."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from sqlalchemy import Engine
from support.admissions import Request, admitted
from support.cli import Cli
from support.inboxes import change, events, open_inbox, rows, until
from support.webhook_requests import SECRET

from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.webhooks.arrivals import Cause, Refusal
from askpro_cli.webhooks.inbox.storing import store
from askpro_cli.webhooks.providers.signing import sign

BODY = (
    b'{"triggerEvent":"BOOKING_CREATED","createdAt":"2031-01-06T08:00:00.000Z",'
    b'"payload":{"uid":"uid-0001","attendees":[{"name":"Erika Beispiel","email":"erika@example.org"}]}}'
)


@pytest.fixture
def askpro(cli: Cli, sqlite_platform_url: str) -> Cli:
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_platform_url
    cli.env["ASKPRO_WEBHOOK_SECRET_CALCOM"] = SECRET
    return cli


def _now_ms() -> int:
    return round(time.time() * 1000)


def _signed(body: bytes = BODY) -> Request:
    now = _now_ms()
    headers = [(name.encode(), value.encode()) for name, value in sign("calcom", body, SECRET, now)]
    return Request(body=body, received_ms=now, headers=headers)


def _reject(url: str, *requests: Request, cause: Cause = Cause.SIGNATURE_WRONG) -> None:
    async def run() -> None:
        async with open_inbox(url) as inbox:
            for request in requests:
                inbox.reject(request.arrival(), Refusal(cause, "no secret of calcom signed it"))
                await until(lambda: not inbox.health().rejected.waiting)

    asyncio.run(run())


def _store(url: str, *uids: str, body: bytes | None = None) -> None:
    engine: Engine = open_engine(url)
    batch = [admitted(uid, body=body, received_ms=1_000_000) for uid in uids]
    run_in_transaction(engine, lambda connection: store(connection, batch))
    engine.dispose()


def test_what_was_not_let_in_is_listed_and_shown_masked(askpro: Cli, sqlite_platform_url: str) -> None:
    _reject(sqlite_platform_url, _signed())
    [listed] = askpro("webhooks", "rejected", "list", "--json").ok().data["rejected"]
    assert (listed["id"], listed["cause"], listed["source"], listed["hits"]) == (
        1,
        "signature_wrong",
        "calcom",
        1,
    )
    assert "signature_wrong" in askpro("webhooks", "rejected", "list").ok().stdout
    shown = askpro("webhooks", "rejected", "show", "1").ok()
    assert "Erika" not in shown.stdout
    assert "erika@example.org" not in shown.stdout
    revealed = askpro("webhooks", "rejected", "show", "1", "--reveal", "--json").ok()
    assert revealed.data["body"].encode() == BODY


def test_headers_and_body_are_shown_as_those_of_an_event(askpro: Cli, sqlite_platform_url: str) -> None:
    _reject(sqlite_platform_url, _signed())
    shown = askpro("webhooks", "rejected", "show", "1").ok().stdout
    [headers] = [line for line in shown.splitlines() if line.startswith("headers\t")]
    assert "x-cal-signature-256: " in headers.lower()
    assert "[[" not in headers


def test_a_dry_run_says_what_would_be_let_in(askpro: Cli, sqlite_platform_url: str) -> None:
    _reject(sqlite_platform_url, _signed())
    said = askpro("webhooks", "rejected", "readmit", "--source", "calcom", "--dry-run").ok().stderr
    assert "1 rejected request would be let in, 0 would be refused again" in said


def test_what_its_sender_did_wrong_is_told(askpro: Cli, sqlite_platform_url: str) -> None:
    spaced = json.dumps(json.loads(BODY)).encode()
    headers = [(name.encode(), value.encode()) for name, value in sign("calcom", spaced, SECRET, _now_ms())]
    _reject(sqlite_platform_url, Request(body=BODY, received_ms=_now_ms(), headers=headers))
    shown = askpro("webhooks", "rejected", "show", "1", "--json").ok()
    assert [one["code"] for one in shown.data["would_match"]] == ["reencoded_json"]
    assert "written again" in askpro("webhooks", "rejected", "show", "1").ok().stdout
    del askpro.env["ASKPRO_WEBHOOK_SECRET_CALCOM"]
    assert askpro("webhooks", "rejected", "show", "1", "--json").ok().data["would_match"] == []


def test_none_is_nothing_matched(askpro: Cli) -> None:
    assert askpro("webhooks", "rejected", "list", "--json").ok().data["rejected"] == []
    askpro("webhooks", "rejected", "list", "--fail-if-none").exits(7)
    askpro("webhooks", "rejected", "show", "1").exits(3)
    askpro("webhooks", "rejected", "readmit", "1").exits(3)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("list", "--cause", "signature_wrog"), "did you mean signature_wrong"),
        (("list", "--since", "noon"), "--since"),
        (("readmit",), "by their ids, or by filters"),
        (("readmit", "1", "--cause", "not_json"), "by their ids, or by filters"),
    ],
)
def test_bad_words_are_told(askpro: Cli, argv: tuple[str, ...], told: str) -> None:
    assert told in askpro("webhooks", "rejected", *argv).exits(2).stderr


def test_readmitted_it_is_an_event(askpro: Cli, sqlite_platform_url: str) -> None:
    _reject(sqlite_platform_url, _signed())
    tried = askpro("webhooks", "rejected", "readmit", "1", "--dry-run", "--json").ok()
    assert tried.data["readmitted"][0]["outcome"] == "would be let in"
    assert events(sqlite_platform_url) == []
    done = askpro("webhooks", "rejected", "readmit", "1", "--json").ok()
    assert done.data["readmitted"][0]["event_id"] == events(sqlite_platform_url)[0]["id"]
    assert "let in before" in askpro("webhooks", "rejected", "readmit", "1").exits(1).stderr


def test_by_filter_those_refused_again_make_it_partial(askpro: Cli, sqlite_platform_url: str) -> None:
    _reject(sqlite_platform_url, _signed(), Request(body=BODY + b" ", received_ms=_now_ms()))
    argv = ("webhooks", "rejected", "readmit", "--source", "calcom", "--since", "1h")
    assert "refused again" in askpro(*argv, "--json").exits(6).stderr
    assert len(events(sqlite_platform_url)) == 1
    assert "0 rejected requests" in askpro(*argv, "--cause", "not_json").ok().stderr


def test_without_a_proof_somebody_must_say_yes(askpro: Cli, sqlite_platform_url: str) -> None:
    _reject(sqlite_platform_url, Request(body=BODY, received_ms=_now_ms()))
    askpro("webhooks", "rejected", "readmit", "1").exits(1)
    askpro("webhooks", "rejected", "readmit", "1", "--unverified").exits(2)
    assert events(sqlite_platform_url) == []
    askpro("webhooks", "rejected", "readmit", "1", "--unverified", "--yes").ok()
    assert events(sqlite_platform_url)[0]["secret_id"] is None


def test_prune_lets_bodies_go_when_told(askpro: Cli, sqlite_platform_url: str) -> None:
    _store(sqlite_platform_url, "a", "b")
    change(sqlite_platform_url, "UPDATE webhook_events SET state = 'done', due_at_ms = NULL")
    counted = askpro("webhooks", "prune", "--dry-run", "--json").ok()
    assert counted.data == {"events": 2, "conflicts": 0, "rejected": 0, "dry_run": True}
    askpro("webhooks", "prune").exits(2)
    assert "a month is 30d" in askpro("webhooks", "prune", "--older-than", "1m", "--yes").exits(2).stderr
    assert askpro("webhooks", "prune", "--source", "retell", "--yes", "--json").ok().data["events"] == 0
    assert askpro("webhooks", "prune", "--older-than", "1w", "--yes", "--json").ok().data["events"] == 2
    assert [event["body"] for event in events(sqlite_platform_url)] == [None, None]
    assert askpro("webhooks", "prune", "--json").ok().data["events"] == 0


def test_conflicts_are_findings(askpro: Cli, sqlite_platform_url: str) -> None:
    assert askpro("webhooks", "conflicts", "--json").ok().data["conflicts"] == []
    _store(sqlite_platform_url, "a", body=b"{}")
    _store(sqlite_platform_url, "a", body=b"[]")
    found = askpro("webhooks", "conflicts", "--json").exits(1)
    [conflict] = found.data["conflicts"]
    assert (conflict["event_id"], conflict["hits"]) == (1, 1)
    assert "HOOK010" in found.stdout
    assert "calcom:BOOKING_CREATED:a" in askpro("webhooks", "conflicts", "--source", "calcom").exits(1).stdout
    askpro("webhooks", "conflicts", "--source", "retell").ok()
    assert len(rows(sqlite_platform_url, "SELECT id FROM webhook_conflicts")) == 1


def test_the_code_is_explained(askpro: Cli) -> None:
    assert "dedup key" in askpro("explain", "HOOK010").ok().stdout
