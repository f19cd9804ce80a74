"""Companies: the tenants.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

table = "companies"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("slug", making.ascii_text(63)),
        making.required("name", sa.String(255)),
        making.optional("email", sa.String(255)),
        making.optional("phone", making.ascii_text(20)),
        making.optional("address", sa.String(255)),
        making.optional("postal_code", sa.String(20)),
        making.optional("city", sa.String(255)),
        making.required("country", making.ascii_text(2)),
        making.optional("industry", sa.String(50)),
        making.optional("timezone", making.ascii_text(50)),
        making.required("default_language", making.ascii_text(5)),
        making.optional("calcom_team_id", making.KEY),
        making.optional("calcom_team_slug", sa.String(255)),
        making.required("calcom_handles_notifications", sa.Boolean),
        making.required("send_booking_confirmations", sa.Boolean),
        making.required("is_active", sa.Boolean),
        making.optional("deleted_at", making.INSTANT),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.unique("companies_slug_unique", "slug"),
        indexes={
            "companies_is_active_index": ["is_active"],
            "companies_deleted_at_index": ["deleted_at"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
