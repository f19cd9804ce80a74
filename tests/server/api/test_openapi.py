"""The API against its own description: schemathesis finds no 5xx, and no answer it does not describe."""

from __future__ import annotations

import re
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from support.inbox_rows import put_event, put_rejection
from support.served import Served

from askpro_cli.server.access import SCOPES, Route, api_routes
from askpro_cli.server.api.openapi import description
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.replay.filling import create_job
from askpro_cli.webhooks.replay.options import ReplayOptions

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_ROUTES = [route for route in api_routes() if route.name != "health_calcom"]


def _takes_something(route: Route) -> bool:
    operation = description()["paths"][route.path][route.method.lower()]
    return bool(operation["parameters"]) or "requestBody" in operation


def test_the_description_has_every_route_and_its_scope() -> None:
    described = {
        (method.upper(), path): operation
        for path, operations in description()["paths"].items()
        for method, operation in operations.items()
    }
    assert set(described) == {(route.method, route.path) for route in api_routes()}
    for route in api_routes():
        operation = described[route.method, route.path]
        assert operation["operationId"] == route.name
        assert operation.get("x-askpro-scope") == route.scope
        named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", route.path))


def test_it_is_answered_to_any_token(served_embedded: Served) -> None:
    answer = served_embedded.ask("/api/v1/openapi.json", token=served_embedded.token("metrics:read"))
    assert answer.json() == description()


def test_what_is_described_gets_no_server_error(served: Served) -> None:
    schema = _prepared(served)
    for route in _ROUTES:
        _hold(schema, route, GenerationMode.POSITIVE, CHECKS)


def test_what_is_not_described_is_refused(served_embedded: Served) -> None:
    schema = _prepared(served_embedded)
    for route in filter(_takes_something, _ROUTES):
        _hold(schema, route, GenerationMode.NEGATIVE, [*CHECKS, negative_data_rejection])


def _prepared(served: Served) -> Any:
    """Put one of each there, and return the description as a token that may do all reads it."""
    served.api.limiter.wait_for = lambda *_: 0.0  # type: ignore[method-assign]
    records = served.daemon.records
    put_event(records)
    put_rejection(records)
    create_job(
        records, Criteria(ids=(1,)), ReplayOptions(), requested_by="a test", correlation_id="0123456789ab"
    )
    headers = {"Authorization": f"Bearer {served.token(*SCOPES)}"}
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", served.api, headers=headers), headers


def _hold(prepared: Any, route: Route, mode: GenerationMode, checks: list[Any]) -> None:
    """Send what schemathesis makes of the description, and hold the answers to it."""
    schema, headers = prepared

    @given(case=schema[route.path][route.method].as_strategy(generation_mode=mode))
    @settings(
        max_examples=12,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def holds(case: Case[Any]) -> None:
        case.call_and_validate(headers=headers, checks=checks)

    holds()
