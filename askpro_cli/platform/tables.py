"""The tables of the records (SQLAlchemy Core). Changed only together with a revision in migrations/."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

HEAD = "0029"
"""The newest revision in migrations/versions; a test compares the two, so that looking costs no import."""

metadata = MetaData(naming_convention={"fk": "%(table_name)s_%(column_0_name)s_foreign"})


def ascii_text(length: int) -> TypeEngine[str]:
    """Return the type of a column of plain ASCII compared byte by byte.

    MariaDB and MySQL would otherwise compare without case and trailing spaces.
    """
    exact = mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")
    return String(length).with_variant(exact, "mysql", "mariadb")


def ascii_only(*words: str | None) -> list[str]:
    """Return those of *words* that a column of plain ASCII may hold.

    MariaDB refuses to compare such a column with any other text, where other databases just find nothing.
    """
    return [word for word in words if word is not None and word.isascii()]


idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("company", ascii_text(100), primary_key=True),
    Column("key_hash", ascii_text(64), primary_key=True),
    Column("content_hash", ascii_text(64), nullable=False),
    Column("state", ascii_text(10), nullable=False),
    Column("token", ascii_text(32), nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("uid", ascii_text(100)),
    Column("event_type_id", BigInteger),
    Column("start_at_ms", BigInteger),
    Index("ix_idempotency_keys_expires_at_ms", "expires_at_ms"),
)
"""What an idempotency key stands for, without personal data: SHA-256 of key and content, the booking's uid,
event type and start. Instants are milliseconds since 1970 UTC by the database's clock. ``state``: ``claimed``
(somebody is at it), ``unsettled`` (something was sent, its fate unknown), ``done``."""
