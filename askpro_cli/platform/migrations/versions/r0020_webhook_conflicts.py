"""Webhook conflicts: another body under a stored event's key.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

table = "webhook_conflicts"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("event_id", making.KEY),
        making.required("body_hash", making.ascii_text(64)),
        making.required("hits", sa.Integer),
        making.optional("secret_id", making.ascii_text(120)),
        making.required("correlation_id", making.ascii_text(40)),
        making.required("received_at_ms", sa.BigInteger),
        making.required("last_seen_ms", sa.BigInteger),
        making.optional("client", making.ascii_text(64)),
        making.optional("headers", making.BYTES),
        making.optional("body", making.BYTES),
        making.primary("id"),
        making.foreign("event_id", "webhook_events"),
        making.unique("webhook_conflicts_event_body_unique", "event_id", "body_hash"),
        indexes={
            "webhook_conflicts_received_index": ["received_at_ms"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
