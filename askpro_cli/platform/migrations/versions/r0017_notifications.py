"""Notifications: the outbox of mails.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

table = "notifications"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.required("appointment_id", making.KEY),
        making.optional("customer_id", making.KEY),
        making.required("kind", making.ascii_text(20)),
        making.required("channel", making.ascii_text(10)),
        making.optional("recipient", sa.String(255)),
        making.required("language", making.ascii_text(5)),
        making.required("message_id", making.ascii_text(200)),
        making.required("sequence", sa.Integer),
        making.optional("payload", sa.JSON),
        making.required("status", making.ascii_text(10)),
        making.required("attempts", sa.Integer),
        making.optional("next_attempt_at", making.INSTANT),
        making.optional("last_error", sa.String(500)),
        making.optional("lock_token", making.ascii_text(32)),
        making.optional("lock_expires_at", making.INSTANT),
        making.optional("correlation_id", making.ascii_text(40)),
        making.optional("sent_at", making.INSTANT),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("appointment_id", "appointments"),
        making.foreign("customer_id", "customers"),
        making.unique("notifications_message_id_unique", "message_id"),
        indexes={
            "notifications_company_id_index": ["company_id"],
            "notifications_appointment_id_index": ["appointment_id"],
            "notifications_customer_id_index": ["customer_id"],
            "notifications_status_next_attempt_index": ["status", "next_attempt_at"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
