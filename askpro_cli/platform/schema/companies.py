"""Companies (the tenants), their branches, the numbers people dial, and who may sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey, OfCompany, Stamped
from askpro_cli.platform.tables import ascii_text


class Company(Stamped, Base):
    """A tenant. Outside SQL it is its slug; its keys and secrets live in the settings, never here."""

    __tablename__ = "companies"
    __table_args__ = (
        UniqueConstraint("slug", name="companies_slug_unique"),
        Index("companies_is_active_index", "is_active"),
        Index("companies_deleted_at_index", "deleted_at"),
        TABLE_OPTIONS,
    )

    slug: Mapped[str] = mapped_column(ascii_text(63))
    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(255))
    phone: Mapped[str | None] = mapped_column(ascii_text(20))
    address: Mapped[str | None] = mapped_column(String(255))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(255))
    country: Mapped[str] = mapped_column(ascii_text(2), default="DE")
    industry: Mapped[str | None] = mapped_column(String(50))
    timezone: Mapped[str | None] = mapped_column(ascii_text(50))
    default_language: Mapped[str] = mapped_column(ascii_text(5), default="de")
    calcom_team_id: Mapped[int | None] = mapped_column(BigKey)
    calcom_team_slug: Mapped[str | None] = mapped_column(String(255))
    calcom_handles_notifications: Mapped[bool] = mapped_column(default=True)
    """Cal.com sends the confirmations; ours are then not made."""
    send_booking_confirmations: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    deleted_at: Mapped[datetime | None]


class Branch(OfCompany, Stamped, Base):
    """A place of a company where appointments happen."""

    __tablename__ = "branches"
    __table_args__ = (
        UniqueConstraint("company_id", "slug", name="branches_company_slug_unique"),
        Index("branches_is_active_index", "is_active"),
        Index("branches_company_active_index", "company_id", "is_active"),
        TABLE_OPTIONS,
    )

    slug: Mapped[str] = mapped_column(ascii_text(63))
    name: Mapped[str] = mapped_column(String(255))
    phone_number: Mapped[str | None] = mapped_column(ascii_text(20))
    """Shown to people; which number rings where, ``phone_numbers`` says."""
    notification_email: Mapped[str | None] = mapped_column(String(255))
    address: Mapped[str | None] = mapped_column(String(255))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(255))
    country: Mapped[str] = mapped_column(ascii_text(2), default="DE")
    timezone: Mapped[str | None] = mapped_column(ascii_text(50))
    business_hours: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Opening hours a weekday, in one of the four shapes the platform wrote (docs/provisioning.md)."""
    retell_agent_id: Mapped[str | None] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(default=True)
    deleted_at: Mapped[datetime | None]


class PhoneNumber(OfCompany, Stamped, Base):
    """A number people dial. It exists once on the platform: the dialled number says whose call it is."""

    __tablename__ = "phone_numbers"
    __table_args__ = (
        UniqueConstraint("number", name="phone_numbers_number_unique"),
        Index("phone_numbers_company_id_index", "company_id"),
        Index("phone_numbers_branch_id_index", "branch_id"),
        TABLE_OPTIONS,
    )

    branch_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("branches.id"))
    """None for a hotline of the whole company."""
    number: Mapped[str] = mapped_column(ascii_text(20))
    """E.164."""
    type: Mapped[str] = mapped_column(ascii_text(10), default="direct")
    """``direct`` or ``hotline``."""
    description: Mapped[str | None] = mapped_column(String(255))
    retell_phone_id: Mapped[str | None] = mapped_column(String(255))
    retell_agent_id: Mapped[str | None] = mapped_column(String(255))
    retell_agent_version: Mapped[str | None] = mapped_column(String(50))
    is_primary: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)


class User(Stamped, Base):
    """Somebody who may sign in to the platform; without a company: one of the platform's own people."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email", name="users_email_index"),
        Index("users_company_id_index", "company_id"),
        TABLE_OPTIONS,
    )

    company_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("companies.id"))
    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(255))
    interface_language: Mapped[str] = mapped_column(ascii_text(5), default="de")
    is_active: Mapped[bool] = mapped_column(default=True)
