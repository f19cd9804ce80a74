"""Who did what to which row: the platform's activity log."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey, LongText, Stamped
from askpro_cli.platform.tables import ascii_text


class Activity(Stamped, Base):
    """One event; without a company it concerns the platform itself. Never a person's data in it."""

    __tablename__ = "activity_log"
    __table_args__ = (
        Index("activity_log_created_at_index", "created_at"),
        Index("activity_log_causer_index", "causer_type", "causer_id"),
        Index("activity_log_subject_index", "subject_type", "subject_id"),
        Index("activity_log_event_index", "event"),
        Index("activity_log_company_id_index", "company_id"),
        TABLE_OPTIONS,
    )

    company_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("companies.id"))
    log_name: Mapped[str] = mapped_column(String(50), default="default")
    event: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(LongText)
    subject_type: Mapped[str | None] = mapped_column(String(100))
    subject_id: Mapped[int | None] = mapped_column(BigKey)
    causer_type: Mapped[str | None] = mapped_column(String(100))
    causer_id: Mapped[int | None] = mapped_column(BigKey)
    batch_uuid: Mapped[str | None] = mapped_column(ascii_text(40))
    """The correlation id of the run."""
    properties: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
