"""The row that holds a slot: written before the vendor is asked, under the lock of whoever's time it is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, select

from askpro_cli.base.errors import IdempotencyError, RefusedError, SlotUnavailableError
from askpro_cli.base.times import iso_local
from askpro_cli.booking.customers.active import active_customer
from askpro_cli.booking.flow import conflicts
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Held, Taken, database_now, new_token
from askpro_cli.booking.flow.making.drafting import Draft
from askpro_cli.booking.flow.mapping.wishes import Target
from askpro_cli.booking.flow.states import BOOKING
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

CONTENT = "content"
"""Entry of an appointment's metadata: the hash of what its idempotency key stands for."""

OURS = "askpro"
"""As ``vendor`` of a refusal: our own records refuse it, Cal.com was not asked to book."""

_UNDER_KEY = select(Appointment).where(Appointment.idempotency_key == bindparam("key"))


def standing(session: TenantSession, draft: Draft) -> Appointment | None:
    """Return the appointment that stands under the key of *draft* already, None when there is none.

    Raises:
        IdempotencyError: the key was given before, for another appointment.
        RefusedError: it is with somebody else, or somewhere else, than is asked for now.
    """
    row = session.scalar(_UNDER_KEY, {"key": draft.key})
    if row is None:
        return None
    if (row.booking_metadata or {}).get(CONTENT) != draft.payload.content:
        message = "this idempotency key was used before, for another appointment"
        raise IdempotencyError(message, hint="give another key, or leave it out to have it derived")
    _refuse_other(row, draft)
    return row


def claim(session: TenantSession, flow: FlowDesk, draft: Draft) -> Taken | Appointment:
    """Write the appointment in the state ``booking``, or return the one that stands under its key.

    Raises:
        SlotUnavailableError: another appointment overlaps, by our records.
        IdempotencyError, RefusedError: as :func:`standing`.
        NotFoundError: its customer was erased meanwhile.
    """
    conflicts.lock(session, draft.calendar)
    own = standing(session, draft)
    if own is not None:
        return own
    other = conflicts.in_the_way(session, draft.calendar, draft.interval)
    if other is not None:
        raise taken(flow, draft)
    row = _row(session, flow, draft)
    session.add(row)
    session.flush()
    flow.at_step("row_inserted")
    return Taken(row, Held(row.id, row.lock_token or ""))


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


def _row(session: TenantSession, flow: FlowDesk, draft: Draft) -> Appointment:
    wish, target = draft.wish, draft.target
    return Appointment(
        branch_id=target.branch_id,
        customer_id=_customer(session, target),
        staff_id=target.staff_id,
        service_id=target.service_id,
        call_id=target.call_id,
        calcom_event_type_id=target.event_type_row,
        idempotency_key=draft.key,
        correlation_id=flow.correlation_id,
        status=BOOKING,
        source=wish.source,
        starts_at=draft.interval.start,
        ends_at=draft.interval.end,
        payload=draft.payload.pack(),
        booking_metadata={CONTENT: draft.payload.content},
        price_cents=target.price_cents,
        notes=wish.notes,
        version=1,
        attempts=1,
        lock_token=new_token(),
        lock_expires_at=database_now(session) + timedelta(seconds=flow.lease_seconds),
    )


def _customer(session: TenantSession, target: Target) -> int | None:
    """Return the key of a known customer, who may have been merged or erased since it was mapped.

    Raises:
        NotFoundError: it was erased.
    """
    return active_customer(session, target.contact.customer_id, lock=True).id if target.contact else None
