"""Events as JSON, for the command line and the API: times in UTC, people masked unless it is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from askpro_cli.base.redaction import HIDDEN, redact
from askpro_cli.webhooks.inbox.headers import unpacked
from askpro_cli.webhooks.reading.listing import EventRow
from askpro_cli.webhooks.reading.showing import EventDetail


def iso_ms(milliseconds: int | None) -> str | None:
    """Return ``2026-11-23T09:00:00.123Z``; None for None, and for a time that no calendar has."""
    if milliseconds is None:
        return None
    try:
        instant = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_view(row: EventRow) -> dict[str, Any]:
    """Return an event without body and headers; there is nothing of a person in it."""
    return {
        "id": row.id,
        "source": row.source,
        "type": row.event_type,
        "state": row.state,
        "reason": row.reason,
        "company": row.company,
        "entity": row.entity,
        "key": row.dedup_key,
        "key_from": row.key_from,
        "attempts": row.attempts,
        "hits": row.hits,
        "received_at": iso_ms(row.received_at_ms),
        "last_seen_at": iso_ms(row.last_seen_ms),
        "next_at": next_at(row),
        "finished_at": iso_ms(row.finished_at_ms),
        "claimed_by": row.claimed_by,
        "secret_id": row.secret_id,
        "correlation_id": row.correlation_id,
        "replay_of": row.replay_of,
        "body_size": row.body_size,
    }


def next_at(row: EventRow) -> str | None:
    """Return when a worker may take the event: ``now``, a time, or None: not by itself."""
    return "now" if row.due_at_ms == 0 else iso_ms(row.due_at_ms)


def detail_view(detail: EventDetail, *, reveal: bool = False) -> dict[str, Any]:
    """Return an event with all that is kept about it.

    Args:
        detail: what was read.
        reveal: show people and the raw body; whoever asks for it writes that into the log.
    """
    return event_view(detail.row) | {
        "body_hash": detail.body_hash,
        "body_kept": detail.body is not None,
        "client": detail.client,
        "path": detail.path,
        "headers": [list(pair) for pair in headers_view(detail.headers)],
        "body": body_view(detail.body, reveal=reveal),
        "attempts_made": [_row(one, "started_at_ms", "ended_at_ms") for one in detail.attempts],
        "conflicts": [_row(one, "received_at_ms", "last_seen_ms") for one in detail.conflicts],
        "replays": [_row(one, "finished_at_ms") for one in detail.replays],
        "effects_left": [_row(one, "due_at_ms") for one in detail.effects],
        "replayed_as": list(detail.replayed_as),
    }


def headers_view(headers: bytes | None) -> list[tuple[str, str]]:
    """Return headers as text; a byte that is no ASCII is shown as the character of its number."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in unpacked(headers)]


def body_view(body: bytes | None, *, reveal: bool) -> Any:
    """Return a body: the JSON it is, masked; revealed as text, or as hex digits where it is none."""
    if body is None:
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body.hex() if reveal else HIDDEN
    if reveal:
        return text
    try:
        return redact(json.loads(text))
    except (ValueError, RecursionError):
        return HIDDEN


def _row(row: Any, *times: str) -> dict[str, Any]:
    """Return a row of a table as JSON, its times in UTC under names without their unit."""
    fields: Mapping[str, Any] = row._asdict()
    return {
        _time_name(name) if name in times else name: iso_ms(value) if name in times else value
        for name, value in fields.items()
    }


def _time_name(name: str) -> str:
    plain = name.removesuffix("_ms")
    return plain if plain.endswith("_at") else f"{plain}_at"
