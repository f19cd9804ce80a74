"""What events told of a booking at Cal.com beside its status.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

column = ("calcom_bookings", "told")


def upgrade() -> None:
    """Add the column."""
    making.add_column("calcom_bookings", making.optional("told", sa.JSON()))


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
