"""Idempotency keys.

Revision ID: 0001
Revises: none
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

table = "idempotency_keys"


def upgrade() -> None:
    """Make the table; a copy of platform/tables.py as it was at this revision."""
    making.make_table(
        table,
        making.required("company", making.ascii_text(100)),
        making.required("key_hash", making.ascii_text(64)),
        making.required("content_hash", making.ascii_text(64)),
        making.required("state", making.ascii_text(10)),
        making.required("token", making.ascii_text(32)),
        making.required("lease_until_ms", sa.BigInteger),
        making.required("created_at_ms", sa.BigInteger),
        making.required("expires_at_ms", sa.BigInteger),
        making.optional("uid", making.ascii_text(100)),
        making.optional("event_type_id", sa.BigInteger),
        making.optional("start_at_ms", sa.BigInteger),
        making.primary("company", "key_hash"),
        indexes={"ix_idempotency_keys_expires_at_ms": ["expires_at_ms"]},
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
