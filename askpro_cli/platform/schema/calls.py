"""Telephone calls, as the voice vendor reported them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey, LongText, OfCompany, Stamped
from askpro_cli.platform.tables import ascii_text


class Call(OfCompany, Stamped, Base):
    """One call. Its company is that of the dialled number; the caller's number may be withheld."""

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("retell_call_id", name="calls_retell_call_id_index"),
        Index("calls_created_at_index", "created_at"),
        Index("calls_start_timestamp_index", "start_timestamp"),
        Index("calls_from_number_index", "from_number"),
        Index("calls_to_number_index", "to_number"),
        Index("calls_call_status_index", "call_status"),
        Index("calls_company_created_at_index", "company_id", "created_at"),
        Index("calls_customer_created_at_index", "customer_id", "created_at"),
        Index("calls_company_call_status_index", "company_id", "call_status"),
        Index("calls_duration_sec_index", "duration_sec"),
        Index("calls_cost_cents_index", "cost_cents"),
        Index("calls_phone_number_id_index", "phone_number_id"),
        Index("calls_branch_id_index", "branch_id"),
        TABLE_OPTIONS,
    )

    branch_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("branches.id"))
    customer_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("customers.id"))
    phone_number_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("phone_numbers.id"))
    retell_call_id: Mapped[str] = mapped_column(ascii_text(100))
    retell_agent_id: Mapped[str | None] = mapped_column(String(255))
    agent_version: Mapped[str | None] = mapped_column(String(50))
    from_number: Mapped[str | None] = mapped_column(String(50))
    """E.164, None where it was withheld."""
    to_number: Mapped[str | None] = mapped_column(String(50))
    direction: Mapped[str] = mapped_column(ascii_text(10), default="inbound")
    call_status: Mapped[str] = mapped_column(ascii_text(20), default="registered")
    call_successful: Mapped[bool | None]
    disconnection_reason: Mapped[str | None] = mapped_column(String(100))
    start_timestamp: Mapped[datetime | None]
    end_timestamp: Mapped[datetime | None]
    duration_sec: Mapped[int | None]
    cost_cents: Mapped[int | None]
    sentiment: Mapped[str | None] = mapped_column(String(20))
    detected_language: Mapped[str | None] = mapped_column(ascii_text(5))
    summary: Mapped[str | None] = mapped_column(LongText)
    transcript: Mapped[str | None] = mapped_column(LongText)
    recording_url: Mapped[str | None] = mapped_column(String(1000))
    raw: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
