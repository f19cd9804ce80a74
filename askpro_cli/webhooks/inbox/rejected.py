"""Requests that were not let in, as operators see them: listed, shown, and let in after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from askpro_cli.platform.tenancy import TenantSession


@dataclass(frozen=True, slots=True)
class Rejection:
    """One rejected request, however often it came (``hits``). Times: milliseconds since 1970 UTC."""

    id: int
    source: str | None
    cause: str
    detail: str | None
    method: str
    path: str
    client: str | None
    hits: int
    correlation_id: str
    received_at_ms: int
    last_seen_ms: int
    headers: Sequence[tuple[bytes, bytes]]
    body_size: int
    body: bytes | None
    admitted_event_id: int | None
    admitted_at_ms: int | None


@dataclass(frozen=True, slots=True)
class RejectionFilter:
    """Which rejected requests; None: all. Times: milliseconds since 1970 UTC, *until* not included."""

    source: str | None = None
    cause: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    before_id: int | None = None


def list_rejections(session: TenantSession, wanted: RejectionFilter, limit: int) -> list[Rejection]:
    """Return at most *limit*, the newest (largest id) first, without their bodies and headers."""
    raise NotImplementedError


def find_rejection(session: TenantSession, key: int) -> Rejection | None:
    """Return one with body and headers, None when there is none (it may have been let go)."""
    raise NotImplementedError
