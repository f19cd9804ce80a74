"""From a wish to an appointment that stands on both sides, or to a row that the next run finishes.

mapping → live availability → *the appointment as a row* → reservation → remote booking → completion in one
transaction. Each step ends in a state from which :mod:`askpro_cli.booking.flow.upkeep.sync` goes on; what a
crash leaves where, docs/appointments.md tells.
"""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from askpro_cli.base.errors import RecordsError, SlotUnavailableError, UnknownError
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Taken
from askpro_cli.booking.flow.making import claims
from askpro_cli.booking.flow.making.completion import keep
from askpro_cli.booking.flow.making.drafting import Draft, draft_of
from askpro_cli.booking.flow.making.finishing import finish, kept_for_later, order_of
from askpro_cli.booking.flow.making.recheck import is_free
from askpro_cli.booking.flow.making.standing import look
from askpro_cli.booking.flow.mapping.wishes import AppointmentWish, Target
from askpro_cli.booking.flow.outcomes import Outcome
from askpro_cli.booking.flow.states import BOOKING, CANCELLING, MOVING, PENDING_SYNC
from askpro_cli.booking.flow.upkeep.catching_up import confirm
from askpro_cli.booking.flow.upkeep.looking_back import caught_up
from askpro_cli.calcom.event_types.lookup import VENDOR_IS_DOWN
from askpro_cli.platform.schema import Appointment

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5
_VENDOR = "calcom"
_DOWN = "Cal.com does not answer"


async def book_appointment(flow: FlowDesk, wish: AppointmentWish, target: Target | None = None) -> Outcome:
    """Make the appointment once, or return the one that stands for the same request already.

    Args:
        flow: the tools.
        wish: what is wanted.
        target: what its service was mapped to already, None to map it now.

    Raises:
        SlotUnavailableError: taken, at Cal.com or in our records; nothing is held.
        PendingError: the vendor is down; the appointment is kept (``booking.pending_sync``).
        FateUnknownError: sent, and nobody can say; ``appointments sync``, or the same again, finds out.
        UnknownError: another run is at the same appointment for longer than the patience.
        RecordsError: the records cannot be used; the hint says whether the booking stands.
        AskproError: it cannot be mapped, does not fit, or was refused; nothing was booked.
    """
    flow.at_step("begun")
    draft = await draft_of(flow, wish, target)
    flow.at_step("mapped")
    standing = draft.standing
    while True:
        found = standing or await _claim(flow, draft)
        if isinstance(found, Taken):
            flow.at_step("row_committed")
            return await _first_try(flow, draft, found)
        outcome = await _resume(flow, draft, found)
        if outcome is not None:
            return outcome
        standing = await _own(flow, draft)


async def _own(flow: FlowDesk, draft: Draft) -> Appointment | None:
    return await flow.run(lambda session: look(session, draft.wanted).row, "look for an appointment")


async def _claim(flow: FlowDesk, draft: Draft) -> Taken | Appointment:
    """Write the appointment, or return the one of a twin of this request that was faster.

    A twin writes its row before it asks the vendor; so whoever finds the time gone looks for the row again
    before it says "taken".
    """
    if not await _is_free(flow, draft):
        own = await _own(flow, draft)
        if own is not None:
            return own
        raise claims.taken(flow, draft, by=_VENDOR)
    flow.at_step("rechecked")
    try:
        return await flow.run(lambda session: claims.claim(session, flow, draft), "hold a time")
    except (RecordsError, SlotUnavailableError) as error:
        own = await _own(flow, draft) if _may_be_own(error) else None
        if own is None:
            raise
        return own


def _may_be_own(error: RecordsError | SlotUnavailableError) -> bool:
    """Tell whether a twin that took other locks may be in the way: one key given for two people's times."""
    return isinstance(error, SlotUnavailableError) or isinstance(error.__cause__, IntegrityError)


async def _is_free(flow: FlowDesk, draft: Draft) -> bool:
    """Ask; where the appointment may be kept for later, a vendor that is down is no reason to refuse."""
    try:
        return await is_free(flow, draft) if draft.known else True
    except VENDOR_IS_DOWN as error:
        if not flow.keep_pending:
            error.hint = f"nothing was booked and no time is held: run it again later; {error.hint}"
            raise
        return True


async def _first_try(flow: FlowDesk, draft: Draft, taken: Taken) -> Outcome:
    if draft.known:
        return await finish(flow, taken, order_of(taken.row, draft.event_type, doubt=False))
    await flow.run(
        lambda session: keep(session, flow, taken.held, PENDING_SYNC, _DOWN), "keep an appointment for later"
    )
    raise kept_for_later(taken.row, _DOWN)


async def _resume(flow: FlowDesk, draft: Draft, row: Appointment) -> Outcome | None:
    """Return the appointment of an earlier or simultaneous run; None when that one gave it up meanwhile.

    Raises:
        PendingError: the vendor is down still.
        UnknownError: another run is at it.
    """
    waited, pause = 0.0, _FIRST_PAUSE
    while row.status in (BOOKING, PENDING_SYNC):
        found = await _take(flow, row.id)
        if isinstance(found, Taken):
            return await _take_over(flow, draft, found)
        if found is None or found.idempotency_key != draft.key:
            return None
        if waited >= flow.patience:
            raise _busy(found)
        await flow.sleep(pause)
        row, waited, pause = found, waited + pause, min(2 * pause, _LONGEST_PAUSE)
    if row.status in (MOVING, CANCELLING):
        raise _busy(row)
    return await confirm(flow, row) if row.idempotency_key == draft.key else None


async def _take(flow: FlowDesk, appointment_id: int) -> Taken | Appointment | None:
    return await flow.run(
        lambda session: leases.take(
            session, appointment_id, (BOOKING, PENDING_SYNC), seconds=flow.lease_seconds
        ),
        "take an appointment up",
    )


async def _take_over(flow: FlowDesk, draft: Draft, taken: Taken) -> Outcome | None:
    """Finish what another run left; it may have sent the request, so one looks first.

    None when what it had booked was changed at Cal.com meanwhile: the row says so now.
    """
    if draft.known:
        order = order_of(taken.row, draft.event_type, doubt=True)
        changed = await caught_up(flow, taken, order)
        return await finish(flow, taken, order) if changed is None else None
    status, reason = taken.row.status, taken.row.status_reason or _DOWN
    await flow.run(
        lambda session: keep(session, flow, taken.held, status, reason, counts=False),
        "keep an appointment for later",
    )
    raise kept_for_later(taken.row, _DOWN)


def _busy(row: Appointment) -> UnknownError:
    return UnknownError(
        f"another run is at appointment {row.id}, which is {row.status}",
        subject=str(row.id),
        hint=f"run the same command again in a minute, or askpro appointments show {row.id}",
        details={"appointment_id": row.id},
    )
