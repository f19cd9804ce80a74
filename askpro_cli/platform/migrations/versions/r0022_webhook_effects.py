"""Webhook effects: what must happen after an event's commit.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

table = "webhook_effects"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("event_id", making.KEY),
        making.required("kind", making.ascii_text(60)),
        making.optional("company", making.ascii_text(63)),
        making.optional("payload", sa.JSON),
        making.required("attempts", sa.Integer),
        making.required("due_at_ms", sa.BigInteger),
        making.primary("id"),
        making.foreign("event_id", "webhook_events"),
        indexes={
            "webhook_effects_due_index": ["due_at_ms"],
            "webhook_effects_event_id_index": ["event_id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
