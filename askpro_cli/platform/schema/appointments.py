"""Appointments, and the bookings of Cal.com that carry them: one appointment, a chain of uids."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey, LongText, OfCompany, Stamped
from askpro_cli.platform.tables import ascii_text


class Appointment(OfCompany, Stamped, Base):
    """An appointment; from the state ``booking`` on it holds its slot. States: booking/flow/states.py."""

    __tablename__ = "appointments"
    __table_args__ = (
        UniqueConstraint("calcom_v2_booking_uid", name="appointments_calcom_v2_booking_uid_unique"),
        UniqueConstraint("company_id", "idempotency_key", name="appointments_company_key_unique"),
        CheckConstraint("ends_at > starts_at", name="appointments_ends_after_start"),
        Index("appointments_starts_at_index", "starts_at"),
        Index("appointments_ends_at_index", "ends_at"),
        Index("appointments_customer_id_index", "customer_id"),
        Index("appointments_service_id_index", "service_id"),
        Index("appointments_call_id_index", "call_id"),
        Index("appointments_company_starts_at_index", "company_id", "starts_at"),
        Index("appointments_company_status_index", "company_id", "status"),
        Index("appointments_status_starts_at_index", "status", "starts_at"),
        Index("appointments_branch_starts_at_index", "branch_id", "starts_at"),
        Index("appointments_staff_starts_at_index", "staff_id", "starts_at"),
        Index("appointments_event_type_starts_at_index", "calcom_event_type_id", "starts_at"),
        Index("appointments_reminder_24h_sent_at_index", "reminder_24h_sent_at"),
        TABLE_OPTIONS,
    )

    branch_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("branches.id"))
    customer_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("customers.id"))
    """None until the booking is completed."""
    staff_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("staff.id"))
    service_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("services.id"))
    call_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("calls.id"))
    """The call that asked for it."""
    calcom_event_type_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("calcom_event_types.id"))
    """Our row of the event type, not the vendor's id."""
    calcom_v2_booking_uid: Mapped[str | None] = mapped_column(ascii_text(100))
    """The booking that carries it now: the last of its chain."""
    idempotency_key: Mapped[str | None] = mapped_column(ascii_text(500))
    """Set while a request under this key means this appointment; None once it was moved or is over."""
    correlation_id: Mapped[str] = mapped_column(ascii_text(40))
    """Of the run that made it: in its log, its mail and its calendar entries."""
    status: Mapped[str] = mapped_column(ascii_text(20))
    status_reason: Mapped[str | None] = mapped_column(String(500))
    source: Mapped[str] = mapped_column(ascii_text(10), default="phone")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    moving_to_starts_at: Mapped[datetime | None]
    """Where it is being moved to: held as well, until the move is through."""
    moving_to_ends_at: Mapped[datetime | None]
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What a later run needs to finish the step in hand; personal data, gone when it is through."""
    booking_metadata: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    price_cents: Mapped[int | None]
    notes: Mapped[str | None] = mapped_column(LongText)
    version: Mapped[int] = mapped_column(default=0)
    """Counts the changes; a step that read another version changes nothing."""
    lock_token: Mapped[str | None] = mapped_column(ascii_text(32))
    lock_expires_at: Mapped[datetime | None]
    """Until when the run of that token is at it, by the database's clock."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    reminder_24h_sent_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class CalcomBooking(OfCompany, Stamped, Base):
    """A booking at Cal.com. A move makes a new one: an appointment may have several, an orphan none."""

    __tablename__ = "calcom_bookings"
    __table_args__ = (
        UniqueConstraint("calcom_uid", name="calcom_bookings_calcom_uid_index"),
        Index("calcom_bookings_branch_id_index", "branch_id"),
        Index("calcom_bookings_starts_at_index", "starts_at"),
        Index("calcom_bookings_appointment_id_index", "appointment_id"),
        Index("calcom_bookings_event_type_id_index", "event_type_id"),
        Index("calcom_bookings_company_status_index", "company_id", "status"),
        Index("calcom_bookings_rescheduled_from_index", "rescheduled_from_uid"),
        TABLE_OPTIONS,
    )

    branch_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("branches.id"))
    appointment_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("appointments.id"))
    """None for an orphan: booked there, and no appointment here could be completed with it."""
    event_type_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("calcom_event_types.id"))
    calcom_uid: Mapped[str] = mapped_column(ascii_text(100))
    calcom_id: Mapped[int | None] = mapped_column(BigKey)
    rescheduled_from_uid: Mapped[str | None] = mapped_column(ascii_text(100))
    status: Mapped[str] = mapped_column(ascii_text(20))
    """Of the vendor: ``accepted``, ``pending``, ``cancelled``, ``rejected``; ``orphan`` is ours."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    correlation_id: Mapped[str | None] = mapped_column(ascii_text(40))
    told: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), sort_order=110)
    """What events told beside its status (booking/events/facts.py): paid, held, who did not come."""
