"""Lists of events, without their bodies; and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from askpro_cli.base.errors import NotFoundError
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.reading.selecting import conditions


class EventRow(NamedTuple):
    """A stored event without body and headers; times in milliseconds since 1970 UTC."""

    id: int
    source: str
    event_type: str
    state: str
    reason: str | None
    company: str | None
    entity: str | None
    dedup_key: str
    key_from: str
    attempts: int
    hits: int
    received_at_ms: int
    last_seen_ms: int
    due_at_ms: int | None
    finished_at_ms: int | None
    claimed_by: str | None
    secret_id: str | None
    correlation_id: str
    replay_of: int | None
    body_size: int


COLUMNS = tuple(getattr(WebhookEvent, name) for name in EventRow._fields)


def list_events(
    session: Session, criteria: Criteria, *, limit: int, before_id: int | None = None
) -> list[EventRow]:
    """Return the events that match, the newest first.

    Args:
        session: of the platform's records.
        criteria: which.
        limit: at most so many.
        before_id: only older ones, for the next page: the id of the last one of the page before.
    """
    if _index_knows(criteria):
        newest = _newest_ids(session, criteria, limit, before_id)
        return events_by_id(session, newest)[::-1] if newest else []
    query = select(*COLUMNS).where(*conditions(criteria)).order_by(WebhookEvent.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(WebhookEvent.id < before_id)
    return [EventRow(*row) for row in session.execute(query)]


def _index_knows(criteria: Criteria) -> bool:
    """Tell whether all that is asked for stands in the index of the states, and something is."""
    elsewhere = criteria.ids or criteria.entity or criteria.error
    return not elsewhere and not criteria.is_empty


def _newest_ids(session: Session, criteria: Criteria, limit: int, before_id: int | None) -> list[int]:
    """Return the newest events that match, from the index alone.

    Walking back through the rows, past bodies that do not match, takes seconds where there are a million.
    """
    query = select(WebhookEvent.id).where(*conditions(criteria, every_state=True))
    if before_id is not None:
        query = query.where(WebhookEvent.id + 0 < before_id)
    return list(session.scalars(query.order_by(WebhookEvent.id.desc()).limit(limit)))


def list_after(session: Session, criteria: Criteria, *, after_id: int, limit: int) -> list[EventRow]:
    """Return the events that match and came after the row *after_id*, the oldest first."""
    query = (
        select(*COLUMNS)
        .where(*conditions(criteria), WebhookEvent.id > after_id)
        .order_by(WebhookEvent.id)
        .limit(limit)
    )
    return [EventRow(*row) for row in session.execute(query)]


def events_by_id(session: Session, ids: Sequence[int]) -> list[EventRow]:
    """Return those of *ids* that exist, by id."""
    query = select(*COLUMNS).where(WebhookEvent.id.in_(ids)).order_by(WebhookEvent.id)
    return [EventRow(*row) for row in session.execute(query)]


def require_events(session: Session, ids: Sequence[int]) -> None:
    """Refuse when one of the events that were named is not there: who mistyped an id wants to know.

    Raises:
        NotFoundError: it names the first that is missing.
    """
    there = {row.id for row in events_by_id(session, ids)}
    for event_id in ids:
        if event_id not in there:
            message = f"there is no event {event_id}"
            raise NotFoundError(message, hint="askpro webhooks list", subject=str(event_id))


def count_events(session: Session, criteria: Criteria) -> int:
    """Return how many events match."""
    query = select(func.count()).select_from(WebhookEvent).where(*conditions(criteria, every_state=True))
    return session.execute(query).scalar_one()


def last_id(session: Session) -> int:
    """Return the id of the newest event, 0 when there is none."""
    return session.execute(select(func.max(WebhookEvent.id))).scalar_one() or 0
