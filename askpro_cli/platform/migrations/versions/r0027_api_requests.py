"""API requests: what was asked of the daemon.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

import sqlalchemy as sa

from askpro_cli.platform.migrations import making

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

table = "api_requests"


def upgrade() -> None:
    """Make the table; a copy of its model as it was at this revision."""
    making.make_table(
        table,
        making.required("id", making.KEY),
        making.required("at_ms", sa.BigInteger),
        making.optional("token_id", making.KEY),
        making.optional("client", making.ascii_text(64)),
        making.required("method", making.ascii_text(10)),
        making.required("path", sa.String(500)),
        making.required("status", sa.Integer),
        making.required("correlation_id", making.ascii_text(40)),
        making.primary("id"),
        indexes={
            "api_requests_at_index": ["at_ms"],
        },
    )


def downgrade() -> None:
    """Refuse."""
    making.refuse_downgrade(revision)
