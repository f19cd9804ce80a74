"""Other bodies that came under the key of a stored event: findings, never events."""

from __future__ import annotations

from dataclasses import dataclass

from askpro_cli.platform.tenancy import TenantSession


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


def list_conflicts(session: TenantSession, *, source: str | None = None, limit: int = 100) -> list[Conflict]:
    """Return at most *limit*, the newest first."""
    raise NotImplementedError


def conflicts_of(session: TenantSession, event_id: int) -> list[Conflict]:
    """Return those of one event, the first first."""
    raise NotImplementedError
