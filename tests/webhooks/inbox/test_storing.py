"""What the table says after events were stored; the same on every database."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from support.admissions import RECEIVED_MS, Request, admitted
from support.inboxes import change, events, rows

from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.records import Records
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.webhooks.arrivals import Admitted, Stored
from askpro_cli.webhooks.inbox import headers as kept_headers
from askpro_cli.webhooks.inbox.rows import key_hash_of
from askpro_cli.webhooks.inbox.storing import store


def keep(engine: Engine, *batch: Admitted) -> list[Stored]:
    return run_in_transaction(engine, lambda connection: store(connection, batch))


def test_an_event_is_kept_as_it_came_and_waits_for_a_worker(platform: Records, platform_url: str) -> None:
    """Raw body and headers byte for byte, but for what would let somebody in."""
    body = b'{"triggerEvent": "BOOKING_CREATED",\x00\xff "n": 1.0}'
    [stored] = keep(platform.engine, admitted("uid-1", body=body, company="salon"))
    [event] = events(platform_url)
    assert stored == Stored(event["id"], duplicate=False, correlation_id="c0ffee000001")
    key = "calcom:BOOKING_CREATED:uid-1"
    assert {name: event[name] for name in event if name not in ("id", "headers")} == {
        "source": "calcom",
        "event_type": "BOOKING_CREATED",
        "key_hash": key_hash_of("calcom", key),
        "dedup_key": key,
        "key_from": "trigger + uid + createdAt",
        "entity": "booking:uid-1",
        "state": "received",
        "reason": None,
        "attempts": 0,
        "hits": 1,
        "company": "salon",
        "secret_id": "webhook.secret_calcom#1:9f86d081",
        "correlation_id": "c0ffee000001",
        "replay_of": None,
        "received_at_ms": RECEIVED_MS,
        "last_seen_ms": RECEIVED_MS,
        "due_at_ms": 0,
        "claim_id": None,
        "claimed_by": None,
        "finished_at_ms": None,
        "client": "192.0.2.7",
        "path": "/webhooks/calcom",
        "body_hash": hashlib.sha256(body).hexdigest(),
        "body_size": len(body),
        "body": body,
    }
    assert event["headers"] == (
        b"Host: hooks.example.org\r\nContent-Type: application/json\r\n"
        b"X-Cal-Signature-256: " + b"0f" * 32 + b"\r\nAuthorization: ***\r\n"
    )


def test_a_duplicate_is_counted_and_answered_with_the_first_one(platform: Records, platform_url: str) -> None:
    [first] = keep(platform.engine, admitted())
    [again] = keep(platform.engine, admitted(received_ms=RECEIVED_MS + 5000, correlation_id="c0ffee000002"))
    assert again == Stored(first.event_id, duplicate=True, correlation_id="c0ffee000001")
    [event] = events(platform_url)
    assert (event["hits"], event["received_at_ms"], event["last_seen_ms"]) == (
        2,
        RECEIVED_MS,
        RECEIVED_MS + 5000,
    )


def test_the_same_key_twice_in_a_batch_is_one_event(platform: Records, platform_url: str) -> None:
    stored = keep(platform.engine, admitted("a"), admitted("b"), admitted("a"), admitted("a"))
    assert [one.duplicate for one in stored] == [False, False, True, True]
    assert len({stored[place].event_id for place in (0, 2, 3)}) == 1
    assert [event["hits"] for event in events(platform_url)] == [3, 1]


def test_ids_follow_the_order_of_arrival(platform: Records, platform_url: str) -> None:
    """Events of one booking are handled in the order of their ids."""
    names = [f"uid-{number:02}" for number in (5, 3, 9, 1, 7)]
    keep(platform.engine, admitted("earlier"))
    keep(platform.engine, *(admitted(name) for name in names))
    assert [event["entity"] for event in events(platform_url)][1:] == [f"booking:{name}" for name in names]


@pytest.mark.parametrize("state", ["failed", "dead"])
def test_a_duplicate_wakes_what_failed(platform: Records, platform_url: str, state: str) -> None:
    keep(platform.engine, admitted())
    change(
        platform_url,
        "UPDATE webhook_events SET state = :state, due_at_ms = NULL, attempts = 7, reason = 'no such staff',"
        " finished_at_ms = 5",
        state=state,
    )
    [again] = keep(platform.engine, admitted())
    assert again.duplicate
    assert again.woken
    [event] = events(platform_url)
    told = {name: event[name] for name in ("state", "due_at_ms", "attempts", "reason", "finished_at_ms")}
    assert told == {
        "state": "received",
        "due_at_ms": 0,
        "attempts": 0,
        "reason": None,
        "finished_at_ms": None,
    }


def test_what_is_woken_gets_its_body_back_where_it_was_let_go(platform: Records, platform_url: str) -> None:
    body = bytes(range(256))
    keep(platform.engine, admitted(body=body))
    change(
        platform_url,
        "UPDATE webhook_events SET state = 'dead', due_at_ms = NULL, body = NULL, headers = NULL",
    )
    keep(platform.engine, admitted(body=b"another one"))
    assert events(platform_url)[0]["body"] is None
    change(platform_url, "UPDATE webhook_events SET state = 'dead', due_at_ms = NULL")
    keep(platform.engine, admitted(body=body))
    [event] = events(platform_url)
    assert event["body"] == body
    assert event["headers"].startswith(b"Host: ")


@pytest.mark.parametrize("state", ["received", "claimed", "done", "ignored", "unhandled"])
def test_a_duplicate_of_anything_else_only_counts(platform: Records, platform_url: str, state: str) -> None:
    keep(platform.engine, admitted())
    change(platform_url, "UPDATE webhook_events SET state = :state, attempts = 1, reason = 'x'", state=state)
    [again] = keep(platform.engine, admitted())
    assert again.duplicate
    assert not again.woken
    [event] = events(platform_url)
    assert (event["state"], event["attempts"], event["reason"], event["hits"]) == (state, 1, "x", 2)


def test_another_body_under_the_same_key_is_a_conflict(platform: Records, platform_url: str) -> None:
    """The first one stands; the other one is kept beside it, once, and counted."""
    keep(platform.engine, admitted(body=b'{"price": 10}'))
    other = admitted(body=b'{"price": 99}', correlation_id="c0ffee000002")
    [again, same] = keep(platform.engine, other, admitted(body=b'{"price": 10}'))
    assert (again.duplicate, again.conflict) == (True, True)
    assert (same.duplicate, same.conflict) == (True, False)
    keep(platform.engine, other)
    [event] = events(platform_url)
    assert event["body"] == b'{"price": 10}'
    [conflict] = rows(platform_url, "SELECT * FROM webhook_conflicts")
    assert conflict["event_id"] == event["id"]
    assert (conflict["body"], conflict["hits"]) == (b'{"price": 99}', 2)
    assert b"not-for-the-records" not in conflict["headers"]


def test_any_bytes_may_be_in_conflict(platform: Records, platform_url: str) -> None:
    body = bytes(range(256))
    keep(platform.engine, admitted(), admitted(body=body, headers=[(b"X-Odd", bytes(range(128, 256)))]))
    [conflict] = rows(platform_url, "SELECT * FROM webhook_conflicts")
    assert (conflict["body"], conflict["headers"]) == (body, b"X-Odd: " + bytes(range(128, 256)) + b"\r\n")


def test_two_bodies_in_one_batch_are_an_event_and_a_conflict(platform: Records, platform_url: str) -> None:
    stored = keep(platform.engine, admitted(body=b"{}"), admitted(body=b"[]"))
    assert [(one.duplicate, one.conflict) for one in stored] == [(False, False), (True, True)]
    assert len(rows(platform_url, "SELECT id FROM webhook_conflicts")) == 1


def test_keys_of_different_sources_never_meet(platform: Records, platform_url: str) -> None:
    keep(platform.engine, admitted(source="calcom", key="x"), admitted(source="retell", key="x"))
    assert [event["source"] for event in events(platform_url)] == ["calcom", "retell"]


def test_keys_that_differ_in_case_or_blanks_never_meet(platform: Records, platform_url: str) -> None:
    keep(platform.engine, admitted(key="x"), admitted(key="X"), admitted(key="x "))
    assert len(events(platform_url)) == 3


def test_what_no_column_takes_is_cut_and_replaced(platform: Records, platform_url: str) -> None:
    """NUL, half a surrogate pair, endless names: an event is not lost for what its sender calls it."""
    odd = Request(
        event_type="BOOKING\x00CREATED\ud800" + "é" * 300,
        key="k\x00\ud800" + "ü" * 3000,
        entity="booking:\x00\ud83d" + "ß" * 400,
        client="fe80::1%ünet\x00",
        path="/webhooks/calcom?x=" + "ä\x00" * 900,
        secret_id="s" * 300,
    )
    [stored] = keep(platform.engine, odd.admitted())
    [event] = events(platform_url)
    assert event["id"] == stored.event_id
    assert event["event_type"].startswith("BOOKING�CREATED?é")
    assert len(event["event_type"]) == 100
    assert len(event["dedup_key"]) == 500
    assert event["client"] == "fe80::1%?net?"
    [again] = keep(platform.engine, odd.admitted())
    assert again.duplicate


def test_a_big_binary_body_is_kept_whole(platform: Records, platform_url: str) -> None:
    body = bytes(range(256)) * 8192
    keep(platform.engine, admitted(body=body))
    assert events(platform_url)[0]["body"] == body


def test_a_batch_larger_than_any_limit_on_variables_is_kept(platform: Records, platform_url: str) -> None:
    stored = keep(platform.engine, *(admitted(f"uid-{number}") for number in range(1200)))
    assert len({one.event_id for one in stored}) == len(events(platform_url)) == 1200


def test_nothing_is_kept_when_the_transaction_is_taken_back(platform: Records, platform_url: str) -> None:
    def store_and_fail(connection: Any) -> None:
        store(connection, [admitted()])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run_in_transaction(platform.engine, store_and_fail)
    assert events(platform_url) == []


def test_an_error_of_the_driver_is_one_of_sqlalchemy_without_values(records_url: str) -> None:
    change(records_url, "DROP TABLE webhook_conflicts")
    engine = open_engine(records_url)
    with pytest.raises(SQLAlchemyError) as caught, engine.begin() as connection:
        store(connection, [admitted(body=b"a person"), admitted(body=b"another person")])
    assert "person" not in str(caught.value)
    engine.dispose()


NAMES = st.text("abcdefghij-ABC", min_size=1, max_size=30).map(str.encode)
VALUES = st.binary(max_size=40).filter(lambda value: b"\r" not in value and b"\n" not in value)


@given(st.lists(st.tuples(NAMES, VALUES)))
def test_headers_come_back_as_they_were_kept(given_headers: list[tuple[bytes, bytes]]) -> None:
    back = kept_headers.unpacked(kept_headers.packed(given_headers))
    assert [name for name, _ in back] == [name for name, _ in given_headers]
    assert all(new in (old, b"***") for (_, new), (_, old) in zip(back, given_headers, strict=True))


@pytest.mark.parametrize(
    "name",
    [
        b"Authorization",
        b"proxy-authorization",
        b"Cookie",
        b"Set-Cookie",
        b"X-Api-Key",
        b"x-apikey",
        b"X-Gitlab-Token",
        b"Client-Secret",
        b"X-Password",
    ],
)
def test_credentials_are_masked(name: bytes) -> None:
    assert kept_headers.packed([(name, b"hunter2")]) == name + b": ***\r\n"


@pytest.mark.parametrize(
    "name",
    [b"X-Cal-Signature-256", b"Stripe-Signature", b"webhook-id", b"webhook-signature", b"X-Retell-Signature"],
)
def test_evidence_stays(name: bytes) -> None:
    assert kept_headers.packed([(name, b"abc")]) == name + b": abc\r\n"
