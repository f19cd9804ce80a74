"""``/api/v1/openapi.json``: this API in OpenAPI 3.1, made from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from starlette.responses import Response

from askpro_cli import __version__
from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.server.access import Access, Route, api_routes
from askpro_cli.server.api.call import Call
from askpro_cli.server.api.openapi_parts import COMPONENTS, QUERIES, RESULTS, SENT, SENT_KINDS

_REFUSALS: Mapping[int, str] = {
    400: "A parameter or the body is wrong; nothing was done",
    404: "No such thing",
    409: "Refused as things stand",
    413: "The body is too large",
    415: "The body is no JSON",
    503: "A store cannot be asked; Retry-After says when to try again",
}
_WITH_TOKEN: Mapping[int, str] = {
    401: "No token, or not a good one",
    403: "The token lacks the scope",
    429: "Too many requests; Retry-After says when to try again",
}
_PARAMETER = re.compile(r"\{(\w+)\}")


def openapi(call: Call) -> Response:
    """Answer the description."""
    return call.answer(description())


@cache
def description() -> dict[str, Any]:
    """Return the description of every route but those of signed senders."""
    paths: dict[str, dict[str, Any]] = {}
    for route in api_routes():
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    _, sent = msgspec.json.schema_components(SENT_KINDS, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "askpro", "version": __version__, "summary": "What the webhook daemon tells"},
        "paths": paths,
        "components": {
            "schemas": COMPONENTS | sent,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [*map(_path_parameter, _PARAMETER.findall(route.path)), *_query(route)],
        "responses": _responses(route),
        "security": [] if route.access is Access.PUBLIC else [{"token": []}],
    }
    if route.scope is not None:
        operation["x-askpro-scope"] = route.scope
    if route.name in SENT:
        operation["requestBody"] = {
            "required": route.name == "replay_start",
            "content": {"application/json": {"schema": _ref(SENT[route.name])}},
        }
    return operation


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_KEY}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in QUERIES.get(route.name, {}).items()
    ]


def _responses(route: Route) -> dict[str, Any]:
    result = RESULTS[route.name]
    content = {result.media_type: {"schema": _ref(result.schema)}} if result.schema else {"text/plain": {}}
    answers: dict[str, Any] = {
        str(status): {"description": told, "content": content} for status, told in result.statuses.items()
    }
    refusals = dict(_REFUSALS) if route.access is not Access.PUBLIC else {}
    refusals |= _WITH_TOKEN if route.access is not Access.PUBLIC else {}
    for status, told in refusals.items():
        error = {"application/json": {"schema": _ref("Error")}}
        answers.setdefault(str(status), {"description": told, "content": error})
    return dict(sorted(answers.items()))


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
