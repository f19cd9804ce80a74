"""A person's data as one document, for whoever asks what is kept of them."""

from __future__ import annotations

import base64
from datetime import datetime, time
from typing import Any

from sqlalchemy import inspect

from askpro_cli.base.times import iso_utc
from askpro_cli.booking.customers.inbox_rows import inbox_rows
from askpro_cli.booking.customers.person import calcom_uids, gather
from askpro_cli.platform import tenancy
from askpro_cli.platform.schema.base import Base
from askpro_cli.platform.tenancy import TenantSession

_OURS = frozenset(
    {"company_id", "lock_token", "lock_expires_at", "version", "next_attempt_at", "claim_id", "claimed_by"}
)
"""Columns that say nothing of a person: who is at a row, and until when."""


def export(session: TenantSession, customer_id: int) -> dict[str, Any]:
    """Return everything the records hold of a person, JSON-ready; instants in UTC, money in cents.

    Args:
        session: of one company.
        customer_id: of the row that stands for the person.

    Raises:
        NotFoundError: this company has no such customer.
        RefusedError: it was merged into another, whose export holds it.
    """
    person = gather(session, customer_id)
    inbox = inbox_rows(session, person)
    return {
        "askpro_export": 1,
        "exported_at": iso_utc(session.info[tenancy.CLOCK].now()),
        "customer": _plain(person.customer),
        "merged": [_plain(row) for row in person.merged],
        "appointments": [_plain(row) for row in person.appointments],
        "bookings": [_plain(row) for row in person.bookings],
        "calls": [_plain(row) for row in person.calls],
        "notifications": [_plain(row) for row in person.notifications],
        "activity": [_plain(row) for row in person.activity],
        "webhook_events": [_plain(row) for row in inbox.events],
        "webhook_conflicts": [_plain(row) for row in inbox.conflicts],
        "webhook_rejected": [_plain(row) for row in inbox.rejected],
        "elsewhere": {
            "calcom_booking_uids": calcom_uids(person),
            "retell_call_ids": [call.retell_call_id for call in person.calls],
        },
    }


def _plain(row: Base) -> dict[str, Any]:
    names = [attribute.key for attribute in inspect(type(row)).column_attrs]
    return {name: _value(getattr(row, name)) for name in names if name not in _OURS}


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return _readable(value)
    if isinstance(value, datetime):
        return iso_utc(value)
    return value.isoformat() if isinstance(value, time) else value


def _readable(value: bytes) -> str:
    """Return bytes as text, or as base64 where they are none."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(value).decode("ascii")
