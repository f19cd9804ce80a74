"""Replay items: what became of each event of a replay.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

table = "replay_items"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("job_id", making.KEY),
        making.required("event_id", making.KEY),
        making.required("state", making.ascii_text(10)),
        making.required("attempts", sa.Integer),
        making.optional("http_status", sa.Integer),
        making.optional("reason", sa.String(500)),
        making.optional("new_event_id", making.KEY),
        making.optional("finished_at_ms", sa.BigInteger),
        making.primary("id"),
        making.foreign("job_id", "replay_jobs"),
        making.foreign("event_id", "webhook_events"),
        making.unique("replay_items_job_event_unique", "job_id", "event_id"),
        indexes={
            "replay_items_event_id_index": ["event_id"],
            "replay_items_job_state_index": ["job_id", "state", "id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
