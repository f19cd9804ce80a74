"""Bookings at Cal.com, each in the chain of an appointment.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from askpro_cli.platform.migrations import making

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

table = "calcom_bookings"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.optional("branch_id", making.KEY),
        making.optional("appointment_id", making.KEY),
        making.optional("event_type_id", making.KEY),
        making.required("calcom_uid", making.ascii_text(100)),
        making.optional("calcom_id", making.KEY),
        making.optional("rescheduled_from_uid", making.ascii_text(100)),
        making.required("status", making.ascii_text(20)),
        making.required("starts_at", making.INSTANT),
        making.required("ends_at", making.INSTANT),
        making.optional("correlation_id", making.ascii_text(40)),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("branch_id", "branches"),
        making.foreign("appointment_id", "appointments"),
        making.foreign("event_type_id", "calcom_event_types"),
        making.unique("calcom_bookings_calcom_uid_index", "calcom_uid"),
        indexes={
            "calcom_bookings_company_status_index": ["company_id", "status"],
            "calcom_bookings_branch_id_index": ["branch_id"],
            "calcom_bookings_appointment_id_index": ["appointment_id"],
            "calcom_bookings_event_type_id_index": ["event_type_id"],
            "calcom_bookings_starts_at_index": ["starts_at"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
