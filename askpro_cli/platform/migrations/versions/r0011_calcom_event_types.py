"""Event types of Cal.com.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

table = "calcom_event_types"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.optional("branch_id", making.KEY),
        making.optional("service_id", making.KEY),
        making.optional("staff_id", making.KEY),
        making.required("calcom_event_type_id", making.KEY),
        making.required("name", sa.String(255)),
        making.optional("slug", sa.String(255)),
        making.optional("team_id", making.KEY),
        making.optional("duration_minutes", sa.Integer),
        making.required("is_active", sa.Boolean),
        making.optional("last_synced_at", making.INSTANT),
        making.optional("setup_status", making.ascii_text(12)),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("branch_id", "branches"),
        making.foreign("service_id", "services"),
        making.foreign("staff_id", "staff"),
        making.unique("calcom_event_types_company_calcom_index", "company_id", "calcom_event_type_id"),
        indexes={
            "calcom_event_types_branch_id_index": ["branch_id"],
            "calcom_event_types_service_id_index": ["service_id"],
            "calcom_event_types_staff_id_index": ["staff_id"],
            "calcom_event_types_calcom_event_type_id_index": ["calcom_event_type_id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
