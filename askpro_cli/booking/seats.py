"""Give up or move one seat of an appointment that several people share; the others stay.

A seat that is gone is gone without a trace at the vendor: nothing there tells "given up before" from "never
was". So what is about to be done is noted in the shared state for a day, and the same command, run again, is
a success by that note; a refusal takes it back. A seat that moves gets another uid: whoever sat there is
looked for at the new time. Without a note a seat that is not in the booking is an error, never a success.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from askpro_cli.base.errors import (
    AskproError,
    FateUnknownError,
    NotFoundError,
    RefusedError,
    VendorProtocolError,
)
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.times import iso_utc
from askpro_cli.booking.change import Changed, told_when_interrupted
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.notes import Note
from askpro_cli.booking.verification import is_active
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Attendee, Booking

_REMEMBER_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat of a booking, by the vendor's uids."""

    booking: str
    uid: str

    def is_in(self, booking: Booking) -> bool:
        """Tell whether somebody sits there, in an appointment that takes place."""
        return is_active(booking) and any(person.seat_uid == self.uid for person in booking.attendees)


async def plan_cancel_seat(desk: Desk, seat: Seat) -> Changed:
    """Return the booking, and whether the seat was given up before.

    Raises:
        RefusedError: it was moved to another appointment, which the hint names.
        NotFoundError: the booking has no such seat, and no run of ours gave it up.
        FateUnknownError: as :func:`plan_move_seat`.
        VendorNotFoundError: there is no such booking.
    """
    found = await desk.client.booking(seat.booking)
    if seat.is_in(found.value):
        return Changed(found.value, found.value, found.meta)
    note = await _note_of(desk, seat).read()
    moved = await _moved_to(desk, seat, found.value, note)
    if moved:
        raise _moved_elsewhere(seat, moved)
    if not is_active(found.value) or "cancelled" in note:
        return Changed(found.value, found.value, found.meta, already=True)
    raise _no_such_seat(seat)


async def cancel_seat(desk: Desk, seat: Seat, reason: str) -> Changed:
    """Give up a seat; the appointment stands for the others.

    Raises:
        RefusedError, NotFoundError, VendorNotFoundError: as :func:`plan_cancel_seat`.
        FateUnknownError: it was sent and nobody can say; the same command may be run again.
        VendorProtocolError: the vendor said yes, and somebody still sits there.
    """
    planned = await plan_cancel_seat(desk, seat)
    if planned.already:
        return planned
    old = planned.previous
    async with _noted(desk, seat, {"cancelled": True}), desk.changing(old.host_ids):
        with told_when_interrupted(seat.booking, "cancelled (one seat of it)"):
            answer = await desk.client.cancel(seat.booking, reason, seat_uid=seat.uid)
    shown = await desk.client.booking(seat.booking) if seat.is_in(answer.value) else answer
    if seat.is_in(shown.value):
        raise VendorProtocolError(
            f"Cal.com accepted to give up seat {seat.uid}, but the booking still has it",
            subject=seat.booking,
            hint=f"askpro bookings show {seat.booking}; the same command may be run again",
        )
    desk.log.event("booking.seat_cancelled", uid=seat.booking, seat=seat.uid)
    return Changed(shown.value, old, answer.meta)


async def plan_move_seat(desk: Desk, seat: Seat, start: datetime) -> Changed:
    """Return the booking, and whether the seat is at *start* already.

    Raises:
        RefusedError: it was moved elsewhere, or the appointment is cancelled.
        NotFoundError: the booking has no such seat, and no run of ours moved it.
        FateUnknownError: a run of ours was moving it and did not end, and it has not arrived.
        VendorNotFoundError: there is no such booking.
    """
    found = await desk.client.booking(seat.booking)
    if seat.is_in(found.value):
        return Changed(found.value, found.value, found.meta, already=found.value.start == start)
    note = await _note_of(desk, seat).read()
    moved = await _moved_to(desk, seat, found.value, note)
    if moved:
        standing = await desk.client.booking(moved)
        if is_active(standing.value) and standing.value.start == start:
            return Changed(standing.value, found.value, standing.meta, already=True)
        raise _moved_elsewhere(seat, moved)
    if not is_active(found.value):
        raise RefusedError(
            f"booking {seat.booking} is {found.value.status} and no seat of it can be moved",
            subject=seat.booking,
            hint="askpro book makes a new one",
        )
    raise _no_such_seat(seat)


async def move_seat(desk: Desk, seat: Seat, start: datetime) -> Changed:
    """Move one person to *start*; the answer is the appointment with the seat's new uid.

    Raises:
        RefusedError, NotFoundError, VendorNotFoundError: as :func:`plan_move_seat`.
        SlotUnavailableError: there is no seat at the new time; the old one stays.
        FateUnknownError: it was sent and nobody can say.
        VendorProtocolError: the answer is not an appointment at *start*.
    """
    planned = await plan_move_seat(desk, seat, start)
    if planned.already:
        return planned
    old = planned.previous
    note = {"moving": iso_utc(start), "who": _who_sits(old, seat)}
    async with _noted(desk, seat, note), desk.changing(old.host_ids):
        with told_when_interrupted(seat.booking, "moved (one seat of it)"):
            answer = await desk.client.reschedule(seat.booking, start, seat_uid=seat.uid)
    new = answer.value
    await desk.forget(new.host_ids)
    if new.start != start or not is_active(new):
        raise VendorProtocolError(
            f"Cal.com answered the move of seat {seat.uid} with a booking at another time",
            subject=new.uid,
            hint=f"askpro bookings show {seat.booking}",
            details={"uid": new.uid, "status": new.status},
        )
    await _note_of(desk, seat).write({"moved": new.uid})
    desk.log.event("booking.seat_moved", uid=seat.booking, new_uid=new.uid, seat=seat.uid)
    return Changed(new, old, answer.meta)


async def _moved_to(desk: Desk, seat: Seat, left: Booking, note: dict[str, Any]) -> str:
    """Return the appointment to which a run of ours has moved the seat, "" when none did.

    Raises:
        FateUnknownError: a run was moving it and did not end, and it has not arrived.
    """
    if "moving" not in note:
        moved = str(note.get("moved", ""))
        return "" if moved == seat.booking else moved
    arrived = await _arrived(desk, left, note)
    if arrived is None:
        raise FateUnknownError(
            f"seat {seat.uid} is no longer in booking {seat.booking}: an earlier run was moving it",
            subject=seat.booking,
            hint=f"askpro bookings list --from {note['moving']} shows who came to sit there since",
        )
    await _note_of(desk, seat).write({"moved": arrived.uid})
    return arrived.uid


async def _arrived(desk: Desk, left: Booking, note: dict[str, Any]) -> Booking | None:
    """Return the appointment that an unfinished move has led to: at its time, with whoever sat here."""
    start, who = datetime.fromisoformat(note["moving"]), str(note.get("who"))
    kind = left.of_event_type
    wanted = BookingFilter(
        event_type_ids=(kind,) if kind else (),
        after_start=start,
        before_end=start + (left.end - left.start),
    )
    there = [
        one
        for one in (await desk.client.bookings(wanted)).value.bookings
        if is_active(one) and one.start == start and who in map(_who, one.attendees)
    ]
    return there[0] if there else None


def _moved_elsewhere(seat: Seat, uid: str) -> RefusedError:
    return RefusedError(
        f"seat {seat.uid} was moved before, to booking {uid}",
        subject=seat.booking,
        hint=f"askpro bookings show {uid} names its seat now",
        details={"successor": uid},
    )


def _no_such_seat(seat: Seat) -> NotFoundError:
    return NotFoundError(
        f"booking {seat.booking} has no seat {seat.uid}",
        subject=seat.uid,
        hint=f"askpro bookings show {seat.booking} names its seats",
    )


def _who_sits(booking: Booking, seat: Seat) -> str:
    return next((_who(person) for person in booking.attendees if person.seat_uid == seat.uid), "")


def _who(person: Attendee) -> str:
    """Return a person's address or number so that it tells nobody who it is."""
    return sha256((person.email or person.phone_number).casefold().encode()).hexdigest()


@asynccontextmanager
async def _noted(desk: Desk, seat: Seat, note: dict[str, Any]) -> AsyncIterator[None]:
    """Note what the block is about to do; when it is refused nothing was done, and the note is taken back."""
    await _note_of(desk, seat).write(note)
    try:
        yield
    except AskproError as error:
        if error.exit_code is not ExitCode.UNKNOWN:
            await _note_of(desk, seat).erase()
        raise


def _note_of(desk: Desk, seat: Seat) -> Note:
    return Note(desk, "seat", seat.uid, seconds=_REMEMBER_SECONDS)
