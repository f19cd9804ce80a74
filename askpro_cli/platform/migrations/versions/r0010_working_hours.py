"""Working hours of a person.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

table = "working_hours"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.required("staff_id", making.KEY),
        making.required("day_of_week", sa.Integer),
        making.required("start_time", sa.Time),
        making.required("end_time", sa.Time),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("staff_id", "staff"),
        indexes={
            "working_hours_company_id_index": ["company_id"],
            "working_hours_staff_day_index": ["staff_id", "day_of_week"],
            "working_hours_day_of_week_index": ["day_of_week"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
