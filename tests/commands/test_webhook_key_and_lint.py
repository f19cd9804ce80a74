"""``askpro webhooks key|lint``: an event's key and where it was read; what is odd about it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.cli import Cli

from askpro_cli.webhooks.linting import lint
from askpro_cli.webhooks.samples.fresh import Fresh
from askpro_cli.webhooks.samples.known import SAMPLES

_FRESH = Fresh("0123456789ab", 1_795_396_920_000)


def _file(cli: Cli, document: Any) -> str:
    path = cli.cwd / "event.json"
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return str(path)


@pytest.mark.parametrize(
    ("document", "key", "key_from"),
    [
        ({"event": "call_ended", "call": {"call_id": "c1"}}, "retell:call_ended:c1", "event + call.call_id"),
        ({"object": "event", "id": "evt_1", "type": "invoice.paid"}, "stripe:evt_1", "id"),
        (
            {
                "triggerEvent": "BOOKING_CREATED",
                "createdAt": "2026-11-20T09:00:00Z",
                "payload": {"uid": "b1"},
            },
            "calcom:BOOKING_CREATED:b1:2026-11-20T09:00:00Z",
            "triggerEvent + payload.uid + createdAt",
        ),
    ],
)
def test_the_key_and_where_it_was_read(cli: Cli, document: Any, key: str, key_from: str) -> None:
    data = cli("webhooks", "key", _file(cli, document), "--json").ok().data
    assert (data["key"], data["key_from"]) == (key, key_from)


def test_the_key_of_a_sender_of_standard_webhooks(cli: Cli) -> None:
    arguments = ("webhooks", "key", _file(cli, {"type": "a.b"}), "--header", "webhook-id: msg_1", "--json")
    assert cli(*arguments).ok().data["key"] == "standard:msg_1"
    cli.user_file("webhook: {senders: {acme: {secret: c2VjcmV0}}}\n")
    assert cli(*arguments, "--provider", "acme").ok().data["key"] == "acme:msg_1"


def test_what_is_no_event_has_no_key(cli: Cli) -> None:
    assert "whose event" in cli("webhooks", "key", _file(cli, {})).exits(2).stderr
    assert "not JSON" in cli("webhooks", "key", _file(cli, b"x")).exits(2).stderr
    assert "an object" in cli("webhooks", "key", _file(cli, []), "--provider", "calcom").exits(2).stderr
    assert "there is no file" in cli("webhooks", "key", "nowhere.json").exits(3).stderr


@pytest.mark.parametrize(
    ("source", "event_type"), [(source, kind) for source, samples in SAMPLES.items() for kind in samples]
)
def test_nothing_is_odd_about_our_samples(source: str, event_type: str) -> None:
    body = json.dumps(SAMPLES[source][event_type](_FRESH)).encode()
    assert lint(source, body) == []


def _odd(cli: Cli, document: Any, *more: str) -> list[tuple[str, str]]:
    found = cli("webhooks", "lint", _file(cli, document), "--json", *more).exits(1)
    return [(finding["code"], finding["subject"]) for finding in found.json["findings"]]


def test_a_key_that_stands_twice(cli: Cli) -> None:
    body = b'{"event":"chat_started","chat":{"chat_id":"c1","chat_id":"c2"}}'
    assert _odd(cli, body) == [("HOOK021", "chat_id")]


def test_half_an_emoji(cli: Cli) -> None:
    assert _odd(cli, b'{"event":"chat_started","chat":{"chat_id":"c1","t":"\\ud83d"}}') == [
        ("HOOK021", "text")
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 200 + b"]" * 200])
def test_what_is_not_json(cli: Cli, body: bytes) -> None:
    assert _odd(cli, body) == [("HOOK021", "body")]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BOOKING.CREATED", "BOOKING_CREATED"),
        ("BOOKING_CONFIRMED", "BOOKING_"),
        ("booking_created", "BOOKING_CREATED"),
    ],
)
def test_a_trigger_cal_com_does_not_have(cli: Cli, name: str, meant: str) -> None:
    document = {"triggerEvent": name, "createdAt": "2026-11-20T09:00:00Z", "payload": {"uid": "b1"}}
    found = cli("webhooks", "lint", _file(cli, document), "--json").exits(1)
    (finding,) = found.json["findings"]
    assert finding["code"] == "HOOK022"
    assert meant in finding["hint"] or "nothing here handles it" in finding["hint"]


def test_fields_a_handler_needs(cli: Cli) -> None:
    document = {
        "triggerEvent": "BOOKING_RESCHEDULED",
        "createdAt": "2026-11-20T09:00:00Z",
        "payload": {"uid": "b1"},
    }
    subjects = {subject for code, subject in _odd(cli, document) if code == "HOOK023"}
    assert "payload.rescheduleUid" in subjects


def test_an_event_without_a_key_of_its_own(cli: Cli) -> None:
    codes = [code for code, _ in _odd(cli, {"event": "chat_started", "chat": {}})]
    assert codes == ["HOOK024"]


def test_what_is_no_event_at_all(cli: Cli) -> None:
    assert _odd(cli, {"a": 1}, "--provider", "stripe") == [("HOOK023", "body")]
