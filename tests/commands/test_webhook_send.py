"""``askpro webhooks send``: events as vendors send them, to a receiver; signed, changed, twice, unsigned."""

from __future__ import annotations

import json

import httpx
import pytest
from support.cli import Cli
from support.daemon import SECRETS as SECRETS_OF_DAEMON
from support.daemon import Serving
from support.signed import SECRETS

from askpro_cli.webhooks.arrivals import Secret, Verified
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.samples.known import SAMPLES

_TO = "http://127.0.0.1:8080"


class Receiver:
    """Keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(
            self.status, json={"status": "accepted"}, headers={"X-Correlation-Id": "0123456789ab"}
        )

    def accepts(self, source: str, number: int = 0) -> bool:
        """Tell whether a request is signed as *source* signs, now."""
        import time

        request = self.requests[number]
        secrets = (Secret("only", SECRETS[source]),)
        now_ms = int(time.time() * 1000)
        decided = provider_of(source).verify(request.content, request.headers.raw, secrets, now_ms, 300_000)
        return isinstance(decided, Verified)


@pytest.fixture
def receiver(cli: Cli) -> Receiver:
    one = Receiver()
    cli.http_transport = httpx.MockTransport(one)
    for source in ("calcom", "retell", "stripe"):
        cli.env[f"ASKPRO_WEBHOOK_SECRET_{source.upper()}"] = SECRETS[source]
    return one


@pytest.mark.parametrize(
    ("kind", "source", "path"),
    [
        ("BOOKING_CREATED", "calcom", "/webhooks/calcom"),
        ("call_ended", "retell", "/webhooks/retell"),
        ("call_inbound", "retell", "/webhooks/retell/inbound"),
        ("invoice.paid", "stripe", "/webhooks/stripe"),
    ],
)
def test_a_sample_is_signed_as_its_vendor(
    cli: Cli, receiver: Receiver, kind: str, source: str, path: str
) -> None:
    found = cli("webhooks", "send", kind, "--to", _TO, "--json").ok()
    assert receiver.requests[0].url.path == path
    assert receiver.requests[0].headers["content-type"] == "application/json"
    assert receiver.accepts(source)
    assert found.data["answers"][0]["status"] == 200
    assert found.data["answers"][0]["correlation_id"] == "0123456789ab"
    assert SECRETS[source] not in found.stdout + found.stderr


def test_two_runs_send_two_events_and_the_same_id_the_same_event(cli: Cli, receiver: Receiver) -> None:
    for more in ([], [], ["--id", "same"], ["--id", "same"]):
        cli("webhooks", "send", "call_ended", "--to", _TO, *more).ok()
    ids = [json.loads(request.content)["call"]["call_id"] for request in receiver.requests]
    assert len(set(ids)) == 3
    assert ids[2] == ids[3] == "call_same"


def test_a_duplicate_is_the_same_byte_for_byte(cli: Cli, receiver: Receiver) -> None:
    cli("webhooks", "send", "BOOKING_CREATED", "--to", _TO, "--duplicate").ok()
    first, second = receiver.requests
    assert first.content == second.content


def test_values_are_set_by_their_path(cli: Cli, receiver: Receiver) -> None:
    sets = [
        "--set=payload.uid=abc",
        "--set=payload.attendees.0.name=Jan",
        "--set=payload.new.deep=7",
        "--set=payload.metadata=null",
    ]
    cli("webhooks", "send", "BOOKING_CREATED", "--to", _TO, *sets).ok()
    payload = json.loads(receiver.requests[0].content)["payload"]
    assert payload["uid"] == "abc"
    assert payload["attendees"][0]["name"] == "Jan"
    assert payload["new"] == {"deep": 7}
    assert payload["metadata"] is None
    assert receiver.accepts("calcom")


@pytest.mark.parametrize(
    "change", ["payload", "=x", "payload.attendees.9.name=x", "triggerEvent.a=x", "payload.attendees.x=1"]
)
def test_a_path_that_leads_nowhere_is_told_and_nothing_sent(
    cli: Cli, receiver: Receiver, change: str
) -> None:
    assert "--set" in cli("webhooks", "send", "BOOKING_CREATED", "--to", _TO, "--set", change).exits(2).stderr
    assert receiver.requests == []


def test_without_a_signature(cli: Cli, receiver: Receiver) -> None:
    receiver.status = 401
    cli("webhooks", "send", "BOOKING_CREATED", "--to", _TO, "--anonymous").exits(1)
    assert "x-cal-signature-256" not in receiver.requests[0].headers


def test_signed_as_another_sender(cli: Cli, receiver: Receiver) -> None:
    cli.user_file(f"webhook: {{senders: {{acme: {{secret: '{SECRETS['acme']}'}}}}}}\n")
    cli("webhooks", "send", "call_ended", "--to", _TO, "--sign-as", "acme").ok()
    assert receiver.requests[0].url.path == "/webhooks/acme"
    assert receiver.accepts("acme")


def test_a_file_goes_out_as_it_is(cli: Cli, receiver: Receiver) -> None:
    body = b'{"event" :"call_ended", "call":{"call_id":"c1"}}\n'
    (cli.cwd / "mine.json").write_bytes(body)
    cli("webhooks", "send", "mine.json", "--to", f"{_TO}/somewhere/else?x=1").ok()
    assert receiver.requests[0].content == body
    assert receiver.requests[0].url.raw_path == b"/somewhere/else?x=1"
    assert receiver.accepts("retell")


def test_a_dry_run_shows_the_request_and_sends_nothing(cli: Cli, receiver: Receiver) -> None:
    shown = cli("webhooks", "send", "invoice.paid", "--to", _TO, "--dry-run").ok().stdout
    assert shown.startswith(f"POST {_TO}/webhooks/stripe\n")
    assert "Stripe-Signature: t=" in shown
    assert receiver.requests == []


def test_another_machine_needs_a_yes(cli: Cli, receiver: Receiver) -> None:
    to = "https://hooks.example.org"
    assert "add --yes" in cli("webhooks", "send", "call_ended", "--to", to).exits(2).stderr
    assert receiver.requests == []
    cli("webhooks", "send", "call_ended", "--to", to, "--yes").ok()
    assert receiver.requests[0].url.host == "hooks.example.org"


def test_what_nobody_knows_is_told_with_the_nearest(cli: Cli, receiver: Receiver) -> None:
    assert (
        "did you mean BOOKING_CREATED"
        in cli("webhooks", "send", "BOOKING_CREATD", "--to", _TO).exits(3).stderr
    )
    assert "no http address" in cli("webhooks", "send", "PING", "--to", "ftp://x").exits(2).stderr
    (cli.cwd / "odd.json").write_text("{}")
    assert "--sign-as" in cli("webhooks", "send", "odd.json", "--to", _TO).exits(2).stderr
    assert receiver.requests == []


def test_a_receiver_that_is_not_there(cli: Cli) -> None:
    cli.env["ASKPRO_WEBHOOK_SECRET_CALCOM"] = "x"
    told = cli("webhooks", "send", "PING", "--to", "http://127.0.0.1:1").exits(5).stderr
    assert "no answer from http://127.0.0.1:1/webhooks/calcom" in told


def test_without_a_secret_nothing_is_sent(cli: Cli) -> None:
    told = cli("webhooks", "send", "PING", "--to", _TO).exits(2).stderr
    assert "ASKPRO_WEBHOOK_SECRET_CALCOM_FILE" in told


def test_a_running_daemon_takes_every_sample_once(cli: Cli, memory: Serving) -> None:
    """By real sockets: what send makes is what serve lets in."""
    for source, samples in SAMPLES.items():
        cli.env[f"ASKPRO_WEBHOOK_SECRET_{source.upper()}"] = SECRETS_OF_DAEMON[source][0].value
        for kind in samples:
            found = cli("webhooks", "send", kind, "--to", f"http://127.0.0.1:{memory.port}", "--json").ok()
            assert found.data["answers"][0]["status"] in (200, 204)
    kinds = [kept.identity.event_type for kept in memory.inbox.kept]
    assert sorted(kinds) == sorted(kind for samples in SAMPLES.values() for kind in samples)
    assert memory.inbox.rejected == []
