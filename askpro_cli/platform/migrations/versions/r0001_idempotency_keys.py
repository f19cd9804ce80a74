"""Idempotency keys.

Revision ID: 0001
Revises: none
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a copy of platform/tables.py as it was at this revision."""
    op.create_table(
        "idempotency_keys",
        sa.Column("company", _ascii(100), nullable=False),
        sa.Column("key_hash", _ascii(64), nullable=False),
        sa.Column("content_hash", _ascii(64), nullable=False),
        sa.Column("state", _ascii(10), nullable=False),
        sa.Column("token", _ascii(32), nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
        sa.Column("uid", _ascii(100)),
        sa.Column("event_type_id", sa.BigInteger),
        sa.Column("start_at_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("company", "key_hash"),
    )
    op.create_index("ix_idempotency_keys_expires_at_ms", "idempotency_keys", ["expires_at_ms"])


def downgrade() -> None:
    """Remove the table: every key given so far is forgotten."""
    op.drop_table("idempotency_keys")


def _ascii(length: int) -> sa.types.TypeEngine[str]:
    """Return text compared byte by byte."""
    exact = mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")
