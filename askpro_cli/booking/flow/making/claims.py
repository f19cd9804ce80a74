"""The row that holds a slot: written before the vendor is asked, under the lock of whoever's time it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from askpro_cli.base.errors import SlotUnavailableError
from askpro_cli.base.times import iso_local
from askpro_cli.booking.customers.active import active_customer
from askpro_cli.booking.flow import conflicts
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Held, Taken, new_token
from askpro_cli.booking.flow.making.drafting import Draft
from askpro_cli.booking.flow.making.standing import CONTENT, look
from askpro_cli.booking.flow.mapping.wishes import Target
from askpro_cli.booking.flow.states import BOOKING
from askpro_cli.platform.row_writing import add_row
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

OURS = "askpro"
"""As ``vendor`` of a refusal: our own records refuse it, Cal.com was not asked to book."""


def claim(session: TenantSession, flow: FlowDesk, draft: Draft) -> Taken | Appointment:
    """Write the appointment in the state ``booking``, or return the one that stands under its key.

    Raises:
        SlotUnavailableError: another appointment overlaps, by our records.
        IdempotencyError, RefusedError: as :func:`askpro_cli.booking.flow.making.standing.look`.
        NotFoundError: its customer was erased meanwhile.
    """
    conflicts.lock(session, draft.calendar)
    found = look(session, draft.wanted)
    if found.row is not None:
        return found.row
    other = conflicts.in_the_way(session, draft.calendar, draft.interval)
    if other is not None:
        raise taken(flow, draft)
    values = _values(session, flow, draft, found.now)
    key = add_row(session, Appointment, **values)
    flow.at_step("row_inserted")
    return Taken(Appointment(id=key, **values), Held(key, values["lock_token"]))


def taken(flow: FlowDesk, draft: Draft, by: str = OURS) -> SlotUnavailableError:
    """Return the refusal of a time that somebody else has by our records, or that Cal.com does not offer."""
    when = iso_local(draft.interval.start, flow.desk.zone)
    why = "is taken" if by == OURS else "is not free at Cal.com"
    return SlotUnavailableError(
        f"{draft.target.service} at {when} {why}",
        vendor=by,
        subject=draft.target.service,
        hint="askpro alternatives shows the nearest free times",
    )


def _values(session: TenantSession, flow: FlowDesk, draft: Draft, now: datetime) -> dict[str, Any]:
    """Return the columns of the new row."""
    wish, target = draft.wish, draft.target
    return {
        "branch_id": target.branch_id,
        "customer_id": _customer(session, target),
        "staff_id": target.staff_id,
        "service_id": target.service_id,
        "call_id": target.call_id,
        "calcom_event_type_id": target.event_type_row,
        "idempotency_key": draft.key,
        "correlation_id": flow.correlation_id,
        "status": BOOKING,
        "source": wish.source,
        "starts_at": draft.interval.start,
        "ends_at": draft.interval.end,
        "payload": draft.payload.pack(),
        "booking_metadata": {CONTENT: draft.wanted.content},
        "price_cents": target.price_cents,
        "notes": wish.notes,
        "version": 1,
        "attempts": 1,
        "lock_token": new_token(),
        "lock_expires_at": now + timedelta(seconds=flow.lease_seconds),
    }


def _customer(session: TenantSession, target: Target) -> int | None:
    """Return the key of a known customer, who may have been merged or erased since it was mapped.

    Raises:
        NotFoundError: it was erased.
    """
    return active_customer(session, target.contact.customer_id, lock=True).id if target.contact else None
