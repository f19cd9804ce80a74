"""What senders are told, by real requests: docs/webhook-responses.md, cell by cell."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from support.daemon import Serving, ask, post, request, signed
from support.webhook_requests import booking_body

from askpro_cli.base.errors import IntakeFullError, IntakeUnavailableError
from askpro_cli.webhooks.arrivals import Cause, Secret

CALCOM = booking_body(1, "uid")
RETELL = json.dumps({"event": "call_ended", "call": {"call_id": "call_1", "call_type": "web_call"}}).encode()
STRIPE = json.dumps(
    {"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {"object": {}}}
).encode()
SENDER = json.dumps({"type": "order.paid", "timestamp": "2026-11-23T09:00:00Z", "data": {}}).encode()
BODIES: Mapping[str, bytes] = {"calcom": CALCOM, "retell": RETELL, "stripe": STRIPE, "shop": SENDER}
STATUS: Mapping[str, int] = {"calcom": 200, "retell": 204, "stripe": 200, "shop": 202}
ID = re.compile(r"[0-9a-f]{12}")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.mark.parametrize("source", BODIES)
def test_what_was_kept_gets_the_answer_its_sender_wants(memory: Serving, source: str) -> None:
    first = post(memory.port, source, BODIES[source], now_ms())
    again = post(memory.port, source, BODIES[source], now_ms())
    assert (first.status, again.status) == (STATUS[source], STATUS[source])
    assert ID.fullmatch(first.headers["x-correlation-id"])
    if source == "retell":
        assert (first.body, again.body) == (b"", b"")
        assert "content-length" not in first.headers
    else:
        told = first.headers["x-correlation-id"]
        assert json.loads(first.body) == {"status": "accepted", "correlation_id": told}
        assert json.loads(again.body)["status"] == "duplicate"
    assert memory.count("accepted", source) == memory.count("duplicate", source) == 1


def test_another_body_under_the_same_key_is_answered_as_a_duplicate(memory: Serving) -> None:
    other = CALCOM.replace(b"Salon", b"Laden")
    post(memory.port, "calcom", CALCOM, now_ms())
    answer = post(memory.port, "calcom", other, now_ms())
    assert (answer.status, json.loads(answer.body)["status"]) == (200, "duplicate")
    assert memory.count("conflict") == 1


def refused(memory: Serving, data: bytes) -> tuple[int, str, Mapping[str, str]]:
    answer = ask(memory.port, data)
    told: dict[str, Any] = json.loads(answer.body)
    assert set(told) == {"error", "message", "correlation_id"}
    assert told["correlation_id"] == answer.headers["x-correlation-id"]
    return answer.status, told["error"], answer.headers


def test_a_wrong_signature_is_401_and_says_not_which_check_failed(memory: Serving) -> None:
    wrong = [("X-Cal-Signature-256", "0" * 64)]
    missing: list[tuple[str, str]] = []
    told = [refused(memory, request("/webhooks/calcom", CALCOM, headers))[:2] for headers in (wrong, missing)]
    assert told == [(401, "invalid_signature")] * 2
    assert [refusal.cause for _, refusal in memory.inbox.rejected] == [
        Cause.SIGNATURE_WRONG,
        Cause.SIGNATURE_MISSING,
    ]
    assert memory.inbox.rejected[0][0].body == CALCOM


def test_a_signature_of_yesterday_is_401(memory: Serving) -> None:
    headers = signed("retell", RETELL, now_ms() - 86_400_000)
    assert refused(memory, request("/webhooks/retell", RETELL, headers))[:2] == (401, "invalid_signature")
    assert memory.count(Cause.TOO_OLD, "retell") == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"{", "not_json"), (b"\xff\xfe", "not_json"), (b"[]", "not_an_event"), (b"", "not_json")],
)
def test_what_is_signed_but_no_event_is_400(memory: Serving, body: bytes, error: str) -> None:
    data = request("/webhooks/calcom", body, signed("calcom", body, now_ms()))
    assert refused(memory, data)[:2] == (400, error)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_another_method_is_405(memory: Serving, method: str) -> None:
    status, error, headers = refused(memory, request("/webhooks/calcom", method=method))
    assert (status, error, headers["allow"]) == (405, "method_not_allowed", "POST")


@pytest.mark.parametrize(
    "header",
    [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Type", "text/plain"),
        ("Content-Type", "application/json; charset=iso-8859-1"),
        ("Content-Type", "application/jsonp"),
        ("Content-Encoding", "gzip"),
        ("Content-Encoding", "br"),
    ],
)
def test_another_type_or_encoding_is_415(memory: Serving, header: tuple[str, str]) -> None:
    data = request("/webhooks/calcom", CALCOM, [*signed("calcom", CALCOM, now_ms()), header])
    assert refused(memory, data)[:2] == (415, "unsupported_media_type")
    assert not memory.inbox.kept


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        'application/json; charset="utf-8"',
        "application/cloudevents+json",
    ],
)
def test_json_by_any_of_its_names_is_read(memory: Serving, kind: str) -> None:
    headers = [*signed("calcom", CALCOM, now_ms()), ("Content-Type", kind), ("Content-Encoding", "identity")]
    assert ask(memory.port, request("/webhooks/calcom", CALCOM, headers)).status == 200


@pytest.mark.parametrize(
    "path", ["/webhooks/nobody", "/webhooks/", "/webhooks/calcom/", "/webhooks/calcom/x"]
)
def test_an_unknown_path_is_404_and_remembered(memory: Serving, path: str) -> None:
    assert refused(memory, request(path, CALCOM))[:2] == (404, "not_found")
    arrival, refusal = memory.inbox.rejected[0]
    assert (arrival.path, arrival.body, refusal.cause) == (path, CALCOM, Cause.UNKNOWN_ROUTE)


def test_a_full_queue_is_503_and_says_when_to_try_again(memory: Serving) -> None:
    async def full(_admitted: object) -> None:
        raise IntakeFullError("full", retry_after=2.2)

    memory.inbox.keeping = full
    status, error, headers = refused(memory, request("/webhooks/calcom", CALCOM, signed("calcom", CALCOM, 0)))
    assert (status, error, headers["retry-after"]) == (503, "busy", "3")
    assert memory.count("full") == 1


def test_a_database_that_keeps_nothing_is_503(memory: Serving) -> None:
    async def gone(_admitted: object) -> None:
        raise IntakeUnavailableError("gone", retry_after=5)

    memory.inbox.keeping = gone
    status, error, headers = refused(memory, request("/webhooks/calcom", CALCOM, signed("calcom", CALCOM, 0)))
    assert (status, error, headers["retry-after"]) == (503, "unavailable", "5")


def test_a_bug_is_500_and_logged_without_what_the_sender_sent(memory: Serving) -> None:
    async def broken(_admitted: object) -> None:
        await asyncio.sleep(0)
        raise ValueError("Gast 1")

    memory.inbox.keeping = broken
    status, error, headers = refused(memory, request("/webhooks/calcom", CALCOM, signed("calcom", CALCOM, 0)))
    assert (status, error) == (500, "internal")
    bug = next(fields for name, fields in memory.log.events if name == "intake.bug")
    assert (bug["error"], bug["correlation_id"]) == ("ValueError", headers["x-correlation-id"])
    assert "Gast" not in str(bug)


def test_a_mistake_while_secrets_are_read_again_leaves_the_old_ones(memory: Serving) -> None:
    def mistaken() -> Mapping[str, Sequence[Secret]]:
        message = "quotes what was read"
        raise RuntimeError(message)

    memory.daemon.secrets._load = mistaken  # type: ignore[attr-defined]
    assert not asyncio.run(memory.daemon.reload())
    assert ("daemon.reload_failed", "RuntimeError") in [
        (name, told.get("reason")) for name, told in memory.log.events
    ]
    body = booking_body(1, "p")
    assert ask(memory.port, request("/webhooks/calcom", body, signed("calcom", body, 0))).status == 200


def test_the_sender_does_not_choose_the_correlation_id(memory: Serving) -> None:
    theirs = [("X-Request-Id", "theirs"), ("X-Correlation-Id", "theirs")]
    data = request("/webhooks/calcom", CALCOM, [*signed("calcom", CALCOM, 0), *theirs])
    answer = ask(memory.port, data)
    kept = memory.inbox.kept[0].arrival
    assert ID.fullmatch(kept.correlation_id)
    assert kept.correlation_id == answer.headers["x-correlation-id"]


def test_an_arrival_is_what_came_byte_for_byte(memory: Serving) -> None:
    headers = [("X-oDd-NaMe", "a  b\tc"), ("X-Odd-Name", "\xe4"), *signed("calcom", CALCOM, 0)]
    ask(memory.port, request("/webhooks/calcom?from=here&from=there", CALCOM, headers))
    arrival = memory.inbox.kept[0].arrival
    assert arrival.body == CALCOM
    assert arrival.path == "/webhooks/calcom?from=here&from=there"
    assert arrival.client == "127.0.0.1"
    names = [name for name, _ in arrival.headers]
    assert names[:3] == [b"Host", b"X-oDd-NaMe", b"X-Odd-Name"]
    assert dict(arrival.headers)[b"X-oDd-NaMe"] == b"a  b\tc"
    assert dict(arrival.headers)[b"X-Odd-Name"] == b"\xe4"
    assert abs(arrival.received_ms - now_ms()) < 60_000


INBOUND = json.dumps(
    {"event": "call_inbound", "call_inbound": {"from_number": "+493023125001", "to_number": "+493023125002"}}
).encode()


def inbound(memory: Serving, body: bytes, headers: list[tuple[str, str]]) -> tuple[int, bytes]:
    answer = ask(memory.port, request("/webhooks/retell/inbound", body, headers))
    return answer.status, answer.body


def test_a_call_is_answered_although_keeping_takes_long(memory: Serving) -> None:
    async def slow(_admitted: object) -> None:
        await asyncio.sleep(0.5)

    memory.inbox.keeping = slow
    assert inbound(memory, INBOUND, signed("retell", INBOUND, now_ms())) == (200, b'{"call_inbound":{}}')
    assert memory.inbox.kept == []


def test_a_call_goes_on_although_nothing_can_be_kept(memory: Serving) -> None:
    async def gone(_admitted: object) -> None:
        raise IntakeUnavailableError("gone")

    memory.inbox.keeping = gone
    assert inbound(memory, INBOUND, signed("retell", INBOUND, now_ms())) == (200, b'{"call_inbound":{}}')


def test_a_call_with_a_wrong_signature_is_401(memory: Serving) -> None:
    assert inbound(memory, INBOUND, signed("retell", INBOUND, now_ms(), "another secret"))[0] == 401


def test_a_signed_call_in_a_shape_nobody_knows_goes_on(memory: Serving) -> None:
    body = b'{"something": "new"}'
    assert inbound(memory, body, signed("retell", body, now_ms())) == (200, b'{"call_inbound":{}}')


def test_everything_else_is_the_api(memory: Serving) -> None:
    assert ask(memory.port, request("/healthz", method="GET")).status == 200
    assert ask(memory.port, request("/webhook/calcom", method="GET")).status == 404
