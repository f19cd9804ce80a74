"""Move and cancel bookings; doing either again after it succeeded is a success that sends nothing.

A moved booking is a new one with a new uid: the old one is cancelled and names its successor. So "has it
happened already?" is answered by the vendor's own documents, not by a record of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from askpro_cli.base.errors import (
    FateUnknownError,
    RefusedError,
    VendorConflictError,
    VendorProtocolError,
)
from askpro_cli.base.times import iso_local
from askpro_cli.booking.chain import LONGEST_CHAIN
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.series import standing_of
from askpro_cli.booking.verification import has_seats, is_active
from askpro_cli.calcom.client import Answer
from askpro_cli.calcom.models import Booking
from askpro_cli.resilience.policy import CallMeta


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a booking.

    Args:
        booking: as it stands now; after a move the new one.
        previous: as it was found.
        meta: of the last call.
        already: it was so before; nothing was sent.
    """

    booking: Booking
    previous: Booking
    meta: CallMeta
    already: bool = False


async def plan_move(desk: Desk, uid: str, start: datetime) -> Changed | Answer[Booking]:
    """Return the booking to move, or :class:`Changed` when it stands at *start* already.

    Raises:
        RefusedError: it is cancelled or rejected, or was moved elsewhere; the hint names its successor. Or
            it has seats, of which the vendor moves one at a time.
        VendorNotFoundError: there is no such booking.
    """
    found = await desk.client.booking(uid)
    newest = await _follow(desk, found)
    standing = newest.value
    if is_active(standing) and standing.start == start:
        return Changed(standing, found.value, newest.meta, already=True)
    if standing.uid != found.value.uid and is_active(standing):
        when = iso_local(standing.start, desk.zone)
        raise RefusedError(
            f"booking {uid} was moved before, to {standing.uid} at {when}",
            subject=uid,
            hint=f"askpro reschedule {standing.uid} --start …",
            details={"successor": standing.uid},
        )
    if not is_active(standing):
        raise RefusedError(
            f"booking {standing.uid} is {standing.status} and cannot be moved",
            subject=uid,
            hint="askpro book makes a new one",
            details={"status": standing.status},
        )
    if has_seats(standing):
        raise RefusedError(
            f"booking {uid} has seats, and Cal.com moves them one by one",
            subject=uid,
            hint=" or ".join(f"--seat {person.seat_uid}" for person in standing.attendees),
        )
    return found


async def reschedule(desk: Desk, uid: str, start: datetime, reason: str | None) -> Changed:
    """Move a booking to *start*; its length stays.

    Args:
        desk: the tools.
        uid: the booking.
        start: aware, UTC, in the future.
        reason: told to the attendee.

    Raises:
        RefusedError, VendorNotFoundError: as :func:`plan_move`.
        SlotUnavailableError: the new time is taken; the booking stays where it was.
        FateUnknownError: it was sent and nobody can say, or the work was interrupted meanwhile; the same
            command may be run again.
        VendorProtocolError: the answer is not the standing successor of this booking.
    """
    planned = await plan_move(desk, uid, start)
    if isinstance(planned, Changed):
        return planned
    old = planned.value
    try:
        async with desk.changing(old.host_ids):
            with told_when_interrupted(uid, "moved"):
                answer = await desk.client.reschedule(uid, start, reason)
    except VendorConflictError as error:
        if error.details.get("already") != "rescheduled":
            raise
        return await _moved_meanwhile(desk, uid, start)
    await desk.forget(answer.value.host_ids)  # a round-robin booking may go to another host
    _check_successor(answer.value, old, start)
    desk.log.event("booking.rescheduled", uid=uid, new_uid=answer.value.uid)
    return Changed(answer.value, old, answer.meta)


async def plan_cancel(
    desk: Desk, uid: str, *, all_seats: bool = False, subsequent: bool = False
) -> Changed | Answer[Booking]:
    """Return the booking to cancel, or :class:`Changed` when it is gone already.

    Args:
        desk: the tools.
        uid: the booking.
        all_seats: cancel an appointment that several people share for all of them.
        subsequent: the later ones of its series, too.

    Raises:
        RefusedError: it was moved; cancelling the old uid would cancel nothing. The hint names the new one.
            Or several people share it, and nobody said that all are meant.
        VendorNotFoundError: there is no such booking.
    """
    found = await desk.client.booking(uid)
    booking = found.value
    if not is_active(booking):
        if subsequent and await later_of(desk, booking):
            return found
        return await _inactive(desk, found)
    if has_seats(booking) and len(booking.attendees) > 1 and not all_seats:
        raise RefusedError(
            f"{len(booking.attendees)} people share booking {uid}",
            subject=uid,
            hint="--seat UID gives up the seat of one, --all-seats cancels it for all",
        )
    return found


async def cancel(
    desk: Desk, uid: str, reason: str, *, all_seats: bool = False, subsequent: bool = False
) -> Changed:
    """Cancel a booking.

    Args:
        desk: the tools.
        uid: the booking.
        reason: the vendor demands one from the host.
        all_seats: cancel an appointment that several people share for all of them.
        subsequent: the later ones of its series, too.

    Raises:
        RefusedError, VendorNotFoundError: as :func:`plan_cancel`.
        VendorConflictError: it has ended, or may not be cancelled.
        FateUnknownError: it was sent and nobody can say, or the work was interrupted meanwhile; the same
            command may be run again.
        VendorProtocolError: the answer is not this booking, cancelled.
    """
    planned = await plan_cancel(desk, uid, all_seats=all_seats, subsequent=subsequent)
    if isinstance(planned, Changed):
        return planned
    old = planned.value
    if not is_active(old):
        return await _cancel_rest(desk, old, reason, all_seats=all_seats)
    # The bookings of a series need not have the same host.
    hosts = () if subsequent else old.host_ids
    try:
        async with desk.changing(hosts):
            with told_when_interrupted(uid, "cancelled"):
                answer = await desk.client.cancel(uid, reason, subsequent=subsequent)
    except VendorConflictError as error:
        if error.details.get("already") != "cancelled":
            raise
        if subsequent:
            return await _cancel_rest(desk, old, reason, all_seats=all_seats)
        return await _inactive(desk, await desk.client.booking(uid))
    _check_cancelled(answer.value, old)
    if subsequent:
        await _check_subsequent(desk, old)
    desk.log.event("booking.cancelled", uid=uid)
    return Changed(answer.value, old, answer.meta)


async def _cancel_rest(desk: Desk, old: Booking, reason: str, *, all_seats: bool) -> Changed:
    """Cancel what stands of a series after *old*, which is cancelled itself.

    The vendor says of *old* that it is cancelled already, and leaves the others alone; so the first of them
    that stands is asked for.
    """
    later = await later_of(desk, old)
    if not later:
        return await _inactive(desk, await desk.client.booking(old.uid))
    done = await cancel(desk, later[0].uid, reason, all_seats=all_seats, subsequent=True)
    return Changed((await desk.client.booking(old.uid)).value, old, done.meta)


async def later_of(desk: Desk, booking: Booking) -> list[Booking]:
    """Return what stands of the booking's series after it, in order of starts."""
    return [one for one in await standing_of(desk.client, booking) if one.start > booking.start]


async def _inactive(desk: Desk, found: Answer[Booking]) -> Changed:
    """Return success for a booking that is gone, unless it lives on under another uid."""
    newest = (await _follow(desk, found)).value
    if is_active(newest):
        raise RefusedError(
            f"booking {found.value.uid} was moved to {newest.uid} and stands there",
            subject=found.value.uid,
            hint=f"askpro cancel {newest.uid} --reason …",
            details={"successor": newest.uid},
        )
    return Changed(found.value, found.value, found.meta, already=True)


async def _moved_meanwhile(desk: Desk, uid: str, start: datetime) -> Changed:
    """Somebody moved it between our look and our request: fine if it was to the same time."""
    planned = await plan_move(desk, uid, start)
    if isinstance(planned, Changed):
        return planned
    raise RefusedError(f"booking {uid} is being changed by somebody else", subject=uid, hint="try again")


async def _follow(desk: Desk, found: Answer[Booking]) -> Answer[Booking]:
    """Return the newest booking of a chain of moves; a chain that does not end is the vendor's fault."""
    for _ in range(LONGEST_CHAIN):
        successor = found.value.rescheduled_to_uid
        if not successor:
            return found
        found = await desk.client.booking(successor)
    raise VendorProtocolError(
        f"booking {found.value.uid} was moved more than {LONGEST_CHAIN} times, or in a circle",
        subject=found.value.uid,
    )


def _check_successor(new: Booking, old: Booking, start: datetime) -> None:
    linked = new.rescheduled_from_uid in ("", old.uid)
    if new.uid != old.uid and linked and new.start == start and is_active(new):
        return
    raise VendorProtocolError(
        f"Cal.com answered the move of {old.uid} with a booking that is not its successor",
        subject=new.uid,
        hint=f"askpro bookings show {old.uid}",
        details={"uid": new.uid, "moved_from": new.rescheduled_from_uid or None, "status": new.status},
    )


def _check_cancelled(answered: Booking, old: Booking) -> None:
    if answered.uid == old.uid and not is_active(answered):
        return
    raise VendorProtocolError(
        f"Cal.com answered the cancellation of {old.uid} with a booking that is not it, or stands",
        subject=old.uid,
        hint=f"askpro bookings show {old.uid}; the same command may be run again",
        details={"uid": answered.uid, "status": answered.status},
    )


async def _check_subsequent(desk: Desk, old: Booking) -> None:
    """Raise when a later appointment of the series stands still."""
    left = [one.uid for one in await later_of(desk, old)]
    if left:
        raise VendorProtocolError(
            f"Cal.com cancelled {old.uid}, but {len(left)} later ones of its series stand",
            subject=old.uid,
            hint=f"askpro bookings show {old.uid} --series; the same command may be run again",
            details={"standing": left},
        )


@contextmanager
def told_when_interrupted(uid: str, done: str) -> Iterator[None]:
    """Say what is not known when the work is interrupted while its request is on the wire.

    Raises:
        FateUnknownError: in place of a bare interruption.
    """
    try:
        yield
    except GeneratorExit:
        raise
    except BaseException as error:
        if isinstance(error, Exception):
            raise
        raise FateUnknownError(
            f"interrupted meanwhile: whether booking {uid} was {done} is unknown",
            subject=uid,
            hint="run the same command again: it looks first",
        ) from error
