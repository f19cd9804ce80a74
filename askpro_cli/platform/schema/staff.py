"""The people who do the work: what they offer, when they work, and which event types book them."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import ForeignKey, Index, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey, OfCompany, Stamped
from askpro_cli.platform.tables import ascii_text


class Staff(OfCompany, Stamped, Base):
    """A person who takes appointments. Who books for one locks this row: see booking/flow."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("company_id", "calcom_user_id", name="staff_company_calcom_user_unique"),
        Index("staff_branch_id_index", "branch_id"),
        Index("staff_email_index", "email"),
        Index("staff_company_branch_index", "company_id", "branch_id"),
        TABLE_OPTIONS,
    )

    branch_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("branches.id"))
    """Where the person works; None: wherever."""
    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(255))
    phone: Mapped[str | None] = mapped_column(ascii_text(20))
    calcom_user_id: Mapped[int | None] = mapped_column(BigKey)
    is_bookable: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    deleted_at: Mapped[datetime | None]


class ServiceStaff(OfCompany, Stamped, Base):
    """A person offers a service."""

    __tablename__ = "service_staff"
    __table_args__ = (
        UniqueConstraint("staff_id", "service_id", name="service_staff_staff_service_unique"),
        Index("service_staff_service_id_index", "service_id"),
        Index("service_staff_company_id_index", "company_id"),
        TABLE_OPTIONS,
    )

    staff_id: Mapped[int] = mapped_column(BigKey, ForeignKey("staff.id"))
    service_id: Mapped[int] = mapped_column(BigKey, ForeignKey("services.id"))
    is_active: Mapped[bool] = mapped_column(default=True)


class StaffEventType(OfCompany, Stamped, Base):
    """An event type may book this person: he is among its hosts."""

    __tablename__ = "staff_event_types"
    __table_args__ = (
        UniqueConstraint("staff_id", "event_type_id", name="staff_event_types_unique"),
        Index("staff_event_types_event_type_id_index", "event_type_id"),
        Index("staff_event_types_company_id_index", "company_id"),
        TABLE_OPTIONS,
    )

    staff_id: Mapped[int] = mapped_column(BigKey, ForeignKey("staff.id"))
    event_type_id: Mapped[int] = mapped_column(BigKey, ForeignKey("calcom_event_types.id"))
    is_primary: Mapped[bool] = mapped_column(default=False)


class WorkingHours(OfCompany, Stamped, Base):
    """A stretch of a weekday in which a person works, in the branch's zone."""

    __tablename__ = "working_hours"
    __table_args__ = (
        Index("working_hours_day_of_week_index", "day_of_week"),
        Index("working_hours_staff_day_index", "staff_id", "day_of_week"),
        Index("working_hours_company_id_index", "company_id"),
        TABLE_OPTIONS,
    )

    staff_id: Mapped[int] = mapped_column(BigKey, ForeignKey("staff.id"))
    day_of_week: Mapped[int]
    """1 Monday to 7 Sunday (ISO 8601); the platform's other column counted from Sunday 0."""
    start_time: Mapped[time] = mapped_column(Time)
    end_time: Mapped[time] = mapped_column(Time)
    """Not included; 00:00 is midnight at the end of the day."""
