"""One event with all that is kept about it, and its story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from askpro_cli.base.errors import NotFoundError
from askpro_cli.platform.schema import (
    ReplayItem,
    WebhookAttempt,
    WebhookConflict,
    WebhookEffect,
    WebhookEvent,
)
from askpro_cli.webhooks.reading.listing import COLUMNS, EventRow


class AttemptRow(NamedTuple):
    """One try to handle an event."""

    number: int
    claimed_by: str
    started_at_ms: int
    ended_at_ms: int
    outcome: str
    reason: str | None


class ConflictRow(NamedTuple):
    """Another body that came under the same key."""

    id: int
    body_hash: str
    hits: int
    received_at_ms: int
    last_seen_ms: int
    correlation_id: str


class ReplayRow(NamedTuple):
    """A replay of the event."""

    job_id: int
    state: str
    http_status: int | None
    reason: str | None
    new_event_id: int | None
    finished_at_ms: int | None


class EffectRow(NamedTuple):
    """What must still happen after the event was handled."""

    kind: str
    attempts: int
    due_at_ms: int


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event with everything kept about it.

    Args:
        row: the event itself.
        claim_id: the fence of its present claim.
        body: as it came; None once it was pruned or erased.
        body_hash: SHA-256 (hex) of the body.
        headers: as they came, ``Name: value`` lines (CRLF), sensitive ones masked; None once pruned.
        client: the sender's address.
        path: path and query.
        attempts: by time.
        conflicts: other bodies under its key.
        replays: jobs it was part of.
        effects: what its handling left to be done.
        replayed_as: events made of it past dedup.
    """

    row: EventRow
    claim_id: str | None
    body: bytes | None
    body_hash: str
    headers: bytes | None
    client: str | None
    path: str
    attempts: tuple[AttemptRow, ...]
    conflicts: tuple[ConflictRow, ...]
    replays: tuple[ReplayRow, ...]
    effects: tuple[EffectRow, ...]
    replayed_as: tuple[int, ...]


def show_event(session: Session, event_id: int) -> EventDetail:
    """Return an event with all that is kept about it.

    Raises:
        NotFoundError: there is none of this id.
    """
    event = WebhookEvent
    extra = (event.claim_id, event.body, event.body_hash, event.headers, event.client, event.path)
    found = session.execute(select(*COLUMNS, *extra).where(event.id == event_id)).one_or_none()
    if found is None:
        raise NotFoundError(
            f"there is no event {event_id}", subject=str(event_id), hint="askpro webhooks list"
        )
    claim_id, body, body_hash, headers, client, path = found[len(COLUMNS) :]
    return EventDetail(
        EventRow(*found[: len(COLUMNS)]),
        claim_id,
        body,
        body_hash,
        headers,
        client,
        path,
        attempts=_attempts(session, event_id),
        conflicts=_conflicts(session, event_id),
        replays=_replays(session, event_id),
        effects=_effects(session, event_id),
        replayed_as=_replayed_as(session, event_id),
    )


def _attempts(session: Session, event_id: int) -> tuple[AttemptRow, ...]:
    columns = [getattr(WebhookAttempt, name) for name in AttemptRow._fields]
    query = select(*columns).where(WebhookAttempt.event_id == event_id).order_by(WebhookAttempt.id)
    return tuple(AttemptRow(*row) for row in session.execute(query))


def _conflicts(session: Session, event_id: int) -> tuple[ConflictRow, ...]:
    columns = [getattr(WebhookConflict, name) for name in ConflictRow._fields]
    query = select(*columns).where(WebhookConflict.event_id == event_id).order_by(WebhookConflict.id)
    return tuple(ConflictRow(*row) for row in session.execute(query))


def _replays(session: Session, event_id: int) -> tuple[ReplayRow, ...]:
    columns = [getattr(ReplayItem, name) for name in ReplayRow._fields]
    query = select(*columns).where(ReplayItem.event_id == event_id).order_by(ReplayItem.job_id)
    return tuple(ReplayRow(*row) for row in session.execute(query))


def _effects(session: Session, event_id: int) -> tuple[EffectRow, ...]:
    columns = [getattr(WebhookEffect, name) for name in EffectRow._fields]
    query = select(*columns).where(WebhookEffect.event_id == event_id).order_by(WebhookEffect.id)
    return tuple(EffectRow(*row) for row in session.execute(query))


def _replayed_as(session: Session, event_id: int) -> tuple[int, ...]:
    """Return the events made of one; found through the replays that made them, which have an index."""
    query = select(ReplayItem.new_event_id).where(
        ReplayItem.event_id == event_id, ReplayItem.new_event_id.is_not(None)
    )
    return tuple(sorted(made for made in session.scalars(query) if made is not None))
