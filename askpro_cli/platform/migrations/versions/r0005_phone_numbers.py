"""Phone numbers: whose call a dialled number is.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

table = "phone_numbers"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.optional("branch_id", making.KEY),
        making.required("number", making.ascii_text(20)),
        making.required("type", making.ascii_text(10)),
        making.optional("description", sa.String(255)),
        making.optional("retell_phone_id", sa.String(255)),
        making.optional("retell_agent_id", sa.String(255)),
        making.optional("retell_agent_version", sa.String(50)),
        making.required("is_primary", sa.Boolean),
        making.required("is_active", sa.Boolean),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("branch_id", "branches"),
        making.unique("phone_numbers_number_unique", "number"),
        indexes={
            "phone_numbers_company_id_index": ["company_id"],
            "phone_numbers_branch_id_index": ["branch_id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
