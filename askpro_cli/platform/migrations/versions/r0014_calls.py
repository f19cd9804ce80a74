"""Calls.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

table = "calls"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("company_id", making.KEY),
        making.optional("branch_id", making.KEY),
        making.optional("customer_id", making.KEY),
        making.optional("phone_number_id", making.KEY),
        making.required("retell_call_id", making.ascii_text(100)),
        making.optional("retell_agent_id", sa.String(255)),
        making.optional("agent_version", sa.String(50)),
        making.optional("from_number", sa.String(50)),
        making.optional("to_number", sa.String(50)),
        making.required("direction", making.ascii_text(10)),
        making.required("call_status", making.ascii_text(20)),
        making.optional("call_successful", sa.Boolean),
        making.optional("disconnection_reason", sa.String(100)),
        making.optional("start_timestamp", making.INSTANT),
        making.optional("end_timestamp", making.INSTANT),
        making.optional("duration_sec", sa.Integer),
        making.optional("cost_cents", sa.Integer),
        making.optional("sentiment", sa.String(20)),
        making.optional("detected_language", making.ascii_text(5)),
        making.optional("summary", making.LONG_TEXT),
        making.optional("transcript", making.LONG_TEXT),
        making.optional("recording_url", sa.String(1000)),
        making.optional("raw", sa.JSON),
        making.required("created_at", making.INSTANT),
        making.required("updated_at", making.INSTANT),
        making.primary("id"),
        making.foreign("company_id", "companies"),
        making.foreign("branch_id", "branches"),
        making.foreign("customer_id", "customers"),
        making.foreign("phone_number_id", "phone_numbers"),
        making.unique("calls_retell_call_id_index", "retell_call_id"),
        indexes={
            "calls_company_call_status_index": ["company_id", "call_status"],
            "calls_company_created_at_index": ["company_id", "created_at"],
            "calls_branch_id_index": ["branch_id"],
            "calls_customer_created_at_index": ["customer_id", "created_at"],
            "calls_phone_number_id_index": ["phone_number_id"],
            "calls_from_number_index": ["from_number"],
            "calls_to_number_index": ["to_number"],
            "calls_call_status_index": ["call_status"],
            "calls_start_timestamp_index": ["start_timestamp"],
            "calls_duration_sec_index": ["duration_sec"],
            "calls_cost_cents_index": ["cost_cents"],
            "calls_created_at_index": ["created_at"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
