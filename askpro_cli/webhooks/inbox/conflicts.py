"""Other bodies that came under the key of a stored event: findings, never events."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from askpro_cli.base.findings import Finding
from askpro_cli.platform.schema.webhooks import WebhookConflict, WebhookEvent
from askpro_cli.platform.tables import ascii_only
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.webhooks.checks import HOOK010


@dataclass(frozen=True, slots=True)
class Conflict:
    """One of them. Times: milliseconds since 1970 UTC."""

    id: int
    event_id: int
    source: str
    event_type: str
    dedup_key: str
    key_from: str
    first_body_hash: str
    body_hash: str
    hits: int
    received_at_ms: int
    last_seen_ms: int


_COLUMNS = (
    WebhookConflict.id,
    WebhookConflict.event_id,
    WebhookEvent.source,
    WebhookEvent.event_type,
    WebhookEvent.dedup_key,
    WebhookEvent.key_from,
    WebhookEvent.body_hash.label("first_body_hash"),
    WebhookConflict.body_hash,
    WebhookConflict.hits,
    WebhookConflict.received_at_ms,
    WebhookConflict.last_seen_ms,
)
_QUERY = select(*_COLUMNS).join(WebhookEvent, WebhookEvent.id == WebhookConflict.event_id)


def list_conflicts(session: TenantSession, *, source: str | None = None, limit: int = 100) -> list[Conflict]:
    """Return at most *limit*, the newest first."""
    query = _QUERY.order_by(WebhookConflict.id.desc()).limit(limit)
    if source is not None:
        query = query.where(WebhookEvent.source.in_(ascii_only(source)))
    return [Conflict(**row) for row in session.execute(query).mappings()]


def conflicts_of(session: TenantSession, event_id: int) -> list[Conflict]:
    """Return those of one event, the first first."""
    query = _QUERY.where(WebhookConflict.event_id == event_id).order_by(WebhookConflict.id)
    return [Conflict(**row) for row in session.execute(query).mappings()]


def finding_of(conflict: Conflict) -> Finding:
    """Return a conflict as a finding (HOOK010)."""
    return Finding(
        code=HOOK010.code,
        subject=f"event {conflict.event_id}",
        expected=f"body {conflict.first_body_hash[:12]} under {conflict.dedup_key}",
        actual=f"body {conflict.body_hash[:12]} as well",
        hint=f"askpro webhooks show {conflict.event_id}",
        severity=HOOK010.severity,
    )
