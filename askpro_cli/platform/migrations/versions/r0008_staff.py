"""Staff: who does the work.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

table = "staff"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.optional("branch_id", making.KEY),
        making.required("name", sa.String(255)),
        making.optional("email", sa.String(255)),
        making.optional("phone", making.ascii_text(20)),
        making.optional("calcom_user_id", making.KEY),
        making.required("is_bookable", sa.Boolean),
        making.required("is_active", sa.Boolean),
        making.optional("deleted_at", making.INSTANT),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("branch_id", "branches"),
        making.unique("staff_company_calcom_user_unique", "company_id", "calcom_user_id"),
        indexes={
            "staff_company_branch_index": ["company_id", "branch_id"],
            "staff_branch_id_index": ["branch_id"],
            "staff_email_index": ["email"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
