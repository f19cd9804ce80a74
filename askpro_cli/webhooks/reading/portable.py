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
from askpro_cli.webhooks.inbox.headers import unpacked
from askpro_cli.webhooks.inbox.rows import KEY_OF_COPIES, copy_hash_of, key_hash_of
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.reading.line_fields import (
    LATEST_MS,
    MOST_COUNTED,
    digest_of,
    headers_of,
    maybe_text_of,
    number_of,
    text_of,
)
from askpro_cli.webhooks.reading.selecting import conditions

VERSION = 1
PAGE = 200

_PLAIN = (
    *("source", "event_type", "key_hash", "dedup_key", "key_from", "entity", "state", "reason", "attempts"),
    *("hits", "company", "secret_id", "correlation_id", "received_at_ms", "last_seen_ms", "finished_at_ms"),
    *("client", "path", "body_hash", "body_size"),
)
_TEXTS = {"event_type": 100, "dedup_key": LONGEST_KEY}
_ASCII_TEXTS = {"source": 50, "key_from": 60, "correlation_id": 40}
_MAYBE_TEXTS = {"entity": LONGEST_ENTITY, "reason": LONGEST_REASON, "path": 500}
_MAYBE_ASCII_TEXTS = {"company": 63, "secret_id": 120, "client": 64}
_NUMBERS = {
    "received_at_ms": LATEST_MS,
    "last_seen_ms": LATEST_MS,
    "hits": MOST_COUNTED,
    "attempts": MOST_COUNTED,
}
_UNREADABLE = ("?", "\ufffd")
"""What stands in a key to read where the key itself holds what no database keeps."""
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
    columns: dict[str, Any] = {name: text_of(document, name, most) for name, most in _TEXTS.items()}
    columns |= {name: text_of(document, name, most, ascii_only=True) for name, most in _ASCII_TEXTS.items()}
    columns |= {name: maybe_text_of(document, name, most) for name, most in _MAYBE_TEXTS.items()}
    columns |= {
        name: maybe_text_of(document, name, most, ascii_only=True)
        for name, most in _MAYBE_ASCII_TEXTS.items()
    }
    columns |= {name: number_of(document, name, most) for name, most in _NUMBERS.items()}
    columns |= {"path": columns["path"] or "", "key_hash": _key_hash(document, columns)}
    body = _body(document)
    return columns | _of_body(document, body) | _of_state(document, again=again and body is not None)


def _parsed(line: str) -> Mapping[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidValueError("not a line of JSON") from error
    if not isinstance(document, dict) or document.get("askpro_event") != VERSION:
        raise InvalidValueError(f"not an event of askpro webhooks export (askpro_event: {VERSION})")
    return document


def _key_hash(document: Mapping[str, Any], columns: Mapping[str, Any]) -> str:
    """Return the hash of the key; under another one, an event would pass for a duplicate of a stranger."""
    digest, key = digest_of(document, "key_hash"), columns["dedup_key"]
    if len(key) >= LONGEST_KEY or any(mark in key for mark in _UNREADABLE):
        return digest  # the key was cut, or is not shown as it is
    made_here = columns["key_from"] == KEY_OF_COPIES
    if digest != (copy_hash_of(key) if made_here else key_hash_of(columns["source"], key)):
        raise InvalidValueError("key_hash: it is not that of the key")
    return digest


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
    digest = digest_of(document, "body_hash")
    if body is not None and hashlib.sha256(body).hexdigest() != digest:
        raise InvalidValueError("body: it was changed, its hash is another one")
    size = number_of(document, "body_size", MOST_COUNTED) if body is None else len(body)
    return {"body": body, "body_hash": digest, "body_size": size, "headers": headers_of(document)}


def _of_state(document: Mapping[str, Any], *, again: bool) -> dict[str, Any]:
    state = document.get("state")
    if state not in states.ALL:
        raise InvalidValueError(f"state: {state!r} is none"[:200])
    if state in _SETTLED and not again:
        finished = document.get("finished_at_ms")
        at_ms = None if finished is None else number_of(document, "finished_at_ms", LATEST_MS)
        return {"state": state, "due_at_ms": None, "finished_at_ms": at_ms}
    return {
        "state": states.RECEIVED,
        "due_at_ms": 0,
        "attempts": 0,
        "reason": None,
        "company": None,
        "finished_at_ms": None,
    }
