"""Services: what can be booked.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

table = "services"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.required("name", sa.String(255)),
        making.optional("description", making.LONG_TEXT),
        making.optional("category", sa.String(255)),
        making.required("duration", sa.Integer),
        making.required("price_cents", sa.Integer),
        making.required("sort_order", sa.Integer),
        making.required("is_active", sa.Boolean),
        making.optional("deleted_at", making.INSTANT),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        indexes={
            "services_company_deleted_index": ["company_id", "deleted_at"],
            "services_deleted_at_index": ["deleted_at"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
