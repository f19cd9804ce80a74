"""Users: who may sign in to the platform.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

table = "users"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.optional("company_id", making.KEY),
        making.required("name", sa.String(255)),
        making.required("email", sa.String(255)),
        making.required("interface_language", making.ascii_text(5)),
        making.required("is_active", sa.Boolean),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.unique("users_email_index", "email"),
        indexes={
            "users_company_id_index": ["company_id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
