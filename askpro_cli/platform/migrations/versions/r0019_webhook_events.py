"""Webhook events: the inbox.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

table = "webhook_events"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("source", making.ascii_text(50)),
        making.required("event_type", sa.String(100)),
        making.required("key_hash", making.ascii_text(64)),
        making.required("dedup_key", sa.String(500)),
        making.required("key_from", making.ascii_text(60)),
        making.optional("entity", sa.String(200)),
        making.required("state", making.ascii_text(10)),
        making.optional("reason", sa.String(500)),
        making.required("attempts", sa.Integer),
        making.required("hits", sa.Integer),
        making.optional("company", making.ascii_text(63)),
        making.optional("secret_id", making.ascii_text(120)),
        making.required("correlation_id", making.ascii_text(40)),
        making.optional("replay_of", making.KEY),
        making.required("received_at_ms", sa.BigInteger),
        making.required("last_seen_ms", sa.BigInteger),
        making.optional("due_at_ms", sa.BigInteger),
        making.optional("claim_id", making.ascii_text(32)),
        making.optional("claimed_by", sa.String(100)),
        making.optional("finished_at_ms", sa.BigInteger),
        making.optional("client", making.ascii_text(64)),
        making.required("path", sa.String(500)),
        making.optional("headers", making.BYTES),
        making.required("body_hash", making.ascii_text(64)),
        making.required("body_size", sa.Integer),
        making.optional("body", making.BYTES),
        making.primary("id"),
        making.unique("webhook_events_key_hash_unique", "key_hash"),
        indexes={
            "webhook_events_due_index": ["due_at_ms", "id"],
            "webhook_events_entity_index": ["entity", "due_at_ms"],
            "webhook_events_received_index": ["received_at_ms", "id"],
            "webhook_events_state_index": ["state", "received_at_ms", "source", "event_type", "company"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
