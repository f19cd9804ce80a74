"""Rules of operations, wherever they come from, and what breaks them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry

from support.contract.exchange import Exchange

Schema = Mapping[str, Any]
_PARAMETER = re.compile(r"\{\w+\}")
_INDEX = re.compile(r"\[\d+\]")

FORMATS = FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def _instant(value: object) -> bool:
    """Tell whether a text is an instant: with an offset, or it could mean any."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("uri", raises=ValueError)
def _uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


@FORMATS.checks("email")
def _email(value: object) -> bool:
    return not isinstance(value, str) or "@" in value


@FORMATS.checks("phone")
def _phone(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"\+[1-9]\d{5,14}", value) is not None


@dataclass(frozen=True)
class Operation:
    """What may be asked and answered.

    Attributes:
        template: the path, with ``{names}`` for single segments.
        versions: of ``cal-api-version``; None where every version is answered alike.
        query: by parameter name its schema; ``[0]`` stands for any index.
        needed: parameters that must be there.
        body: the schema of the request's body, None where there is none.
        answers: by status the schema of the answer's body; ``default`` for every other one.
        source: whose rules these are.
    """

    method: str
    template: str
    versions: frozenset[str] | None
    query: Mapping[str, Schema]
    needed: frozenset[str]
    body: Schema | None
    body_needed: bool
    answers: Mapping[str, Schema]
    source: str

    @property
    def label(self) -> str:
        return f"{self.method} {self.template}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(_PARAMETER.sub("[^/]+", self.template))

    def answers_version(self, version: str) -> bool:
        """Tell whether these rules hold for a version."""
        return self.versions is None or version in self.versions


@dataclass(frozen=True)
class Violation:
    """A place where a message breaks a rule."""

    operation: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.place}: {self.what}"


@dataclass
class Contract:
    """The rules of one source. *registry* holds what its schemas refer to."""

    name: str
    operations: list[Operation]
    registry: Registry[Any] = field(default_factory=Registry)

    def __post_init__(self) -> None:
        self._validators: dict[int, Draft202012Validator] = {}

    def find(self, method: str, path: str, version: str) -> Operation | None:
        """Return the operation of a path; one with fewer names in it wins, as in the vendor's router."""
        found = [
            entry
            for entry in self.operations
            if entry.method == method and entry.pattern.fullmatch(path) and entry.answers_version(version)
        ]
        return min(found, key=lambda entry: entry.template.count("{"), default=None)

    def breaches(self, exchange: Exchange, operation: Operation, *, request: bool) -> list[Violation]:
        """Return where an exchange breaks *operation*; with *request* what was asked is judged too."""
        found = list(self._request(exchange, operation)) if request else []
        return [*found, *self._answer(exchange, operation)]

    def _request(self, exchange: Exchange, operation: Operation) -> Iterator[Violation]:
        given = [(_INDEX.sub("[0]", name), value) for name, value in exchange.query]
        for name in operation.needed - {name for name, _ in given}:
            yield Violation(operation.label, f"query.{name}", "is required and missing")
        for name, value in given:
            if name not in operation.query:
                yield Violation(operation.label, f"query.{name}", "is no parameter of this operation")
            else:
                schema = operation.query[name]
                yield from self._judged(operation, f"query.{name}", schema, _typed(value, schema))
        if operation.body is None and exchange.asked not in (None, {}):
            yield Violation(operation.label, "body", "this operation takes none")
        elif operation.body is not None and (operation.body_needed or exchange.asked is not None):
            asked = {} if exchange.asked is None else exchange.asked
            yield from self._judged(operation, "body", operation.body, asked)

    def _answer(self, exchange: Exchange, operation: Operation) -> Iterator[Violation]:
        schema = operation.answers.get(str(exchange.status), operation.answers.get("default"))
        if schema is None or (exchange.succeeded and str(exchange.status) not in operation.answers):
            yield Violation(operation.label, "status", f"{exchange.status} is not described")
        else:
            yield from self._judged(operation, "answer", schema, exchange.answered)

    def _judged(self, operation: Operation, place: str, schema: Schema, value: Any) -> Iterator[Violation]:
        for error in self._validator(schema).iter_errors(value):
            for leaf in _leaves(error):
                yield Violation(operation.label, place + _path(leaf), leaf.message[:300])

    def _validator(self, schema: Schema) -> Draft202012Validator:
        known = self._validators.get(id(schema))
        if known is None:
            known = Draft202012Validator(schema, registry=self.registry, format_checker=FORMATS)
            self._validators[id(schema)] = known
        return known


def _typed(text: str, schema: Schema) -> Any:
    """Return a query value as the type its schema wants; the text itself where it cannot be that."""
    kind = schema.get("type")
    if kind == "array":
        return [_typed(part, schema.get("items", {})) for part in text.split(",")]
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind in ("number", "integer"):
        try:
            return float(text) if kind == "number" else int(text)
        except ValueError:
            return text
    return text


def _leaves(error: ValidationError) -> Iterable[ValidationError]:
    """Return what is wrong at the bottom; of several alternatives, in the one that came nearest."""
    if not error.context:
        return [error]
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).extend(_leaves(inner))
    return min(branches.values(), key=_distance)


def _distance(errors: list[ValidationError]) -> tuple[bool, int]:
    """Return how far a value is from an alternative: a wrong type at its root is the farthest."""
    return any(error.validator == "type" and not error.path for error in errors), len(errors)


def _path(error: ValidationError) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
