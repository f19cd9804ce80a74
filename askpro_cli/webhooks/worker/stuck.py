"""Events that nobody will handle by themselves, or that somebody holds too long; and how to let them go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_, select, update

from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.platform.tables import ascii_only
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.webhooks.states import CLAIMED, FAILED, RECEIVED

_LEASES_AHEAD = 2
"""So many leases ahead no lease ends, unless a clock was set back or another process has longer ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """One of them. Times: milliseconds since 1970 UTC, by the database's clock.

    Args:
        why: ``failed`` (never tried again by itself: its company is unknown), ``abandoned`` (its worker is
            gone and no other takes it), ``held`` (its lease ends further ahead than leases do), ``waiting``
            (due for a while, and no worker comes, or an earlier event of its entity is in its way).
        lease_left_ms: of a claim; negative when it is over.
    """

    id: int
    source: str
    event_type: str
    state: str
    why: str
    company: str | None
    entity: str | None
    reason: str | None
    attempts: int
    received_at_ms: int
    due_at_ms: int | None
    claimed_by: str | None
    lease_left_ms: int | None


def list_stuck(
    session: TenantSession,
    *,
    waiting_seconds: float = 60.0,
    lease_seconds: float = 60.0,
    events: Sequence[int] = (),
    source: str | None = None,
    limit: int = 100,
) -> list[Stuck]:
    """Return at most *limit* events, the one received first first.

    Args:
        session: of the whole platform.
        waiting_seconds: how long an event may be due, or a lease be over, before it counts.
        lease_seconds: length of a lease.
        events: only these, by id; () for all.
        source: only of this one.
        limit: at most so many.
    """
    event = WebhookEvent
    why = _why(waiting_seconds, lease_seconds).label("why")
    lease_left = case((event.state == CLAIMED, event.due_at_ms - now_ms())).label("lease_left_ms")
    query = (
        select(
            *(event.id, event.source, event.event_type, event.state, why, event.company, event.entity),
            *(event.reason, event.attempts, event.received_at_ms, event.due_at_ms, event.claimed_by),
            lease_left,
        )
        .where(why.is_not(None))
        .order_by(event.received_at_ms, event.id)
        .limit(limit)
    )
    if source is not None:
        query = query.where(event.source.in_(ascii_only(source)))
    if events:
        query = query.where(event.id.in_(events))
    return [Stuck(**row._mapping) for row in session.execute(query)]  # noqa: SLF001 - its public name


def release(
    session: TenantSession,
    events: Sequence[int],
    *,
    waiting_seconds: float = 60.0,
    held: bool = False,
) -> list[int]:
    """Let events be claimed at once, with their attempts counted from 0; return which were let go.

    Args:
        session: of the whole platform.
        events: their ids; those that are not stuck are left alone.
        waiting_seconds: as of :func:`list_stuck`.
        held: also those under a live lease: their worker loses them and changes nothing any more.
    """
    event = WebhookEvent
    free = _is_failed() | _is_abandoned(waiting_seconds)
    found = session.scalars(
        select(event.id)
        .where(event.id.in_(events), or_(free, event.state == CLAIMED) if held else free)
        .order_by(event.id)
        .with_for_update()
    ).all()
    values: dict[str, Any] = {"state": RECEIVED, "reason": None, "attempts": 0, "due_at_ms": 0}
    session.execute(
        update(event)
        .where(event.id.in_(found))
        .values(**values, claim_id=None, claimed_by=None, finished_at_ms=None)
        .execution_options(synchronize_session=False)
    )
    return list(found)


def _why(waiting_seconds: float, lease_seconds: float) -> Any:
    """Return the kind of being stuck; NULL of an event that is not."""
    return case(
        (_is_failed(), literal("failed")),
        (_is_abandoned(waiting_seconds), literal("abandoned")),
        (_is_held(lease_seconds), literal("held")),
        (_is_waiting(waiting_seconds), literal("waiting")),
    )


def _is_failed() -> ColumnElement[bool]:
    return and_(WebhookEvent.state == FAILED, WebhookEvent.due_at_ms.is_(None))


def _is_abandoned(seconds: float) -> ColumnElement[bool]:
    over = now_ms() - round(seconds * 1000)
    return and_(WebhookEvent.state == CLAIMED, WebhookEvent.due_at_ms < over)


def _is_held(lease_seconds: float) -> ColumnElement[bool]:
    ahead = now_ms() + round(_LEASES_AHEAD * lease_seconds * 1000)
    return and_(WebhookEvent.state == CLAIMED, WebhookEvent.due_at_ms > ahead)


def _is_waiting(seconds: float) -> ColumnElement[bool]:
    event = WebhookEvent
    over = now_ms() - round(seconds * 1000)
    return and_(event.state.in_((RECEIVED, FAILED)), event.due_at_ms < over, event.received_at_ms < over)
