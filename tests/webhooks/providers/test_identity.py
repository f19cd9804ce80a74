"""What an event is, its key, where the key was read, and whose events are handled in order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.signed import NOW_MS, as_headers

from askpro_cli.webhooks.arrivals import Identity, Refusal
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.providers.matching import body_hash


def _identify(source: str, document: Any, **headers: str) -> Identity:
    body = json.dumps(document).encode()
    found = provider_of(source).identify(document, body, as_headers(headers))
    assert isinstance(found, Identity), found
    return found


def _booking(**payload: Any) -> dict[str, Any]:
    return {"triggerEvent": "BOOKING_CREATED", "createdAt": "2026-11-20T09:00:00.000Z", "payload": payload}


def test_a_booking_of_cal_com() -> None:
    assert _identify("calcom", _booking(uid="bk1")) == Identity(
        "BOOKING_CREATED",
        "calcom:BOOKING_CREATED:bk1:2026-11-20T09:00:00.000Z",
        "triggerEvent + payload.uid + createdAt",
        "booking:bk1",
    )


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        ({"bookingUid": "bk1"}, "payload.bookingUid"),
        ({"booking": {"uid": "bk1"}}, "payload.booking.uid"),
        ({"uid": "bk1", "bookingUid": "bk2", "rescheduleUid": "bk0"}, "payload.uid"),
    ],
)
def test_triggers_that_name_the_booking_elsewhere(payload: dict[str, Any], place: str) -> None:
    found = _identify("calcom", _booking(**payload))
    assert found.entity == "booking:bk1"
    assert found.key_from == f"triggerEvent + {place} + createdAt"


def test_a_started_meeting_is_flat() -> None:
    flat = {"triggerEvent": "MEETING_STARTED", "uid": "bk1", "createdAt": "2026-11-01T08:00:00Z", "id": 7}
    assert _identify("calcom", flat) == Identity(
        "MEETING_STARTED",
        "calcom:MEETING_STARTED:bk1:2026-11-01T08:00:00Z",
        "triggerEvent + uid + createdAt",
        "booking:bk1",
    )


def test_what_has_no_time_has_updated_at_or_its_body() -> None:
    document = {"triggerEvent": "BOOKING_PAID", "payload": {"uid": "bk1"}}
    found = _identify("calcom", document)
    assert found.key == f"calcom:BOOKING_PAID:bk1:{body_hash(json.dumps(document).encode())}"
    assert found.key_from == "triggerEvent + payload.uid + body hash"
    later = _identify("calcom", {**document, "updatedAt": "2026-11-20T10:00:00Z"})
    assert later.key == "calcom:BOOKING_PAID:bk1:2026-11-20T10:00:00Z"


@pytest.mark.parametrize("trigger", ["FORM_SUBMITTED", "OOO_CREATED", "PING"])
def test_what_names_no_booking_is_known_by_its_body(trigger: str) -> None:
    document = {"triggerEvent": trigger, "createdAt": "2026-11-20T09:00:00.000Z", "payload": {"formId": "f1"}}
    found = _identify("calcom", document)
    assert found == Identity(
        trigger, f"calcom:{trigger}:body:{body_hash(json.dumps(document).encode())}", "body hash"
    )


@pytest.mark.parametrize("event", ["call_started", "call_ended", "call_analyzed"])
def test_a_call_of_retell_has_one_event_of_a_kind(event: str) -> None:
    one = {"event": event, "call": {"call_id": "call_1", "call_status": "ended"}}
    again = {"event": event, "event_timestamp": 7, "call": {"call_id": "call_1", "call_status": "error"}}
    found = _identify("retell", one)
    assert found == Identity(event, f"retell:{event}:call_1", "event + call.call_id", "call:call_1")
    assert _identify("retell", again) == found


def test_a_chat_of_retell() -> None:
    found = _identify("retell", {"event": "chat_ended", "chat": {"chat_id": "chat_1"}})
    assert found == Identity("chat_ended", "retell:chat_ended:chat_1", "event + chat.chat_id", "chat:chat_1")


def test_transfers_of_one_call_are_told_apart_by_start_and_destination() -> None:
    def transfer(start: int, destination: str) -> str:
        call = {"call_id": "call_1", "start_timestamp": start}
        document = {"event": "transfer_started", "call": call, "transfer_destination": destination}
        return _identify("retell", document).key

    first = transfer(1, "+493023125001")
    assert first == transfer(1, "+493023125001")
    assert len({first, transfer(2, "+493023125001"), transfer(1, "+493023125002")}) == 3
    assert "+4930" not in first


def test_every_update_of_a_transcript_is_an_event_and_its_repetition_is_not() -> None:
    def update(text: str) -> Identity:
        call = {"call_id": "call_1", "transcript": text}
        return _identify("retell", {"event": "transcript_updated", "call": call})

    assert update("Guten") == update("Guten")
    assert update("Guten").key != update("Guten Tag").key
    assert update("Guten").entity == "call:call_1"


def test_a_ringing_call_has_its_id_where_retell_sends_one() -> None:
    ringing = {"from_number": "+493023125001", "to_number": "+493023125002"}
    with_id = _identify("retell", {"event": "call_inbound", "call_inbound": {**ringing, "call_id": "call_1"}})
    assert (with_id.key, with_id.entity) == ("retell:call_inbound:call_1", "call:call_1")


def test_a_ringing_call_without_an_id_is_not_taken_for_the_callers_last_one() -> None:
    document = {"event": "call_inbound", "call_inbound": {"from_number": "+493023125001"}}

    def ring(at_ms: int) -> Identity:
        return _identify("retell", document, **{"X-Retell-Signature": f"v={at_ms},d={'0' * 64}"})

    assert ring(NOW_MS) == ring(NOW_MS)
    assert ring(NOW_MS).key != ring(NOW_MS + 1).key
    assert ring(NOW_MS).entity is None
    assert "+4930" not in ring(NOW_MS).key


def test_an_event_of_stripe_is_its_id() -> None:
    document = {"id": "evt_1", "type": "invoice.paid", "created": 1, "data": {"object": {"id": "in_1"}}}
    found = _identify("stripe", document)
    assert found == Identity("invoice.paid", "stripe:evt_1", "id", "stripe:in_1")


def test_an_event_of_stripe_without_an_id_is_its_body() -> None:
    document = {"type": "invoice.paid", "id": 7}
    found = _identify("stripe", document)
    assert found.key == f"stripe:body:{body_hash(json.dumps(document).encode())}"


def test_a_sender_of_standard_webhooks_names_its_events_itself() -> None:
    found = _identify("acme", {"type": "contact.created"}, **{"Webhook-Id": "msg_1"})
    assert found == Identity("contact.created", "acme:msg_1", "webhook-id")
    assert _identify("other", [1, 2], **{"webhook-id": "msg_1"}) == Identity(
        "untyped", "other:msg_1", "webhook-id"
    )


@pytest.mark.parametrize("odd", ["x" * 5000, "a\u0000b", "line\nend"])
def test_an_id_that_no_column_takes_is_hashed(odd: str) -> None:
    found = _identify("stripe", {"type": "invoice.paid", "id": odd})
    assert found.key.startswith("stripe:sha256-")
    assert found.key_from == "id"


@pytest.mark.parametrize("source", ["calcom", "retell", "stripe"])
def test_a_type_that_no_column_takes_makes_it_no_event(source: str) -> None:
    odd_ones: list[Any] = ["x" * 101, "a\u0000b", "", 7, None, {}]
    for odd in odd_ones:
        document = {"triggerEvent": odd, "event": odd, "type": odd}
        assert isinstance(provider_of(source).identify(document, b"{}", []), Refusal)


def test_standard_webhooks_are_signed_with_an_id_of_the_body_where_none_is_given() -> None:
    from support.signed import SECRETS

    one = dict(provider_of("acme").sign(b"{}", SECRETS["acme"], NOW_MS))
    again = dict(provider_of("acme").sign(b"{}", SECRETS["acme"], NOW_MS))
    other = dict(provider_of("acme").sign(b"[]", SECRETS["acme"], NOW_MS))
    assert one["webhook-id"] == again["webhook-id"] != other["webhook-id"]
