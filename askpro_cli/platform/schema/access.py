"""Who may ask the daemon: bearer tokens, and the log of what was asked with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from askpro_cli.platform.schema.base import TABLE_OPTIONS, Base, BigKey
from askpro_cli.platform.tables import ascii_text


class ApiToken(Base):
    """A bearer token; only its hash is kept, so that nobody can read it back."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash", name="api_tokens_token_hash_unique"),
        UniqueConstraint("name", name="api_tokens_name_unique"),
        TABLE_OPTIONS,
    )

    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(ascii_text(64))
    hint: Mapped[str] = mapped_column(ascii_text(20))
    """Its first characters, enough to tell two apart."""
    scopes: Mapped[list[Any]] = mapped_column(JSON)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    expires_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    revoked_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    last_used_ms: Mapped[int | None] = mapped_column(BigInteger)


class ApiRequest(Base):
    """One request with a token, or one that was refused for want of a good one; bounded."""

    __tablename__ = "api_requests"
    __table_args__ = (
        Index("api_requests_at_index", "at_ms"),
        TABLE_OPTIONS,
    )

    at_ms: Mapped[int] = mapped_column(BigInteger)
    token_id: Mapped[int | None] = mapped_column(BigKey)
    client: Mapped[str | None] = mapped_column(ascii_text(64))
    method: Mapped[str] = mapped_column(ascii_text(10))
    path: Mapped[str] = mapped_column(String(500))
    status: Mapped[int]
    correlation_id: Mapped[str] = mapped_column(ascii_text(40))
