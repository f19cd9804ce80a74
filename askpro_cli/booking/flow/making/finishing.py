"""From a row that this run is at to a booking that stands on both sides, or a row that says why not.

A first run and every later one come through here; a later one looks before it sends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from askpro_cli.base.errors import (
    AskproError,
    FateUnknownError,
    PendingError,
    RecordsError,
    RefusedError,
    SlotUnavailableError,
    UnknownError,
    VendorConflictError,
    VendorProtocolError,
    VendorValidationError,
)
from askpro_cli.base.times import Interval
from askpro_cli.booking.create import Booked, Order, create_booking, find_booking
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Held, Taken
from askpro_cli.booking.flow.making import completion
from askpro_cli.booking.flow.making.compensation import take_back
from askpro_cli.booking.flow.making.completion import NotOurs
from askpro_cli.booking.flow.making.drafting import fitted, marked
from askpro_cli.booking.flow.making.payload import Payload
from askpro_cli.booking.flow.making.reasons import reason_of, was_held_back
from askpro_cli.booking.flow.making.row_ledger import desk_of
from askpro_cli.booking.flow.outcomes import Outcome
from askpro_cli.booking.flow.states import BOOKING, CANCELLED, FAILED, PENDING_SYNC
from askpro_cli.calcom.event_types.lookup import VENDOR_IS_DOWN
from askpro_cli.calcom.models import Booking, EventType
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

_PAUSE_SECONDS = 0.2
_REFUSALS = (SlotUnavailableError, VendorConflictError, VendorValidationError, RefusedError)


def order_of(row: Appointment, event_type: EventType, *, doubt: bool) -> Order:
    """Return the remote booking of a row.

    Args:
        row: in a state in which it has its payload.
        event_type: as the vendor describes it.
        doubt: an earlier run may have sent it.

    Raises:
        InvalidValueError, RefusedError: it does not fit the event type any more.
    """
    order = look_order_of(row, event_type)
    asked = Payload.unpack(row.payload or {}, event_type.id, row.starts_at)
    request = marked(fitted(asked.request, event_type), row.id, row.correlation_id)
    return Order(
        request, event_type, order.key, order.content, order.around, reserve=asked.reserve, doubt=doubt
    )


def look_order_of(row: Appointment, event_type: EventType) -> Order:
    """Return what is needed to look for the booking of a row, whether it still fits or not."""
    asked = Payload.unpack(row.payload or {}, event_type.id, row.starts_at)
    around = Interval(row.starts_at, row.starts_at)
    return Order(asked.request, event_type, row.idempotency_key or "", asked.content, around)


async def finish(flow: FlowDesk, taken: Taken, order: Order) -> Outcome:
    """Book, and complete the appointment; on failure the row says what is left to do.

    Raises:
        PendingError: the vendor is down, nothing was sent, and the appointment is kept.
        FateUnknownError: it was sent and nobody can say; the row is kept, sync finds out.
        SlotUnavailableError, AskproError: nothing was booked, the slot is free again.
        RecordsError: it is booked and could not be completed here; sync does.
    """
    async with leases.kept(flow, taken.held):
        try:
            booked = await _book(desk_of(flow, taken.held, order), order)
        except BaseException as error:
            await after_failure(flow, taken, error, doubt=order.doubt)
            raise
        flow.at_step("booked")
        return await settle(flow, taken.held, booked)


async def _book(desk: Desk, order: Order) -> Booked:
    """Book; where the answer is not ours, look at once whether ours was made beside it.

    Raises:
        RefusedError: it was not; Cal.com takes no second booking of one address at one time.
    """
    try:
        return await create_booking(desk, order)
    except VendorProtocolError as error:
        try:
            found = await find_booking(desk, order)
        except BaseException as also:
            raise error from also  # its key is in doubt, and so is the row
        if found is not None:
            return found
        raise RefusedError(
            f"nothing was booked: {error.message}",
            subject=error.subject,
            hint="where two people share an address, give another one or none",
        ) from error


async def settle(flow: FlowDesk, held: Held, booked: Booked, before: Sequence[Booking] = ()) -> Outcome:
    """Complete the appointment of a booking that stands; whoever brings it has forgotten its hosts' times.

    Args:
        flow: the tools.
        held: the row that this run is at.
        booked: the remote booking, known to be ours.
        before: what it was before it was moved at Cal.com, oldest first.

    Raises:
        RecordsError: the database cannot be used; sync completes it.
        UnknownError: another run is at it.
        RefusedError: the appointment was given up meanwhile, and the booking was taken back.
    """
    try:
        done = await flow.run(
            lambda session: completion.complete(session, flow, held, booked, before),
            "complete an appointment",
        )
    except RecordsError as error:
        raise _booked_only(held, booked, error) from error
    if isinstance(done, NotOurs):
        return await _not_ours(flow, held, booked, done)
    flow.at_step("completed")
    flow.desk.log.event("appointment.scheduled", appointment=done.id, correlation_id=done.correlation_id)
    return Outcome(
        done,
        booked.booking,
        booked.meta,
        replayed=booked.replayed,
        recovered=booked.recovered,
        hold=booked.hold,
    )


async def after_failure(
    flow: FlowDesk, taken: Taken, error: BaseException, *, doubt: bool, looked: bool = False
) -> None:
    """Let the row say what is left to do.

    Args:
        flow: the tools.
        taken: the row that this run is at.
        error: what the try ended with.
        doubt: an earlier run may have sent it.
        looked: this one only looked, which says nothing of what was sent.

    Raises:
        PendingError: it is kept for when the vendor is back.
    """
    row, reason, counts = taken.row, reason_of(error), not was_held_back(error)
    status = row.status if looked else _left(flow, row, error, doubt=doubt)
    if status == FAILED:
        await _leave(flow, lambda session: completion.give_up(session, flow, taken.held, reason))
    else:
        await _leave(
            flow, lambda session: completion.keep(session, flow, taken.held, status, reason, counts=counts)
        )
    if isinstance(error, AskproError):
        error.details["appointment_id"] = row.id
    if status == PENDING_SYNC and isinstance(error, VENDOR_IS_DOWN):
        raise kept_for_later(row, reason) from error


def _left(flow: FlowDesk, row: Appointment, error: BaseException, *, doubt: bool) -> str:
    """Return the state a failure leaves: nothing is let go that may stand at the vendor.

    Of a row that an earlier run may have sent, only a refusal proves that it stands nowhere: it is looked
    for before one counts. What waited, and may have been sent now, waits no more: what became of it is open.
    """
    if isinstance(error, FateUnknownError) or (is_unsettled(error) and not was_held_back(error)):
        return BOOKING
    if is_unsettled(error) or (doubt and not isinstance(error, _REFUSALS)):
        return row.status
    if isinstance(error, VENDOR_IS_DOWN) and (flow.keep_pending or row.status == PENDING_SYNC):
        return PENDING_SYNC
    return FAILED


def is_unsettled(error: BaseException) -> bool:
    """Tell whether something may have been sent: the key was then left unsettled, and the error names it."""
    unknown = isinstance(error, FateUnknownError)
    return unknown or (isinstance(error, AskproError) and "idempotency_key" in error.details)


def kept_for_later(row: Appointment, reason: str) -> PendingError:
    """Return what the one who asked is told when the appointment waits for the vendor."""
    return PendingError(
        f"appointment {row.id} is kept and will be booked when Cal.com answers again: {reason}",
        subject=str(row.id),
        hint="askpro appointments sync books what waits; nothing needs to be asked for again",
        details={"appointment_id": row.id, "idempotency_key": row.idempotency_key},
    )


async def _leave(flow: FlowDesk, work: Callable[[TenantSession], Appointment | None]) -> None:
    """Write down what became of it; records that fail now hide no error: the lease ends by itself."""
    try:
        await flow.run(work, "leave an appointment to later")
    except RecordsError as error:
        flow.desk.log.event("appointment.not_settled", level="warning", reason=error.message)
    flow.at_step("failure_noted")


async def _not_ours(flow: FlowDesk, held: Held, booked: Booked, found: NotOurs) -> Outcome:
    """The row changed while the vendor was asked: fine if it got this very booking, else take that back."""
    row, booking = found.row, booked.booking
    if row is not None and found.of == row.id:
        _refuse_gone(row)
        return Outcome(row, booking, booked.meta, replayed=True, recovered=booked.recovered)
    if found.of is not None:
        reason = f"booking {booking.uid} is that of appointment {found.of}"
        await _leave(flow, lambda session: completion.give_up(session, flow, held, reason))
        raise RefusedError(reason, subject=booking.uid, hint=f"askpro appointments show {found.of}")
    if row is not None and row.status in (BOOKING, PENDING_SYNC):
        return await _completed_by_another(flow, held, booked, row)
    status = await take_back(flow, booking)
    message = (
        f"appointment {held.appointment_id} was given up meanwhile: its booking {booking.uid} is {status}"
    )
    raise RefusedError(
        message,
        subject=booking.uid,
        hint="book again" if status == "cancelled" else "askpro appointments sync cancels it",
    )


def _refuse_gone(row: Appointment) -> None:
    """Raise when the appointment was completed by another run, and cancelled since."""
    if row.status == CANCELLED:
        message = f"appointment {row.id} was cancelled while it was being booked"
        raise RefusedError(message, subject=str(row.id), hint=f"askpro appointments show {row.id}")


async def _completed_by_another(flow: FlowDesk, held: Held, booked: Booked, row: Appointment) -> Outcome:
    """Wait for the run that took the row over when this one was slow: it finds the booking by its key.

    Raises:
        UnknownError: it takes longer than the patience.
    """
    waited = 0.0
    while row.status in (BOOKING, PENDING_SYNC):
        if waited >= flow.patience:
            raise UnknownError(
                f"another run has taken appointment {row.id} over and completes it",
                subject=str(row.id),
                hint=f"askpro appointments show {row.id} in a minute",
            )
        await flow.sleep(_PAUSE_SECONDS)
        waited += _PAUSE_SECONDS
        row = await flow.run(
            lambda session: session.get_one(Appointment, held.appointment_id), "look at an appointment"
        )
    of = row.id if row.calcom_v2_booking_uid == booked.booking.uid else None
    return await _not_ours(flow, held, booked, NotOurs(row, of))


def _booked_only(held: Held, booked: Booked, error: RecordsError) -> RecordsError:
    return RecordsError(
        f"booking {booked.booking.uid} stands at Cal.com, but appointment {held.appointment_id} could not be "
        f"completed: {error.message}",
        subject=booked.booking.uid,
        hint="askpro appointments sync completes it once the records can be used",
        details={"uid": booked.booking.uid, "appointment_id": held.appointment_id},
    )
