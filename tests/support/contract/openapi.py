"""The vendor's OpenAPI 3.0 description as rules.

Three things are read more strictly or more loosely than the letter, because of how the file is made
(generated from TypeScript classes):

- an object that lists its properties has no others: the vendor's own pipes refuse unknown keys, and a field
  nobody described is a field nobody may rely on;
- ``oneOf`` is read as *any of*: the classes are not exclusive, a recurring booking is a booking too;
- the ``default`` of the version header is its only value; its text says so ("must be set to").
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from referencing import Registry
from referencing.jsonschema import DRAFT202012

from support.contract.rules import Contract, Operation, Schema

BASE = "urn:vendor"
_VERSION = "cal-api-version"
_METHODS = ("get", "post", "put", "patch", "delete")
_KEPT = (
    "type",
    "enum",
    "required",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "maxProperties",
)


def read_openapi(path: Path) -> dict[str, Any]:
    """Return the document; refuse another version of OpenAPI than the one this module understands."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert str(document.get("openapi", "")).startswith("3.0"), f"{path.name} is no OpenAPI 3.0 document"
    return document


def openapi_contract(document: dict[str, Any]) -> Contract:
    """Return the rules of a document that was corrected by the errata, or was not."""
    schemas = {name: translated(schema) for name, schema in document["components"]["schemas"].items()}
    resource = DRAFT202012.create_resource({"components": {"schemas": schemas}})
    registry: Registry[Any] = Registry().with_resource(BASE, resource)
    info = document["info"]
    name = f"{info['title']} {info['version']} ({len(document['paths'])} paths)"
    return Contract(name, list(_operations(document)), registry)


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for template, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in _METHODS:
                yield _operation(method.upper(), template, operation)


def _operation(method: str, template: str, operation: dict[str, Any]) -> Operation:
    parameters = operation.get("parameters", [])
    query = {entry["name"]: entry for entry in parameters if entry["in"] == "query"}
    body = operation.get("requestBody", {})
    return Operation(
        method=method,
        template=template,
        versions=_versions(parameters),
        query={name: translated(entry["schema"]) for name, entry in query.items()},
        needed=frozenset(name for name, entry in query.items() if entry.get("required")),
        body=_json_schema(body),
        body_needed=bool(body.get("required")),
        answers={status: _json_schema(answer) or {} for status, answer in operation["responses"].items()},
        source="vendor",
    )


def _versions(parameters: list[dict[str, Any]]) -> frozenset[str] | None:
    for entry in parameters:
        if entry["in"] == "header" and entry["name"].lower() == _VERSION:
            schema = entry["schema"]
            allowed = schema.get("enum") or [schema[key] for key in ("default",) if key in schema]
            return frozenset(allowed) or None
    return None


def _json_schema(message: dict[str, Any]) -> Schema | None:
    content = message.get("content", {}).get("application/json")
    return None if content is None else translated(content.get("schema", {}))


def translated(schema: dict[str, Any]) -> Schema:
    """Return an OpenAPI 3.0 schema as JSON Schema 2020-12."""
    if "$ref" in schema:
        return {"$ref": BASE + schema["$ref"]}
    found: dict[str, Any] = {key: schema[key] for key in _KEPT if key in schema}
    for ours, theirs in (("anyOf", "anyOf"), ("anyOf", "oneOf"), ("allOf", "allOf")):
        if theirs in schema:
            found[ours] = [translated(item) for item in schema[theirs]]
    if "items" in schema:
        found["items"] = translated(schema["items"])
    _object(schema, found)
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") else found


def _object(schema: dict[str, Any], found: dict[str, Any]) -> None:
    if schema.get("properties"):
        found["properties"] = {name: translated(item) for name, item in schema["properties"].items()}
        found["additionalProperties"] = False
    more = schema.get("additionalProperties")
    if more is not None:
        found["additionalProperties"] = translated(more) if isinstance(more, dict) else more
