"""Held slots: a courtesy among those who look for free times, not a claim.

A live reservation hides its slot from ``GET /v2/slots``, one's own included. Nobody checks it when a booking
is made, a booking does not use it up, and it ends by itself after a few minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from askpro_cli.base.errors import FateUnknownError
from askpro_cli.base.times import iso_utc
from askpro_cli.calcom.bodies import given
from askpro_cli.calcom.documents import Instant, TimedDocument
from askpro_cli.calcom.operations.calls import Group
from askpro_cli.calcom.outcome import Answer
from askpro_cli.calcom.wire.answers import Envelope
from askpro_cli.calcom.wire.decoding import one, one_or_none
from askpro_cli.calcom.wire.requests import WireRequest, checked_uid
from askpro_cli.resilience.policy import Priority


class Reservation(TimedDocument, frozen=True, kw_only=True):
    """A held slot, until ``until``. ``minutes`` is the length of the hold, told only when it is made."""

    instants = ("start", "end", "until")

    uid: str = msgspec.field(name="reservationUid")
    event_type_id: int
    start: Instant = msgspec.field(name="slotStart")
    end: Instant = msgspec.field(name="slotEnd")
    minutes: int | None = msgspec.field(default=None, name="reservationDuration")
    until: Instant = msgspec.field(name="reservationUntil")


class Reservations(Group):
    """``/v2/slots/reservations``."""

    async def reserve(
        self, event_type_id: int, start: datetime, *, length: int | None = None, minutes: int | None = None
    ) -> Answer[Reservation]:
        """Hold a slot.

        Args:
            event_type_id: a bookable event type.
            start: the slot's start, aware.
            length: minutes of the appointment, only for event types with several lengths.
            minutes: how long to hold it; the vendor's own 5 without it, and without a key only those.

        Raises:
            SlotUnavailableError: it is held by somebody (perhaps by oneself), booked, or has no seat left.
            FateUnknownError: nobody answered. Nothing is sent again and nothing is looked up, since only the
                answer names the reservation: if it was made, it ends by itself.
        """
        request = self._wire.reserve(_body(event_type_id, start, length, minutes))
        try:
            return await self._calls.write(request, one(Reservation), None)
        except FateUnknownError as error:
            error.hint = (
                f"if the slot is held it is free again in {minutes or 5} minutes; a booking needs no hold"
            )
            raise

    async def get(self, uid: str, *, priority: Priority = Priority.INTERACTIVE) -> Answer[Reservation | None]:
        """Return a reservation, None when there is none: given up, run out, or never made."""
        return await self._calls.read(
            self._request("get", "GET", uid), one_or_none(Reservation), priority, absent=lambda _: None
        )

    async def move(
        self,
        uid: str,
        event_type_id: int,
        start: datetime,
        *,
        length: int | None = None,
        minutes: int | None = None,
    ) -> Answer[Reservation]:
        """Hold another slot under the same uid; arguments and errors as :meth:`reserve`.

        Raises:
            VendorNotFoundError: there is no such reservation any more.
        """

        async def moved() -> Reservation | None:
            found = (await self.get(uid)).value
            return found if found and _holds(found, event_type_id, start, length) else None

        body = _body(event_type_id, start, length, minutes)
        return await self._calls.write(
            self._wire.reservation("move", "PATCH", checked_uid(uid), body), one(Reservation), moved
        )

    async def release(self, uid: str) -> Answer[None]:
        """Give a slot free; one that is not held any more is none the less free."""

        async def is_free() -> bool | None:
            return True if (await self.get(uid)).value is None else None

        answer = await self._calls.write(
            self._request("delete", "DELETE", uid), _done, is_free, absent=lambda _: True
        )
        return Answer(None, answer.meta)

    def _request(self, operation: str, method: str, uid: str) -> WireRequest:
        return self._wire.reservation(operation, method, checked_uid(uid))


def _body(event_type_id: int, start: datetime, length: int | None, minutes: int | None) -> dict[str, object]:
    return given(
        eventTypeId=event_type_id,
        slotStart=iso_utc(start),
        slotDuration=length,
        reservationDuration=minutes,
    )


def _holds(held: Reservation, event_type_id: int, start: datetime, length: int | None) -> bool:
    end = held.end if length is None else held.start + timedelta(minutes=length)
    asked = (event_type_id, start.replace(microsecond=0), end)
    return (held.event_type_id, held.start, held.end) == asked


def _done(_: Envelope) -> bool:
    return True
