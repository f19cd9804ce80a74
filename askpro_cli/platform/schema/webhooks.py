"""The inbox: every event that was acknowledged, and what came beside it. Rows belong to the platform.

Times are milliseconds since 1970 UTC. Those that decide when work is due are by the database's clock
(``platform/database_clock.py``), those that tell when something arrived by the daemon's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey
from askpro_cli.platform.tables import ascii_text

Bytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
"""Bytes of any length: MariaDB's BLOB ends at 64 kB."""

LONGEST_REASON = 500
LONGEST_KEY = 500
LONGEST_ENTITY = 200


class WebhookEvent(Base):
    """One event, once, however often it was sent. States: webhooks/states.py."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("key_hash", name="webhook_events_key_hash_unique"),
        Index("webhook_events_due_index", "due_at_ms", "id"),
        Index("webhook_events_entity_index", "entity", "due_at_ms"),
        Index("webhook_events_received_index", "received_at_ms", "id"),
        # All that events are counted and chosen by, so that a count reads no row: bodies lie between them.
        Index("webhook_events_state_index", "state", "received_at_ms", "source", "event_type", "company"),
        TABLE_OPTIONS,
    )

    source: Mapped[str] = mapped_column(ascii_text(50))
    """``calcom``, ``retell``, ``stripe`` or the name of a sender of the settings."""
    event_type: Mapped[str] = mapped_column(String(100))
    """As the sender calls it: ``BOOKING_CREATED``, ``call_ended``, ``invoice.paid``."""
    key_hash: Mapped[str] = mapped_column(ascii_text(64))
    """SHA-256 (hex) of source and dedup key; it stays when the body goes."""
    dedup_key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    """The same to read, cut to its length: ``calcom:BOOKING_CREATED:uid:2026-…``."""
    key_from: Mapped[str] = mapped_column(ascii_text(60))
    """Where the key was read: ``id``, ``event + call.call_id``, ``body hash``."""
    entity: Mapped[str | None] = mapped_column(String(LONGEST_ENTITY))
    """Whose events are handled in order: ``call:…``, ``booking:…``; None: no order."""
    state: Mapped[str] = mapped_column(ascii_text(10))
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    """Why it failed, is dead, was ignored or is unhandled; no personal data."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Claims since it was received, or since it was last woken or replayed."""
    hits: Mapped[int] = mapped_column(default=1)
    """How often it was sent: 1 and its duplicates."""
    company: Mapped[str | None] = mapped_column(ascii_text(63))
    """Slug; None while it is not known."""
    secret_id: Mapped[str | None] = mapped_column(ascii_text(120))
    """Which secret verified it; None: it was readmitted, imported or replayed without one."""
    correlation_id: Mapped[str] = mapped_column(ascii_text(40))
    replay_of: Mapped[int | None] = mapped_column(BigKey)
    """The event this one replays past dedup; its key is ``replay:<job>:<event>``."""
    received_at_ms: Mapped[int] = mapped_column(BigInteger)
    last_seen_ms: Mapped[int] = mapped_column(BigInteger)
    due_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    """From when on a worker may claim it. 0: at once; claimed: the end of the lease; None: never."""
    claim_id: Mapped[str | None] = mapped_column(ascii_text(32))
    """The fence: heartbeat and completion change a row only under the claim they came with."""
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    """Host, process and number of the worker."""
    finished_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    client: Mapped[str | None] = mapped_column(ascii_text(64))
    path: Mapped[str] = mapped_column(String(500), default="")
    """Path and query, cut to its length."""
    headers: Mapped[bytes | None] = mapped_column(Bytes)
    """As they came, one ``Name: value`` a line (CRLF); values of sensitive ones masked."""
    body_hash: Mapped[str] = mapped_column(ascii_text(64))
    body_size: Mapped[int]
    body: Mapped[bytes | None] = mapped_column(Bytes)
    """As it came; None once it was pruned or erased."""


class WebhookConflict(Base):
    """Another body that came under the key of a stored event: a finding, never an event."""

    __tablename__ = "webhook_conflicts"
    __table_args__ = (
        UniqueConstraint("event_id", "body_hash", name="webhook_conflicts_event_body_unique"),
        Index("webhook_conflicts_received_index", "received_at_ms"),
        TABLE_OPTIONS,
    )

    event_id: Mapped[int] = mapped_column(BigKey, ForeignKey("webhook_events.id"))
    body_hash: Mapped[str] = mapped_column(ascii_text(64))
    hits: Mapped[int] = mapped_column(default=1)
    secret_id: Mapped[str | None] = mapped_column(ascii_text(120))
    correlation_id: Mapped[str] = mapped_column(ascii_text(40))
    received_at_ms: Mapped[int] = mapped_column(BigInteger)
    last_seen_ms: Mapped[int] = mapped_column(BigInteger)
    client: Mapped[str | None] = mapped_column(ascii_text(64))
    headers: Mapped[bytes | None] = mapped_column(Bytes)
    body: Mapped[bytes | None] = mapped_column(Bytes)


class WebhookAttempt(Base):
    """One try to handle an event, by one claim."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        Index("webhook_attempts_event_id_index", "event_id"),
        TABLE_OPTIONS,
    )

    event_id: Mapped[int] = mapped_column(BigKey, ForeignKey("webhook_events.id"))
    number: Mapped[int]
    claim_id: Mapped[str] = mapped_column(ascii_text(32))
    claimed_by: Mapped[str] = mapped_column(String(100))
    started_at_ms: Mapped[int] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(ascii_text(10))
    """The state it left the event in, or ``lost``: the lease ran out."""
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))


class WebhookEffect(Base):
    """What must happen after an event's commit (forget cached slots, wake somebody); gone once it has."""

    __tablename__ = "webhook_effects"
    __table_args__ = (
        Index("webhook_effects_due_index", "due_at_ms"),
        Index("webhook_effects_event_id_index", "event_id"),
        TABLE_OPTIONS,
    )

    event_id: Mapped[int] = mapped_column(BigKey, ForeignKey("webhook_events.id"))
    kind: Mapped[str] = mapped_column(ascii_text(60))
    company: Mapped[str | None] = mapped_column(ascii_text(63))
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at_ms: Mapped[int] = mapped_column(BigInteger)


class WebhookRejection(Base):
    """A request that was not let in, with its cause; bounded, the oldest go first."""

    __tablename__ = "webhook_rejected"
    __table_args__ = (
        UniqueConstraint("fold_hash", name="webhook_rejected_fold_hash_unique"),
        Index("webhook_rejected_last_seen_index", "last_seen_ms"),
        TABLE_OPTIONS,
    )

    fold_hash: Mapped[str] = mapped_column(ascii_text(64))
    """SHA-256 of source, cause and body: the same again is counted, not kept twice."""
    source: Mapped[str | None] = mapped_column(ascii_text(50))
    cause: Mapped[str] = mapped_column(ascii_text(30))
    detail: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    method: Mapped[str] = mapped_column(ascii_text(10))
    path: Mapped[str] = mapped_column(String(500))
    client: Mapped[str | None] = mapped_column(ascii_text(64))
    hits: Mapped[int] = mapped_column(default=1)
    correlation_id: Mapped[str] = mapped_column(ascii_text(40))
    received_at_ms: Mapped[int] = mapped_column(BigInteger)
    last_seen_ms: Mapped[int] = mapped_column(BigInteger)
    headers: Mapped[bytes | None] = mapped_column(Bytes)
    body_size: Mapped[int]
    body: Mapped[bytes | None] = mapped_column(Bytes)
    """None where it was too large to be read."""
    admitted_event_id: Mapped[int | None] = mapped_column(BigKey)
    admitted_at_ms: Mapped[int | None] = mapped_column(BigInteger)
