"""Services of a person.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

table = "service_staff"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.required("staff_id", making.KEY),
        making.required("service_id", making.KEY),
        making.required("is_active", sa.Boolean),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("staff_id", "staff"),
        making.foreign("service_id", "services"),
        making.unique("service_staff_staff_service_unique", "staff_id", "service_id"),
        indexes={
            "service_staff_company_id_index": ["company_id"],
            "service_staff_service_id_index": ["service_id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
