"""A booking at Cal.com is found by the one it was moved from.

Revision ID: 0029
Revises: 0028
"""

from __future__ import annotations

from askpro_cli.platform.migrations import making

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

index = ("calcom_bookings", "calcom_bookings_rescheduled_from_index")


def upgrade() -> None:
    """Add the index."""
    making.add_index("calcom_bookings", "calcom_bookings_rescheduled_from_index", "rescheduled_from_uid")


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
