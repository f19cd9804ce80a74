"""What can be booked: services, where they are offered, and the event types of Cal.com behind them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey, LongText, OfCompany, Stamped
from askpro_cli.platform.tables import ascii_text


class Service(OfCompany, Stamped, Base):
    """Something a company does for a customer; its price in cents, its length in minutes."""

    __tablename__ = "services"
    __table_args__ = (
        Index("services_deleted_at_index", "deleted_at"),
        Index("services_company_deleted_index", "company_id", "deleted_at"),
        TABLE_OPTIONS,
    )

    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(LongText)
    category: Mapped[str | None] = mapped_column(String(255))
    duration: Mapped[int]
    """Minutes."""
    price_cents: Mapped[int] = mapped_column(default=0)
    sort_order: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    deleted_at: Mapped[datetime | None]


class BranchService(OfCompany, Stamped, Base):
    """A service is offered at a branch, perhaps at another price or length there."""

    __tablename__ = "branch_service"
    __table_args__ = (
        UniqueConstraint("branch_id", "service_id", name="branch_service_branch_service_unique"),
        Index("branch_service_service_id_index", "service_id"),
        Index("branch_service_company_id_index", "company_id"),
        TABLE_OPTIONS,
    )

    branch_id: Mapped[int] = mapped_column(BigKey, ForeignKey("branches.id"))
    service_id: Mapped[int] = mapped_column(BigKey, ForeignKey("services.id"))
    price_cents: Mapped[int | None]
    duration: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)


class CalcomEventType(OfCompany, Stamped, Base):
    """An event type of Cal.com and what it stands for here: a service, at a branch, perhaps of one person."""

    __tablename__ = "calcom_event_types"
    __table_args__ = (
        UniqueConstraint(
            "company_id", "calcom_event_type_id", name="calcom_event_types_company_calcom_index"
        ),
        Index("calcom_event_types_calcom_event_type_id_index", "calcom_event_type_id"),
        Index("calcom_event_types_branch_id_index", "branch_id"),
        Index("calcom_event_types_service_id_index", "service_id"),
        Index("calcom_event_types_staff_id_index", "staff_id"),
        TABLE_OPTIONS,
    )

    branch_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("branches.id"))
    """None: booked for every branch that offers the service."""
    service_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("services.id"))
    staff_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("staff.id"))
    """The one person it books; None where Cal.com chooses among several (``staff_event_types``)."""
    calcom_event_type_id: Mapped[int] = mapped_column(BigKey)
    """The vendor's id."""
    name: Mapped[str] = mapped_column(String(255))
    slug: Mapped[str | None] = mapped_column(String(255))
    team_id: Mapped[int | None] = mapped_column(BigKey)
    duration_minutes: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    last_synced_at: Mapped[datetime | None]
    setup_status: Mapped[str | None] = mapped_column(ascii_text(12))
