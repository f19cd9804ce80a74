"""Customers: the people who call.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

table = "customers"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.required("name", sa.String(255)),
        making.optional("phone", making.ascii_text(20)),
        making.optional("phone_variants", sa.JSON),
        making.optional("email", sa.String(255)),
        making.required("preferred_language", making.ascii_text(5)),
        making.optional("notes", making.LONG_TEXT),
        making.optional("tags", sa.JSON),
        making.required("status", making.ascii_text(10)),
        making.optional("merged_into_id", making.KEY),
        making.optional("last_call_at", making.INSTANT),
        making.optional("privacy_consent_at", making.INSTANT),
        making.optional("erased_at", making.INSTANT),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.unique("customers_company_phone_unique", "company_id", "phone"),
        indexes={
            "customers_company_email_index": ["company_id", "email"],
            "customers_name_index": ["name"],
            "customers_phone_index": ["phone"],
            "customers_email_index": ["email"],
            "customers_merged_into_id_index": ["merged_into_id"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
