"""Opening an answer: the envelope, and the shapes that must never be half-parsed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from askpro_cli.base.errors import VendorError, VendorProtocolError, VendorServerError
from askpro_cli.calcom.wire.answers import open_answer
from askpro_cli.calcom.wire.headers import AnswerHead
from askpro_cli.calcom.wire.requests import WireRequest
from askpro_cli.calcom.wire.transport import WireAnswer

REQUEST = WireRequest("bookings.list", "GET", "/bookings?attendeeEmail=mia%40example.org", "2026-02-25")


def answer(status: int, document: Any) -> WireAnswer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return WireAnswer(status, AnswerHead(request_id="r1", retry_after=3.0), body)


def refusal_of(status: int, document: Any) -> VendorError:
    with pytest.raises(VendorError) as caught:
        open_answer(REQUEST, answer(status, document))
    return caught.value


def test_the_envelope_is_taken_off_once() -> None:
    inner = {"status": "success", "data": [1]}
    opened = open_answer(
        REQUEST, answer(200, {"status": "success", "data": inner, "pagination": {"totalItems": 1}})
    )
    assert opened.data == inner
    assert opened.pagination == {"totalItems": 1}


@pytest.mark.parametrize("status", [200, 400, 502])
def test_json_nested_beyond_all_reason_is_no_answer(status: int) -> None:
    error = refusal_of(status, b'{"status":"success","data":' + b"[" * 100_000)
    assert isinstance(error, VendorProtocolError if status != 502 else VendorServerError)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ({"eventTypeGroups": [], "profiles": []}, "event types"),
        ({"bookings": [], "recurringInfo": []}, "bookings"),
        ({"slots": {"2026-11-24": [{"time": "2026-11-24T08:00:00Z"}]}}, "slots"),
        ([{"uid": "a1", "startTime": "2026-11-24T08:00:00Z"}], "bookings"),
        ({"uid": "a1", "startTime": "2026-11-24T08:00:00Z", "responses": {}}, "bookings"),
        ([{"id": 1, "workingHours": []}], "schedules"),
        ([{"id": 1, "slug": "a", "length": 30}], "event types"),
    ],
)
def test_a_legacy_shape_is_recognised_with_the_version_to_blame(data: Any, what: str) -> None:
    error = refusal_of(200, {"status": "success", "data": data})
    assert isinstance(error, VendorProtocolError)
    assert f"legacy shape of {what}" in error.message
    assert "2026-02-25" in error.message
    assert "calcom.bookings_api_version" in (error.hint or "")
    assert error.details == {"sent_version": "2026-02-25"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"status":"success","data":[{"uid":"a',
        b"OK",
        b"\xff\xfe",
        b"[1]",
        b'"x"',
        b'{"data":[]}',
        b'{"status":"success"}',
    ],
)
def test_a_success_that_is_no_envelope_is_a_protocol_error(body: bytes) -> None:
    error = refusal_of(200, body)
    assert isinstance(error, VendorProtocolError)
    assert (error.status, error.request_id) == (200, "r1")
    assert error.fate_unknown, "a write answered so may have happened"
    assert "mia" not in error.message


def test_a_page_with_status_200_is_called_by_its_name() -> None:
    assert "an HTML page" in refusal_of(200, b"<!doctype html><html></html>").message


def test_a_redirect_is_not_followed_but_told() -> None:
    assert "redirect" in refusal_of(302, b"").message


def test_an_error_in_a_successful_answer_is_an_error() -> None:
    body = {"status": "error", "error": {"code": "X", "message": "went wrong"}}
    assert isinstance(refusal_of(200, body), VendorProtocolError)


def test_a_refusal_carries_request_id_and_time_to_wait() -> None:
    error = refusal_of(503, {"statusCode": 503, "message": "busy"})
    assert (error.request_id, error.retry_after) == ("r1", 3.0)
