"""What every table shares: one key type, one way to keep instants, and the mark of a company's own rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, UnicodeText
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from askpro_cli.platform.tables import metadata

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""The one key type: SQLite counts up by itself only in a column declared INTEGER."""

LongText = UnicodeText().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
"""Text of any length: MariaDB's TEXT ends at 64 kB, which a long transcript passes."""

TABLE_OPTIONS: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


class Instant(TypeDecorator[datetime]):
    """An instant: aware on both sides, UTC inside, microseconds on every database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the database's own type."""
        if dialect.name == "postgresql":
            from sqlalchemy.dialects import postgresql  # 20 ms that no other database needs

            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant as the database keeps it; a naive one is a mistake of ours.

        Raises:
            ValueError: it has no zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"an instant needs its zone: {value!r}"
            raise ValueError(message)
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware instant in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models; their tables share the metadata of ``platform/tables.py``."""

    metadata = metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant}

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, sort_order=-100)


class Stamped:
    """When a row was made and last changed, by the clock of the session that did it (UTC)."""

    created_at: Mapped[datetime] = mapped_column(sort_order=100)
    updated_at: Mapped[datetime] = mapped_column(sort_order=101)


class OfCompany:
    """A row that belongs to one company: every query of a company's session carries its id."""

    @declared_attr
    def company_id(cls) -> Mapped[int]:  # noqa: N805 - declared on the class
        """Return the column; it never changes once the row is made."""
        return mapped_column(BigKey, ForeignKey("companies.id"), sort_order=-99)
