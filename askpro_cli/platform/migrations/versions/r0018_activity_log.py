"""Activity log: who did what.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

table = "activity_log"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.optional("company_id", making.KEY),
        making.required("log_name", sa.String(50)),
        making.required("event", sa.String(100)),
        making.required("description", making.LONG_TEXT),
        making.optional("subject_type", sa.String(100)),
        making.optional("subject_id", making.KEY),
        making.optional("causer_type", sa.String(100)),
        making.optional("causer_id", making.KEY),
        making.optional("batch_uuid", making.ascii_text(40)),
        making.optional("properties", sa.JSON),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        indexes={
            "activity_log_company_id_index": ["company_id"],
            "activity_log_event_index": ["event"],
            "activity_log_subject_index": ["subject_type", "subject_id"],
            "activity_log_causer_index": ["causer_type", "causer_id"],
            "activity_log_created_at_index": ["created_at"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
