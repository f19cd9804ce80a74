"""Replays: a durable job over stored events, and what became of each of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey
from askpro_cli.platform.schema.webhooks import LONGEST_REASON
from askpro_cli.platform.tables import ascii_text


class ReplayJob(Base):
    """One replay: which events, how, and how far it is."""

    __tablename__ = "replay_jobs"
    __table_args__ = (
        Index("replay_jobs_due_index", "due_at_ms"),
        Index("replay_jobs_created_index", "created_at_ms"),
        TABLE_OPTIONS,
    )

    state: Mapped[str] = mapped_column(ascii_text(10))
    """``filling``, ``ready``, ``running``, ``paused``, ``cancelled`` or ``done``."""
    criteria: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The filters as they were given; ids and words, no personal data."""
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    """``to``, ``resign``, ``bypass_dedup``, ``rate``, ``concurrency``."""
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    requested_by: Mapped[str] = mapped_column(String(100))
    correlation_id: Mapped[str] = mapped_column(ascii_text(40))
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    started_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    finished_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    due_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    """As of an event: from when on a run may take it; the end of its lease while one has it."""
    claim_id: Mapped[str | None] = mapped_column(ascii_text(32))
    claimed_by: Mapped[str | None] = mapped_column(String(100))


class ReplayItem(Base):
    """One event of a replay."""

    __tablename__ = "replay_items"
    __table_args__ = (
        UniqueConstraint("job_id", "event_id", name="replay_items_job_event_unique"),
        Index("replay_items_job_state_index", "job_id", "state", "id"),
        Index("replay_items_event_id_index", "event_id"),
        TABLE_OPTIONS,
    )

    job_id: Mapped[int] = mapped_column(BigKey, ForeignKey("replay_jobs.id"))
    event_id: Mapped[int] = mapped_column(BigKey, ForeignKey("webhook_events.id"))
    state: Mapped[str] = mapped_column(ascii_text(10))
    """``waiting``, ``sending``, ``done``, ``failed``, ``skipped`` or ``unknown`` (the answer was lost)."""
    attempts: Mapped[int] = mapped_column(default=0)
    http_status: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    new_event_id: Mapped[int | None] = mapped_column(BigKey)
    """The event made of it, where it was replayed past dedup."""
    finished_at_ms: Mapped[int | None] = mapped_column(BigInteger)
