"""The row that holds a slot: written before the vendor is asked, under the lock of whoever's time it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from askpro_cli.base.errors import IdempotencyError, RefusedError, SlotUnavailableError
from askpro_cli.base.times import iso_local
from askpro_cli.booking.customers.active import active_customer
from askpro_cli.booking.flow import conflicts, leases
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Held, Taken, new_token
from askpro_cli.booking.flow.making.drafting import Draft
from askpro_cli.booking.flow.mapping.wishes import Target
from askpro_cli.booking.flow.states import BOOKING
from askpro_cli.platform.bounded import Bounded, of, table_of
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.new_rows import add_row
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

CONTENT = "content"
"""Entry of an appointment's metadata: the hash of what its idempotency key stands for."""

OURS = "askpro"
"""As ``vendor`` of a refusal: our own records refuse it, Cal.com was not asked to book."""

_rows = table_of(Appointment)
_LOOK = Bounded(
    select(
        now_ms().label("now"),
        select(_rows.c.id)
        .where(of(_rows), _rows.c.idempotency_key == bindparam("key"))
        .scalar_subquery()
        .label("own"),
    )
)
"""The database's clock, and the appointment under a key."""


def standing(session: TenantSession, draft: Draft) -> Appointment | None:
    """Return the appointment that stands under the key of *draft* already, None when there is none.

    Raises:
        IdempotencyError: the key was given before, for another appointment.
        RefusedError: it is with somebody else, or somewhere else, than is asked for now.
    """
    return _look(session, draft)[1]


def _look(session: TenantSession, draft: Draft) -> tuple[datetime, Appointment | None]:
    """Return the present instant by the database's clock, and :func:`standing`."""
    found = _LOOK.all(session, key=draft.key)[0]
    row = session.get_one(Appointment, found.own) if found.own else None
    if row is not None:
        _refuse_another(row, draft)
    return leases.instant_of(found.now), row


def _refuse_another(row: Appointment, draft: Draft) -> None:
    if (row.booking_metadata or {}).get(CONTENT) != draft.payload.content:
        message = "this idempotency key was used before, for another appointment"
        raise IdempotencyError(message, hint="give another key, or leave it out to have it derived")
    _refuse_other(row, draft)


def claim(session: TenantSession, flow: FlowDesk, draft: Draft) -> Taken | Appointment:
    """Write the appointment in the state ``booking``, or return the one that stands under its key.

    Raises:
        SlotUnavailableError: another appointment overlaps, by our records.
        IdempotencyError, RefusedError: as :func:`standing`.
        NotFoundError: its customer was erased meanwhile.
    """
    conflicts.lock(session, draft.calendar)
    now, own = _look(session, draft)
    if own is not None:
        return own
    other = conflicts.in_the_way(session, draft.calendar, draft.interval)
    if other is not None:
        raise taken(flow, draft)
    values = _values(session, flow, draft, now)
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


def _refuse_other(row: Appointment, draft: Draft) -> None:
    """Refuse when a person or branch was asked for by name, and the appointment has another."""
    asked, target = draft.wish.service, draft.target
    if asked.staff is not None and row.staff_id not in (None, target.staff_id):
        what = "with somebody else"
    elif asked.branch is not None and row.branch_id != target.branch_id:
        what = "at another branch"
    else:
        return
    raise RefusedError(
        f"appointment {row.id} stands already for this person, service and time, {what}",
        subject=str(row.id),
        hint=f"askpro cancel {row.id} --reason … first, or askpro appointments show {row.id}",
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
        "booking_metadata": {CONTENT: draft.payload.content},
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
