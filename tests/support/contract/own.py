"""Cal.com's operations in our own words: tests/contract/schemas/*.yaml, a shorthand for JSON Schema.

A page has ``types`` and ``routes``. A type or a value is written as

- a word: ``text``, ``filled``, ``number``, ``whole``, ``flag``, ``object``, ``instant``, ``day``, ``email``,
  ``any``, ``null``, or the name of a type; ``a | b`` is either, ``one of a, b`` one of these texts;
- a list of one entry: an array of it;
- a mapping: an object with these keys and no others; ``key?`` may be missing, ``"*"`` is any further key.

A route is ``METHOD /path/{name}`` with ``versions`` (missing: every version), ``query`` (``name?`` may be
missing), ``body`` (``body?`` may be missing) and ``answers`` by status.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from support.contract.rules import Contract, Operation, Schema

FOLDER = Path(__file__).resolve().parents[2] / "contract" / "schemas"
BASE = "urn:own"
_INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
WORDS: dict[str, Schema] = {
    "text": {"type": "string"},
    "filled": {"type": "string", "minLength": 1},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "flag": {"type": "boolean"},
    "object": {"type": "object"},
    "instant": {"type": "string", "format": "date-time", "pattern": _INSTANT},
    "day": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
    "time": {"type": "string", "pattern": r"^\d\d:\d\d$"},
    "email": {"type": "string", "format": "email"},
    "phone": {"type": "string", "format": "phone"},
    "uri": {"type": "string", "format": "uri"},
    "uuid": {"type": "string", "pattern": r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"},
    "any": {},
    "null": {"type": "null"},
}


class Shorthand:
    """Turns the shorthand into schemas; *types* are the names it may use."""

    def __init__(self, types: frozenset[str]) -> None:
        self._types = types

    def schema(self, said: Any) -> Schema:
        """Return what *said* means.

        Raises:
            ValueError: it is no word of the shorthand.
        """
        if isinstance(said, dict):
            return self._object(said)
        if isinstance(said, list):
            (item,) = said
            return {"type": "array", "items": self.schema(item)}
        return self._words("null" if said is None else str(said))

    def _object(self, said: dict[str, Any]) -> Schema:
        named = {name: value for name, value in said.items() if name != "*"}
        return {
            "type": "object",
            "properties": {name.rstrip("?"): self.schema(value) for name, value in named.items()},
            "required": [name for name in named if not name.endswith("?")],
            "additionalProperties": self.schema(said["*"]) if "*" in said else False,
        }

    def _words(self, said: str) -> Schema:
        if said.startswith("one of "):
            return {"type": "string", "enum": [part.strip() for part in said[7:].split(",")]}
        if "|" in said:
            return {"anyOf": [self._words(part.strip()) for part in said.split("|")]}
        if said.startswith("[") and said.endswith("]"):
            return {"type": "array", "items": self._words(said[1:-1])}
        if said in WORDS:
            return WORDS[said]
        if said not in self._types:
            message = f"{said!r} is no word of the shorthand and no type"
            raise ValueError(message)
        return {"$ref": f"{BASE}#/types/{said}"}


def _pages() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]


@cache
def own_contract() -> Contract:
    """Return the rules of our own pages."""
    pages = _pages()
    types = {name: said for page in pages for name, said in (page.get("types") or {}).items()}
    shorthand = Shorthand(frozenset(types))
    schemas = {name: shorthand.schema(said) for name, said in types.items()}
    resource = DRAFT202012.create_resource({"types": schemas})
    registry: Registry[Any] = Registry().with_resource(BASE, resource)
    operations = [
        operation
        for page in pages
        for label, routes in (page.get("routes") or {}).items()
        for operation in _operations(label, routes, shorthand)
    ]
    return Contract("own schemas", operations, registry)


def _operations(label: str, said: Any, shorthand: Shorthand) -> Iterator[Operation]:
    """Yield the operations of a route: one, or one for each group of versions."""
    method, _, template = label.partition(" ")
    for route in said if isinstance(said, list) else [said]:
        versions = route.get("versions")
        query = route.get("query") or {}
        body = route.get("body", route.get("body?"))
        yield Operation(
            method=method,
            template=template,
            versions=None if versions is None else frozenset(map(str, versions)),
            query={name.rstrip("?"): shorthand.schema(value) for name, value in query.items()},
            needed=frozenset(name for name in query if not name.endswith("?")),
            body=None if body is None else shorthand.schema(body),
            body_needed="body" in route,
            answers={
                **{str(status): shorthand.schema(answer) for status, answer in route["answers"].items()},
                "default": {},
            },
            source="own",
        )
