"""What an error body of Cal.com says: its message, and its complaints field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

# "responses - {title}error_required_field, {notes}error_required_field" (the schema's own words)
_RESPONSES = re.compile(r"\{(?P<field>[^}]+)\}(?P<what>error_required_field|\w*_?validation_error|\w+)")
_UNKNOWN_PROPERTY = re.compile(r"property (?P<field>\S+) should not exist")
_MISSING_ANSWER = re.compile(r"required booking field response: (?P<field>\S+)", re.IGNORECASE)
_FIELD_IS = re.compile(r"^(?P<field>[A-Za-z]\w*(?:\.\w+)+)(?: - | )(?P<what>(?:must|Expected|should).+)$")
_WORDS = {"error_required_field": "is required", "email_validation_error": "is no e-mail address"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """The vendor's message and, by field path, what is wrong with each field."""

    message: str
    code: str = ""
    field_errors: dict[str, str] = field(default_factory=dict)


def read_complaint(body: bytes) -> Complaint | None:
    """Return what an error body says in either of its shapes, None when it is not Cal.com's JSON."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    error = document.get("error")
    inner = error if isinstance(error, dict) else document
    message = _message(inner) or (error if isinstance(error, str) else "")
    return Complaint(message, str(inner.get("code", "")), _field_errors(message, inner.get("details")))


def _message(document: dict[str, Any]) -> str:
    """Return the message; where the outer one only names the class, the inner one says more."""
    said = document.get("message")
    if isinstance(said, list):
        return ", ".join(map(str, said))
    return said if isinstance(said, str) else ""


def _field_errors(message: str, details: Any) -> dict[str, str]:
    found = dict(_from_text(message))
    if isinstance(details, dict) and isinstance(details.get("errors"), list):
        found.update(_from_tree(details["errors"]))
    return found


def _from_text(message: str) -> Iterator[tuple[str, str]]:
    if message.startswith("responses"):
        for match in _RESPONSES.finditer(message):
            yield f"responses.{match['field']}", _WORDS.get(match["what"], match["what"])
    for match in _UNKNOWN_PROPERTY.finditer(message):
        yield match["field"].rstrip(","), "should not exist"
    for match in _MISSING_ANSWER.finditer(message):
        yield f"bookingFieldsResponses.{match['field']}", "is required"
    direct = _FIELD_IS.match(message.strip())
    if direct:
        yield direct["field"], direct["what"]


def _from_tree(errors: list[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Walk the validation pipe's tree of properties, constraints and children."""
    for error in errors:
        if not isinstance(error, dict):
            continue
        name = f"{prefix}{error.get('property', '?')}"
        constraints = error.get("constraints")
        if isinstance(constraints, dict):
            yield name, ", ".join(map(str, constraints.values()))
        children = error.get("children")
        if isinstance(children, list):
            yield from _from_tree(children, f"{name}.")
