"""Webhook attempts: each try to handle an event.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

table = "webhook_attempts"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("event_id", making.KEY),
        making.required("number", sa.Integer),
        making.required("claim_id", making.ascii_text(32)),
        making.required("claimed_by", sa.String(100)),
        making.required("started_at_ms", sa.BigInteger),
        making.required("ended_at_ms", sa.BigInteger),
        making.required("outcome", making.ascii_text(10)),
        making.optional("reason", sa.String(500)),
        making.primary("id"),
        making.foreign("event_id", "webhook_events"),
        indexes={
            "webhook_attempts_event_id_index": ["event_id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
