"""Customers as answers show them: masked unless revealed.

The names are documented in ``docs/customers.md`` and stay once released.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from askpro_cli.base.redaction import HIDDEN, mask_email, mask_name, mask_phone
from askpro_cli.base.times import iso_utc
from askpro_cli.booking.customers.duplicates import Duplicate
from askpro_cli.booking.customers.person import Person, calcom_uids
from askpro_cli.platform.schema import Customer


def customer_view(row: Customer, *, reveal: bool = False) -> dict[str, Any]:
    """Return a customer as ``data.customers[]`` shows it.

    Args:
        row: the customer.
        reveal: show name, numbers and address; the caller logs that it did.
    """
    return {
        "id": row.id,
        "status": row.status,
        "name": _name(row, reveal=reveal),
        "phone": row.phone if reveal or row.phone is None else mask_phone(row.phone),
        "email": row.email if reveal or row.email is None else mask_email(row.email),
        "language": row.preferred_language,
        "last_call_at": _instant(row.last_call_at),
    }


def person_view(person: Person, *, reveal: bool = False) -> dict[str, Any]:
    """Return a customer as ``data.customer`` shows it: with further numbers, notes, and what hangs on it."""
    row = person.customer
    variants = row.phone_variants or []
    return customer_view(row, reveal=reveal) | {
        "phone_variants": variants if reveal else [mask_phone(one) for one in variants],
        "notes": row.notes if reveal or row.notes is None else HIDDEN,
        "tags": row.tags if reveal or not row.tags else HIDDEN,
        "privacy_consent_at": _instant(row.privacy_consent_at),
        "erased_at": _instant(row.erased_at),
        "created_at": iso_utc(row.created_at),
        "merged_ids": [one.id for one in person.merged],
        "appointments": dict(Counter(one.status for one in person.appointments)),
        "calls": len(person.calls),
        "notifications": len(person.notifications),
        "calcom_uids": calcom_uids(person),
    }


def duplicate_view(pair: Duplicate, *, reveal: bool = False) -> dict[str, Any]:
    """Return a pair as ``data.duplicates[]`` shows it."""
    kept, merged = pair.names if reveal else map(mask_name, pair.names)
    return {
        "kept": {"id": pair.kept, "name": kept},
        "merged": {"id": pair.merged, "name": merged},
        "reasons": pair.reasons,
        "confidence": pair.confidence,
    }


def _name(row: Customer, *, reveal: bool) -> str:
    return row.name if reveal or row.erased_at else mask_name(row.name)


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else iso_utc(instant)
