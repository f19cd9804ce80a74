"""The rules find what is wrong: a check that cannot fail holds nobody to anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.contract.corpus import Corpus
from support.contract.exchange import Exchange
from support.contract.openapi import openapi_contract
from support.contract.own import Shorthand, own_contract
from support.contract.refusals import refusal_breaches
from support.contract.rules import Operation
from support.contract.sources import rules

from askpro_cli.sandbox.vendor import ROUTES


def _said(corpus: Corpus, method: str, path: str, version: str = "2024-08-13") -> Exchange:
    """Return a successful exchange of the day."""
    return next(
        exchange
        for exchange in corpus.exchanges
        if exchange.succeeded
        and (exchange.method, exchange.path, exchange.version) == (method, path, version)
    )


def _told(exchange: Exchange) -> str:
    return "\n".join(map(str, rules().breaches(exchange)))


def _other(document: Any, **changes: Any) -> Any:
    """Return an answer whose data has other fields; None takes one away."""
    data = {key: value for key, value in {**document["data"], **changes}.items() if value is not None}
    return {**document, "data": data}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"uid": 17}, "answer.data.uid"),
        ({"start": None}, "'start' is a required property"),
        ({"status": "perhaps"}, "answer.data.status"),
        ({"invented": 1}, "'invented' was unexpected"),
        ({"attendees": [{"name": "X"}]}, "answer.data.attendees[0]"),
    ],
)
def test_a_wrong_answer_is_named_by_its_place(corpus: Corpus, changes: dict[str, Any], place: str) -> None:
    booked = _said(corpus, "POST", "/v2/bookings")
    assert not _told(booked)
    assert place in _told(replace(booked, answered=_other(booked.answered, **changes)))


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"eventTypeId": 101}, "is a required property"),
        ({"eventTypeId": 101, "start": "2026-11-24T09:00:00Z", "attendee": 3}, "body.attendee"),
        ("{", "body"),
    ],
)
def test_a_wrong_request_is_named_by_its_place(corpus: Corpus, body: Any, place: str) -> None:
    booked = _said(corpus, "POST", "/v2/bookings")
    assert place in _told(replace(booked, asked=body))


def test_what_nobody_described_may_not_be_asked(corpus: Corpus) -> None:
    booked = _said(corpus, "POST", "/v2/bookings")
    assert "'end' was unexpected" in _told(replace(booked, asked={**booked.asked, "end": "x"}))
    slots = _said(corpus, "GET", "/v2/slots", "2024-09-04")
    assert "query.lang" in _told(replace(slots, query=(*slots.query, ("lang", "de"))))
    assert "query.start" in _told(
        replace(slots, query=tuple(pair for pair in slots.query if pair[0] != "start"))
    )
    me = _said(corpus, "GET", "/v2/me")
    assert "this operation takes none" in _told(replace(me, asked={"a": 1}))


def test_a_query_value_must_be_of_its_type(corpus: Corpus) -> None:
    slots = _said(corpus, "GET", "/v2/slots", "2024-09-04")
    wrong = tuple((name, "soon" if name == "eventTypeId" else value) for name, value in slots.query)
    assert "query.eventTypeId" in _told(replace(slots, query=wrong))


def test_a_status_nobody_described_is_a_breach(corpus: Corpus) -> None:
    booked = _said(corpus, "POST", "/v2/bookings")
    assert "status: 200" in _told(replace(booked, status=200))


def test_a_version_of_another_resource_is_a_breach(corpus: Corpus) -> None:
    slots = _said(corpus, "GET", "/v2/slots", "2024-09-04")
    assert "is not described" in _told(replace(slots, version="2024-06-14"))


def test_an_operation_nobody_described_is_a_breach(corpus: Corpus) -> None:
    booked = _said(corpus, "POST", "/v2/bookings")
    assert "is not described" in _told(replace(booked, method="PUT"))


# --- refusals ---------------------------------------------------------------------------------------------


def refusal(status: int = 400, **changes: Any) -> Exchange:
    text = "Attempting to book a meeting in the past."
    error = {
        "code": "BadRequestException",
        "message": text,
        "details": {"message": text, "error": "Bad Request", "statusCode": status},
    }
    body = {
        "status": "error",
        "timestamp": "2026-11-23T08:00:00.000Z",
        "path": "/v2/bookings?take=1",
        "error": {**error, **changes.pop("error", {})},
    }
    return Exchange("POST", "/v2/bookings", (), "2024-08-13", None, status, {**body, **changes})


def bare(status: int, message: Any) -> Exchange:
    body = {"statusCode": status, "message": message}
    return Exchange("POST", "/v2/bookings", (), "2024-08-13", None, status, body)


def test_both_shapes_of_a_refusal_are_known() -> None:
    assert not refusal_breaches(refusal())
    assert not refusal_breaches(bare(409, "booking_conflict_error"))
    assert not refusal_breaches(bare(500, "Internal server error"))


@pytest.mark.parametrize(
    ("exchange", "place"),
    [
        (refusal(timestamp="2026-11-23 08:00"), ".timestamp"),
        (refusal(path="/v2/slots"), ".path"),
        (replace(refusal(), answered={**refusal().answered, "status": "success"}), ".status"),
        (refusal(hint="x"), ".hint"),
        (refusal(error={"code": "NotFoundException"}), ".error.code"),
        (refusal(error={"code": "NOT_FOUND"}), ".error.code"),
        (refusal(error={"details": {"message": "x", "error": "Bad Request", "statusCode": 400}}), "details"),
        (refusal(error={"details": {"eventTypeId": 5}}), "details.eventTypeId"),
        (refusal(error={"code": "BAD_REQUEST"}), ".error.details"),
        (refusal(error={"details": {"errors": []}}), ".error.message"),
        (refusal(error={"message": 5}), ".error.message"),
        (refusal(429, error={"code": "ThrottlerException"}), ".error.details"),
        (replace(refusal(), answered="<html>"), "not an object"),
        (replace(refusal(), answered={"status": "error", "error": "no"}), ".error"),
        (replace(bare(400, "no"), status=404), ".statusCode"),
        (bare(400, ""), ".message"),
    ],
)
def test_what_is_neither_is_told(exchange: Exchange, place: str) -> None:
    assert place in "\n".join(map(str, refusal_breaches(exchange)))


# --- where rules come from --------------------------------------------------------------------------------


def test_our_own_words_describe_every_route_of_the_sandbox() -> None:
    """The suite must hold messages to something on a machine without the vendor's file, too."""
    contract = own_contract()
    for route in ROUTES:
        path = route.pattern.replace("{", "").replace("}", "")
        for version in route.versions:
            assert contract.find(route.method, path, version), f"{route.method} {route.pattern} {version}"


def test_our_own_words_describe_nothing_that_is_not_there() -> None:
    routes = {(route.method, len(route.pattern.split("/"))) for route in ROUTES}
    assert {(entry.method, len(entry.template.split("/"))) for entry in own_contract().operations} <= routes


def test_the_shorthand_knows_its_words_only() -> None:
    short = Shorthand(frozenset({"thing"}))
    assert short.schema(["thing | null"])["items"]["anyOf"][1] == {"type": "null"}
    assert short.schema("one of a, b") == {"type": "string", "enum": ["a", "b"]}
    assert short.schema({"a?": "text"})["required"] == []
    with pytest.raises(ValueError, match="'thign' is no word"):
        short.schema("thign")


def _document(schema: dict[str, Any]) -> dict[str, Any]:
    operation = {
        "parameters": [
            {"in": "header", "name": "cal-api-version", "schema": {"default": "v1"}},
        ],
        "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
    }
    return {
        "info": {"title": "T", "version": "1"},
        "components": {"schemas": {"Thing": {"type": "object", "properties": {"a": {"type": "number"}}}}},
        "paths": {"/x/{id}": {"get": operation}, "/x/fixed": {"get": operation}},
    }


def _judge(schema: dict[str, Any], value: Any) -> list[str]:
    contract = openapi_contract(_document(schema))
    operation = contract.find("GET", "/x/1", "v1")
    assert operation is not None
    exchange = Exchange("GET", "/x/1", (), "v1", None, 200, value)
    return [breach.what for breach in contract.breaches(exchange, operation, request=True)]


def test_null_is_allowed_where_openapi_says_nullable() -> None:
    assert not _judge({"type": "string", "nullable": True}, None)
    assert _judge({"type": "string"}, None)
    assert not _judge({"nullable": True, "allOf": [{"$ref": "#/components/schemas/Thing"}]}, None)


def test_alternatives_need_not_exclude_each_other() -> None:
    thing = {"$ref": "#/components/schemas/Thing"}
    assert not _judge({"oneOf": [thing, thing]}, {"a": 1})


def test_of_several_alternatives_the_nearest_is_told() -> None:
    thing = {"$ref": "#/components/schemas/Thing"}
    assert _judge({"oneOf": [{"type": "array"}, thing]}, {"a": "x"}) == ["'x' is not of type 'number'"]


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("date-time", "2026-11-24T09:00:00.000Z", "2026-11-24T09:00:00"),
        ("uri", "https://example.org", "example"),
        ("email", "a@example.org", "example.org"),
        ("phone", "+493023125010", "030 23125010"),
    ],
)
def test_formats_are_checked(kind: str, right: str, wrong: str) -> None:
    assert not _judge({"type": "string", "format": kind}, right)
    assert _judge({"type": "string", "format": kind}, wrong)


def test_a_fixed_path_stands_before_one_with_a_name() -> None:
    found = openapi_contract(_document({})).find("GET", "/x/fixed", "v1")
    assert isinstance(found, Operation)
    assert found.template == "/x/fixed"
