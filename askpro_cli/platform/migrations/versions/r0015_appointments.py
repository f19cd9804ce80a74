"""Appointments.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

table = "appointments"

INDEXES = {
    "appointments_company_status_index": ["company_id", "status"],
    "appointments_company_starts_at_index": ["company_id", "starts_at"],
    "appointments_branch_starts_at_index": ["branch_id", "starts_at"],
    "appointments_customer_id_index": ["customer_id"],
    "appointments_staff_starts_at_index": ["staff_id", "starts_at"],
    "appointments_service_id_index": ["service_id"],
    "appointments_call_id_index": ["call_id"],
    "appointments_event_type_starts_at_index": ["calcom_event_type_id", "starts_at"],
    "appointments_status_starts_at_index": ["status", "starts_at"],
    "appointments_starts_at_index": ["starts_at"],
    "appointments_ends_at_index": ["ends_at"],
    "appointments_reminder_24h_sent_at_index": ["reminder_24h_sent_at"],
}


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.optional("branch_id", making.KEY),
        making.optional("customer_id", making.KEY),
        making.optional("staff_id", making.KEY),
        making.optional("service_id", making.KEY),
        making.optional("call_id", making.KEY),
        making.optional("calcom_event_type_id", making.KEY),
        making.optional("calcom_v2_booking_uid", making.ascii_text(100)),
        making.optional("idempotency_key", making.ascii_text(500)),
        making.required("correlation_id", making.ascii_text(40)),
        making.required("status", making.ascii_text(20)),
        making.optional("status_reason", sa.String(500)),
        making.required("source", making.ascii_text(10)),
        making.required("starts_at", making.INSTANT),
        making.required("ends_at", making.INSTANT),
        making.optional("moving_to_starts_at", making.INSTANT),
        making.optional("moving_to_ends_at", making.INSTANT),
        making.optional("payload", sa.JSON),
        making.optional("booking_metadata", sa.JSON),
        making.optional("price_cents", sa.Integer),
        making.optional("notes", making.LONG_TEXT),
        making.required("version", sa.Integer),
        making.optional("lock_token", making.ascii_text(32)),
        making.optional("lock_expires_at", making.INSTANT),
        making.required("attempts", sa.Integer),
        making.optional("next_attempt_at", making.INSTANT),
        making.optional("reminder_24h_sent_at", making.INSTANT),
        making.optional("cancelled_at", making.INSTANT),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("branch_id", "branches"),
        making.foreign("customer_id", "customers"),
        making.foreign("staff_id", "staff"),
        making.foreign("service_id", "services"),
        making.foreign("call_id", "calls"),
        making.foreign("calcom_event_type_id", "calcom_event_types"),
        making.check("appointments_ends_after_start", "ends_at > starts_at"),
        making.unique("appointments_calcom_v2_booking_uid_unique", "calcom_v2_booking_uid"),
        making.unique("appointments_company_key_unique", "company_id", "idempotency_key"),
        indexes=INDEXES,
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
