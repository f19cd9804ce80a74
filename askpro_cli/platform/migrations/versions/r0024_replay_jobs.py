"""Replay jobs: stored events that are sent or handled again.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

table = "replay_jobs"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("state", making.ascii_text(10)),
        making.required("criteria", sa.JSON),
        making.required("options", sa.JSON),
        making.required("total", sa.Integer),
        making.required("done", sa.Integer),
        making.required("failed", sa.Integer),
        making.required("skipped", sa.Integer),
        making.optional("reason", sa.String(500)),
        making.required("requested_by", sa.String(100)),
        making.required("correlation_id", making.ascii_text(40)),
        making.required("created_at_ms", sa.BigInteger),
        making.optional("started_at_ms", sa.BigInteger),
        making.optional("finished_at_ms", sa.BigInteger),
        making.optional("due_at_ms", sa.BigInteger),
        making.optional("claim_id", making.ascii_text(32)),
        making.optional("claimed_by", sa.String(100)),
        making.primary("id"),
        indexes={
            "replay_jobs_created_index": ["created_at_ms"],
            "replay_jobs_due_index": ["due_at_ms"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
