"""Make a booking once, whatever happens on the way.

Claim the key in the records → confirm what the key already stands for → send, with a look-up for the case
that nobody knows what became of it → verify that the answer is ours → note the uid under the key. A crash
between any two steps leaves a key that the same command, run again, settles by looking first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from askpro_cli.base.errors import SlotUnavailableError, VendorNotFoundError
from askpro_cli.base.times import Interval
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.holding import Holding
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.booking.searching import Made
from askpro_cli.booking.sending import Sending
from askpro_cli.booking.series import standing_of
from askpro_cli.booking.verification import carries_key, has_seats
from askpro_cli.calcom.client import Answer
from askpro_cli.calcom.models import Booking, EventType
from askpro_cli.platform.idempotency import Claim
from askpro_cli.resilience.policy import CallMeta


@dataclass(frozen=True, slots=True)
class Order:
    """A booking to be made.

    Args:
        request: checked and fitted to the event type.
        event_type: as the vendor described it.
        key: the idempotency key.
        content: hash of what the key stands for; another content under the same key is refused.
        around: the stretch in which any run under this key may have booked (the asked start, and with
            ``--next`` what may be booked instead).
        reserve: hold each slot while it is tried; of a series the first one.
        doubt: an earlier run may have booked although the key tells nothing of it any more (it was kept for
            a day); look before sending.
    """

    request: BookingRequest
    event_type: EventType
    key: str
    content: str
    around: Interval
    reserve: bool = False
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking, or a series of them, that stands.

    Args:
        bookings: the vendor's documents in order of starts; one, but for a series.
        meta: of the call that brought them.
        replayed: it stood already; nothing was sent but the question whether it still does.
        recovered: it was made by a request that was never answered, and found by looking.
        hold: what became of the hold on the slot, None when nothing was held.
    """

    bookings: list[Booking]
    meta: CallMeta
    replayed: bool = False
    recovered: bool = False
    hold: str | None = None

    @property
    def booking(self) -> Booking:
        """The booking, or the first that stands of a series."""
        return self.bookings[0]


NextSlot = Callable[[SlotUnavailableError], Awaitable[datetime | None]]
"""Given a refusal: the start to try instead, None to give up."""


async def create_booking(desk: Desk, order: Order, *, next_slot: NextSlot | None = None) -> Booked:
    """Make the booking, or return the one that this key already made.

    Args:
        desk: the tools.
        order: what to book.
        next_slot: asked for another start whenever one is refused (``--next``).

    Raises:
        IdempotencyError: the key stands for other content.
        SlotUnavailableError: the slot, and those *next_slot* named, were refused; the key is free again.
        FateUnknownError: a request was sent and nobody can say what became of it; the key is kept, and the
            same order may be given again.
        VendorProtocolError: a foreign or old booking was returned as new; the key is kept.
        AskproError: nothing was booked; the key is free again.
    """
    while True:
        claim = await desk.ledger.claim(order.key, order.content, order.request)
        if claim.record.uid is None:
            return await _make(desk, order, claim, next_slot)
        standing = await _confirm(desk, claim.record.uid, order.key)
        if standing is not None:
            return Booked(standing.value, standing.meta, replayed=True)
        desk.log.event("booking.key_voided", uid=claim.record.uid)
        await desk.ledger.void(claim)


async def standing_under(desk: Desk, order: Order) -> Booked | None:
    """Return what stands under the key of *order* already, None when nothing does; nothing is changed.

    Raises:
        IdempotencyError: the key stands for other content.
        RecordsError: the records cannot be used.
        AskproError: Cal.com cannot say whether it still stands.
    """
    uid = await desk.ledger.find(order.key, order.content)
    standing = await _confirm(desk, uid, order.key) if uid else None
    return Booked(standing.value, standing.meta, replayed=True) if standing else None


async def find_booking(desk: Desk, order: Order) -> Booked | None:
    """Return what was ever booked under the key of *order* and stands, None when nothing does; never sends.

    Whoever holds the key meanwhile is waited for, and one that was stopped on its way to the vendor will not
    send any more: its claim is gone. So after None nothing comes of an earlier run.

    Raises:
        IdempotencyError: the key stands for other content.
        AskproError: nobody could look; the key is kept.
    """
    claim = await desk.ledger.claim(order.key, order.content, order.request)
    if claim.record.uid is not None:
        standing = await _confirm(desk, claim.record.uid, order.key)
        return Booked(standing.value, standing.meta, replayed=True) if standing else None
    sending = _sending(desk, replace(order, doubt=True, reserve=False), claim)
    async with desk.ledger.held(claim), sending:
        found = await sending.settle_doubt()
        if found is None:
            return None
        await sending.complete(found.value[0])
        return Booked(found.value, found.meta, recovered=True)


def _sending(desk: Desk, order: Order, claim: Claim, holding: Holding | None = None) -> Sending:
    return Sending(
        desk,
        order.event_type,
        order.key,
        claim,
        asked=order.request.start,
        around=order.around,
        holding=holding,
        doubt=order.doubt,
    )


async def _make(desk: Desk, order: Order, claim: Claim, next_slot: NextSlot | None) -> Booked:
    desk.at_step("key_claimed")
    holding = Holding(desk, order.event_type, order.key) if order.reserve else None
    sending = _sending(desk, order, claim, holding)
    async with desk.ledger.held(claim), sending:
        found = await sending.settle_doubt()
        desk.at_step("doubt_settled")
        made = found or await _send(sending, order.request, next_slot)
        await sending.complete(made.value[0])
        recovered = found is not None or made.meta.recovered
        desk.log.event("booking.created", uid=made.value[0].uid, recovered=recovered, made=len(made.value))
        return Booked(made.value, made.meta, recovered=recovered, hold=holding.told if holding else None)


async def _send(sending: Sending, request: BookingRequest, next_slot: NextSlot | None) -> Made:
    """Send until a slot is not refused, or there is no other to try."""
    start = request.start
    while True:
        try:
            return await sending.send(request, start)
        except SlotUnavailableError as error:
            other = await next_slot(error) if next_slot else None
            if other is None:
                raise
            start = other


async def _confirm(desk: Desk, uid: str, key: str) -> Made | None:
    """Ask what still stands; None when it was cancelled, rejected, moved or removed.

    An appointment with seats stands as long as anybody comes, so there our own seat is looked for.
    """
    try:
        answer = await desk.client.booking(uid)
    except VendorNotFoundError:
        return None
    standing = await standing_of(desk.client, answer.value)
    if has_seats(answer.value):
        standing = [one for one in standing if carries_key(one, key)]
    return Answer(standing, answer.meta) if standing else None
