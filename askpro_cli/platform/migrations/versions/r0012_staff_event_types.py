"""Hosts of an event type.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

table = "staff_event_types"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.required("staff_id", making.KEY),
        making.required("event_type_id", making.KEY),
        making.required("is_primary", sa.Boolean),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("staff_id", "staff"),
        making.foreign("event_type_id", "calcom_event_types"),
        making.unique("staff_event_types_unique", "staff_id", "event_type_id"),
        indexes={
            "staff_event_types_company_id_index": ["company_id"],
            "staff_event_types_event_type_id_index": ["event_type_id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
