"""Requests that were not let in, as operators see them: listed and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from askpro_cli.base.errors import NotFoundError
from askpro_cli.platform.schema.webhooks import WebhookRejection
from askpro_cli.platform.tables import ascii_only
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.webhooks.inbox.headers import unpacked


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
    """Which rejected requests; None: all. Times: milliseconds since 1970 UTC, *until* not included.

    *since* and *until* bound when one was last seen; *before_id* is where the page before ended.
    """

    source: str | None = None
    cause: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    before_id: int | None = None


_LISTED = (
    WebhookRejection.id,
    WebhookRejection.source,
    WebhookRejection.cause,
    WebhookRejection.detail,
    WebhookRejection.method,
    WebhookRejection.path,
    WebhookRejection.client,
    WebhookRejection.hits,
    WebhookRejection.correlation_id,
    WebhookRejection.received_at_ms,
    WebhookRejection.last_seen_ms,
    WebhookRejection.body_size,
    WebhookRejection.admitted_event_id,
    WebhookRejection.admitted_at_ms,
)


def list_rejections(session: TenantSession, wanted: RejectionFilter, limit: int) -> list[Rejection]:
    """Return at most *limit*, the newest (largest id) first, without their bodies and headers."""
    query = _matching(select(*_LISTED), wanted).order_by(WebhookRejection.id.desc()).limit(limit)
    return [Rejection(**row, headers=(), body=None) for row in session.execute(query).mappings()]


def find_rejection(session: TenantSession, key: int) -> Rejection | None:
    """Return one with body and headers, None when there is none (it may have been let go)."""
    query = select(*_LISTED, WebhookRejection.headers, WebhookRejection.body)
    row = session.execute(query.where(WebhookRejection.id == key)).mappings().one_or_none()
    return None if row is None else Rejection(**{**row, "headers": unpacked(row["headers"])})


def get_rejection(session: TenantSession, key: int) -> Rejection:
    """Return one with body and headers.

    Raises:
        NotFoundError: there is none, or none any more.
    """
    found = find_rejection(session, key)
    if found is None:
        message = f"there is no rejected request {key}"
        hint = "askpro webhooks rejected list; the oldest are let go beyond intake.rejected_keep"
        raise NotFoundError(message, hint=hint, subject=str(key))
    return found


def _matching(query: Select[*tuple[object, ...]], wanted: RejectionFilter) -> Select[*tuple[object, ...]]:
    """Return *query* with the conditions of a filter."""
    table = WebhookRejection
    conditions = (
        (wanted.source, table.source.in_(ascii_only(wanted.source))),
        (wanted.cause, table.cause.in_(ascii_only(wanted.cause))),
        (wanted.since_ms, table.last_seen_ms >= (wanted.since_ms or 0)),
        (wanted.until_ms, table.last_seen_ms < (wanted.until_ms or 0)),
        (wanted.before_id, table.id < (wanted.before_id or 0)),
    )
    return query.where(*(condition for value, condition in conditions if value is not None))
