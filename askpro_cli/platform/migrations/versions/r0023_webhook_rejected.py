"""Rejected webhooks: requests that were not let in.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

table = "webhook_rejected"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("fold_hash", making.ascii_text(64)),
        making.optional("source", making.ascii_text(50)),
        making.required("cause", making.ascii_text(30)),
        making.optional("detail", sa.String(500)),
        making.required("method", making.ascii_text(10)),
        making.required("path", sa.String(500)),
        making.optional("client", making.ascii_text(64)),
        making.required("hits", sa.Integer),
        making.required("correlation_id", making.ascii_text(40)),
        making.required("received_at_ms", sa.BigInteger),
        making.required("last_seen_ms", sa.BigInteger),
        making.optional("headers", making.BYTES),
        making.required("body_size", sa.Integer),
        making.optional("body", making.BYTES),
        making.optional("admitted_event_id", making.KEY),
        making.optional("admitted_at_ms", sa.BigInteger),
        making.primary("id"),
        making.unique("webhook_rejected_fold_hash_unique", "fold_hash"),
        indexes={
            "webhook_rejected_last_seen_index": ["last_seen_ms"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
