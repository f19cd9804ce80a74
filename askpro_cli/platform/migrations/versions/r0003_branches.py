"""Branches: the places of a company.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

table = "branches"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.required("slug", making.ascii_text(63)),
        making.required("name", sa.String(255)),
        making.optional("phone_number", making.ascii_text(20)),
        making.optional("notification_email", sa.String(255)),
        making.optional("address", sa.String(255)),
        making.optional("postal_code", sa.String(20)),
        making.optional("city", sa.String(255)),
        making.required("country", making.ascii_text(2)),
        making.optional("timezone", making.ascii_text(50)),
        making.optional("business_hours", sa.JSON),
        making.optional("retell_agent_id", sa.String(255)),
        making.required("is_active", sa.Boolean),
        making.optional("deleted_at", making.INSTANT),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.unique("branches_company_slug_unique", "company_id", "slug"),
        indexes={
            "branches_company_active_index": ["company_id", "is_active"],
            "branches_is_active_index": ["is_active"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
