"""API tokens: who may ask the daemon.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

table = "api_tokens"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("name", sa.String(100)),
        making.required("token_hash", making.ascii_text(64)),
        making.required("hint", making.ascii_text(20)),
        making.required("scopes", sa.JSON),
        making.required("created_at_ms", sa.BigInteger),
        making.optional("expires_at_ms", sa.BigInteger),
        making.optional("revoked_at_ms", sa.BigInteger),
        making.optional("last_used_ms", sa.BigInteger),
        making.primary("id"),
        making.unique("api_tokens_name_unique", "name"),
        making.unique("api_tokens_token_hash_unique", "token_hash"),
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
