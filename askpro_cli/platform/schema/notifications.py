"""The outbox: mails that wait to be sent, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey, OfCompany, Stamped
from askpro_cli.platform.tables import ascii_text


class Notification(OfCompany, Stamped, Base):
    """One mail to one person about one appointment, written in the transaction that made it true."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("message_id", name="notifications_message_id_unique"),
        Index("notifications_status_next_attempt_index", "status", "next_attempt_at"),
        Index("notifications_company_id_index", "company_id"),
        Index("notifications_appointment_id_index", "appointment_id"),
        Index("notifications_customer_id_index", "customer_id"),
        TABLE_OPTIONS,
    )

    appointment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("appointments.id"))
    customer_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(ascii_text(20))
    """``confirmation``, ``change`` or ``cancellation``."""
    channel: Mapped[str] = mapped_column(ascii_text(10), default="email")
    recipient: Mapped[str | None] = mapped_column(String(255))
    """The address; None once it was erased."""
    language: Mapped[str] = mapped_column(ascii_text(5), default="de")
    message_id: Mapped[str] = mapped_column(ascii_text(200))
    """Stable over every try, so that a mail program shows a mail sent twice once."""
    sequence: Mapped[int] = mapped_column(default=0)
    """SEQUENCE of the invitation: counts the changes of the appointment."""
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the mail says (names, times, places), as it was true then; None once it was erased."""
    status: Mapped[str] = mapped_column(ascii_text(10), default="pending")
    """``pending``, ``sending``, ``sent``, ``unknown`` (the answer was lost), ``failed``, ``skipped``."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))
    lock_token: Mapped[str | None] = mapped_column(ascii_text(32))
    lock_expires_at: Mapped[datetime | None]
    correlation_id: Mapped[str | None] = mapped_column(ascii_text(40))
    sent_at: Mapped[datetime | None]
