"""The people who call. A person's data: everything that stands here is erased on request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey, LongText, OfCompany, Stamped
from askpro_cli.platform.tables import ascii_text


class Customer(OfCompany, Stamped, Base):
    """Somebody who called or booked; one row a company and normalised number."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("company_id", "phone", name="customers_company_phone_unique"),
        Index("customers_company_email_index", "company_id", "email"),
        Index("customers_phone_index", "phone"),
        Index("customers_email_index", "email"),
        Index("customers_name_index", "name"),
        Index("customers_merged_into_id_index", "merged_into_id"),
        TABLE_OPTIONS,
    )

    name: Mapped[str] = mapped_column(String(255))
    phone: Mapped[str | None] = mapped_column(ascii_text(20))
    """E.164, None where it was withheld."""
    phone_variants: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Other numbers the person called from, E.164."""
    email: Mapped[str | None] = mapped_column(String(255))
    """In small letters, None where none is known; never an empty string or a placeholder."""
    preferred_language: Mapped[str] = mapped_column(ascii_text(5), default="de")
    notes: Mapped[str | None] = mapped_column(LongText)
    tags: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    status: Mapped[str] = mapped_column(ascii_text(10), default="active")
    """``active``, ``merged`` (into another row) or ``erased``."""
    merged_into_id: Mapped[int | None] = mapped_column(BigKey)
    """The row a merged one went into; no foreign key, for that row may be merged on."""
    last_call_at: Mapped[datetime | None]
    privacy_consent_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
