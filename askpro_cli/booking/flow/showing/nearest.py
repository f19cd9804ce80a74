"""``--next``: where a time is refused, the nearest free one goes through the same flow; once, however often.

The appointment at another time stands under a key of its own, made from the asked one. So whoever runs the
same command again, with or without ``--next``, finds it instead of booking a third time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from askpro_cli.base.errors import IdempotencyError, RefusedError, SlotUnavailableError
from askpro_cli.base.times import iso_local
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.making import keys
from askpro_cli.booking.flow.making.drafting import request_of
from askpro_cli.booking.flow.making.saga import book_appointment
from askpro_cli.booking.flow.mapping.wishes import AppointmentWish, Target
from askpro_cli.booking.flow.outcomes import Outcome
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

NextStart = Callable[[SlotUnavailableError], Awaitable[datetime | None]]
"""Given a refusal: the start to try instead, None to give up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Args:
        wish: at the asked time.
        target: what its service was mapped to.
    """

    wish: AppointmentWish
    target: Target

    def key(self, flow: FlowDesk) -> str:
        """Return the idempotency key of the appointment at the asked time."""
        wish = self.wish
        own = request_of(wish, self.target)
        return wish.key or keys.derive_key(flow.company, wish.service.call, self.target, own)

    def elsewhere(self, flow: FlowDesk) -> str:
        """Return the key of the appointment that is booked instead of it."""
        return sha256(f"next {self.key(flow)}".encode()).hexdigest()


async def book_strictly(flow: FlowDesk, asked: Asked) -> Outcome:
    """Book at the asked time alone.

    Raises:
        RefusedError: an earlier ``--next`` for this time booked another one, which stands.
        AskproError: as :func:`askpro_cli.booking.flow.making.saga.book_appointment`.
    """
    standing = await _standing(flow, asked)
    if standing is None:
        return await book_appointment(flow, asked.wish, asked.target)
    there = iso_local(standing.starts_at, flow.desk.zone)
    start = iso_local(asked.wish.start, flow.desk.zone)
    raise RefusedError(
        f"not booked: an earlier --next for this time booked appointment {standing.id} at {there} instead",
        subject=str(standing.id),
        hint=f"askpro reschedule {standing.id} --start {start} moves it; with --next it is the answer",
        details={"appointment_id": standing.id},
    )


async def book_nearest(flow: FlowDesk, asked: Asked, following: NextStart) -> Outcome:
    """Book at the asked time, or at the nearest free one where that is refused.

    Raises:
        SlotUnavailableError: neither it nor those that *following* named are free.
        AskproError: as :func:`askpro_cli.booking.flow.making.saga.book_appointment`.
    """
    standing = await _standing(flow, asked)
    if standing is not None:
        return await _at(flow, asked, standing.starts_at)
    try:
        return await book_appointment(flow, asked.wish, asked.target)
    except SlotUnavailableError as error:
        refusal = error
    while True:
        start = await following(refusal)
        if start is None:
            raise refusal
        try:
            return await _at(flow, asked, start)
        except SlotUnavailableError as error:
            refusal = error
        except IdempotencyError:  # a twin of this run was faster, and took another time
            return await _of_twin(flow, asked)


async def _at(flow: FlowDesk, asked: Asked, start: datetime) -> Outcome:
    wish = replace(asked.wish, start=start, key=asked.elsewhere(flow))
    return await book_appointment(flow, wish, asked.target)


async def _of_twin(flow: FlowDesk, asked: Asked) -> Outcome:
    standing = await _standing(flow, asked)
    if standing is None:
        raise RefusedError("another run of this request gave up meanwhile", hint="run the same command again")
    return await _at(flow, asked, standing.starts_at)


async def _standing(flow: FlowDesk, asked: Asked) -> Appointment | None:
    """Return the appointment that an earlier run booked instead of the asked time."""
    query = select(Appointment).where(Appointment.idempotency_key == asked.elsewhere(flow))

    def work(session: TenantSession) -> Appointment | None:
        return session.scalar(query)

    return await flow.run(work, "look for an appointment")
