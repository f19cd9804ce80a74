"""Services of a branch.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

table = "branch_service"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.required("branch_id", making.KEY),
        making.required("service_id", making.KEY),
        making.optional("price_cents", sa.Integer),
        making.optional("duration", sa.Integer),
        making.required("is_active", sa.Boolean),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("branch_id", "branches"),
        making.foreign("service_id", "services"),
        making.unique("branch_service_branch_service_unique", "branch_id", "service_id"),
        indexes={
            "branch_service_company_id_index": ["company_id"],
            "branch_service_service_id_index": ["service_id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
