"""Events out of one inbox and into another: one JSON document an event.

The raw body is text where it is UTF-8 (``body``), else base64 (``body_base64``), so it comes back byte for
byte. Header bytes are written as the characters of their numbers. Conflicts are findings, never exported.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.platform.schema.webhooks import LONGEST_ENTITY, LONGEST_KEY, LONGEST_REASON
from askpro_cli.webhooks import states
from askpro_cli.webhooks.inbox.headers import packed, unpacked
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.reading.selecting import conditions

VERSION = 1
PAGE = 200

_PLAIN = (
    *("source", "event_type", "key_hash", "dedup_key", "key_from", "entity", "state", "reason", "attempts"),
    *("hits", "company", "secret_id", "correlation_id", "received_at_ms", "last_seen_ms", "finished_at_ms"),
    *("client", "path", "body_hash", "body_size"),
)
_TEXTS = {
    "source": 50,
    "event_type": 100,
    "key_hash": 64,
    "dedup_key": LONGEST_KEY,
    "key_from": 60,
    "correlation_id": 40,
    "state": 10,
}
_MAYBE_TEXTS = {
    "entity": LONGEST_ENTITY,
    "reason": LONGEST_REASON,
    "company": 63,
    "secret_id": 120,
    "client": 64,
    "path": 500,
}
_NUMBERS = ("received_at_ms", "last_seen_ms", "hits", "attempts")
_LARGEST = 2**62
_SETTLED = (states.DONE, states.DEAD, states.IGNORED, states.UNHANDLED)


def export_events(records: Records, criteria: Criteria, *, limit: int | None = None) -> Iterator[str]:
    """Yield a line of JSON for each event that matches, the oldest first; read in small transactions.

    The bodies are whole: whoever asks for them writes that into the log.
    """
    last, left = 0, limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        rows = records.run_in_transaction(
            lambda session, after=last, size=size: _page(session, criteria, after, size),  # type: ignore[misc]
            context="export events",
        )
        for row in rows:
            yield json.dumps(_document(row), ensure_ascii=False)
        if len(rows) < size:
            return
        last = rows[-1].id
        left = None if left is None else left - len(rows)


def _page(session: Session, criteria: Criteria, after: int, size: int) -> list[WebhookEvent]:
    query = select(WebhookEvent).where(*conditions(criteria), WebhookEvent.id > after)
    return list(session.scalars(query.order_by(WebhookEvent.id).limit(size)))


def _document(row: WebhookEvent) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in _PLAIN}
    headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in unpacked(row.headers)]
    return {"askpro_event": VERSION, "id": row.id, **kept, "headers": headers, **_body_fields(row.body)}


def _body_fields(body: bytes | None) -> dict[str, Any]:
    if body is None:
        return {"body": None}
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}


def event_of_line(line: str, *, again: bool = False) -> dict[str, Any]:
    """Return the columns of an exported event.

    What was over stays as it was; what was not is received and handled here.

    Args:
        line: one document of :func:`export_events`.
        again: let all be handled here.

    Raises:
        InvalidValueError: no such document, or a value that cannot be.
    """
    document = _parsed(line)
    columns: dict[str, Any] = {name: _text(document, name, most) for name, most in _TEXTS.items()}
    columns |= {name: _text(document, name, most, optional=True) for name, most in _MAYBE_TEXTS.items()}
    columns |= {name: _number(document, name) for name in _NUMBERS}
    columns["path"] = columns["path"] or ""
    body = _body(document)
    return columns | _of_body(document, body) | _of_state(columns, document, again=again and body is not None)


def _parsed(line: str) -> Mapping[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidValueError("not a line of JSON") from error
    if not isinstance(document, dict) or document.get("askpro_event") != VERSION:
        raise InvalidValueError(f"not an event of askpro webhooks export (askpro_event: {VERSION})")
    return document


def _text(document: Mapping[str, Any], name: str, most: int, *, optional: bool = False) -> str | None:
    value = document.get(name)
    if value is None and optional:
        return None
    if not isinstance(value, str) or len(value) > most or not (value or optional):
        raise InvalidValueError(f"{name}: not a text of at most {most} characters")
    return value


def _number(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST:
        raise InvalidValueError(f"{name}: not a whole number")
    return value


def _body(document: Mapping[str, Any]) -> bytes | None:
    encoded = document.get("body_base64")
    try:
        if encoded is not None:
            return base64.b64decode(encoded, validate=True)
        text = document.get("body")
        return None if text is None else str(text).encode()
    except (binascii.Error, TypeError, ValueError) as error:
        raise InvalidValueError("body: cannot be read") from error


def _of_body(document: Mapping[str, Any], body: bytes | None) -> dict[str, Any]:
    """Return what is kept of the body; a body that is not the one of its hash was changed on its way."""
    digest = _text(document, "body_hash", 64)
    if body is not None and hashlib.sha256(body).hexdigest() != digest:
        raise InvalidValueError("body: it was changed, its hash is another one")
    size = _number(document, "body_size") if body is None else len(body)
    return {"body": body, "body_hash": digest, "body_size": size, "headers": _headers(document)}


def _headers(document: Mapping[str, Any]) -> bytes | None:
    try:
        pairs = [
            (str(name).encode("latin-1"), str(value).encode("latin-1"))
            for name, value in document.get("headers") or ()
        ]
    except (TypeError, ValueError) as error:
        raise InvalidValueError("headers: not pairs of a name and a value") from error
    if any(b"\r" in part or b"\n" in part for pair in pairs for part in pair):
        raise InvalidValueError("headers: a line break in one")
    return packed(pairs)


def _of_state(columns: Mapping[str, Any], document: Mapping[str, Any], *, again: bool) -> dict[str, Any]:
    state = columns["state"]
    if state not in states.ALL:
        raise InvalidValueError(f"state: {state!r} is none")
    if state in _SETTLED and not again:
        finished = document.get("finished_at_ms")
        return {"due_at_ms": None, "finished_at_ms": finished if isinstance(finished, int) else None}
    return {
        "state": states.RECEIVED,
        "due_at_ms": 0,
        "attempts": 0,
        "reason": None,
        "company": None,
        "finished_at_ms": None,
    }
