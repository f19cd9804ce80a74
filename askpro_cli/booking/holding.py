"""Hold a slot while it is booked, and give it back whatever happens (``book --reserve``).

A reservation of API V2 keeps others who ask for free slots from being offered this one; creating a booking
neither needs nor uses it, nor is it refused by it. It hides the slot from its holder too, so nothing is
looked up while it is held. The vendor tells nobody whose a reservation is: one of our own that a killed run
left behind would look like somebody else's. So the uid is noted in the shared state, under the booking's
idempotency key, and the next run gives that one back first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from askpro_cli.base.errors import (
    AskproError,
    FateUnknownError,
    SlotUnavailableError,
    UnknownError,
    VendorError,
)
from askpro_cli.base.times import iso_utc
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.notes import Note
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.calcom.models import EventType

T = TypeVar("T")

GRACE_SECONDS = 10.0
"""How long an interrupted run still waits for a reservation on the wire, and for giving it back."""

_REMEMBER_SECONDS = 900.0  # longer than the vendor keeps a reservation that nobody gave a length (5 min)


class Holding:
    """Holds slots for one order, one at a time.

    Args:
        desk: the tools; its cache names the shared state.
        event_type: what is booked.
        key: the booking's idempotency key.

    ``told`` says afterwards what became of the reservation, None when nothing was held.
    """

    def __init__(self, desk: Desk, event_type: EventType, key: str) -> None:
        self._desk = desk
        self._event_type = event_type
        about = sha256(key.encode()).hexdigest()
        self._note = Note(desk, "held-slot", about, seconds=_REMEMBER_SECONDS)
        self._uid: str | None = None
        self.told: str | None = None

    @asynccontextmanager
    async def around(self, request: BookingRequest, start: datetime) -> AsyncIterator[None]:
        """Hold the slot while the block runs; on every way out it is given back.

        Raises:
            SlotUnavailableError: somebody else holds the slot, or it is booked.
            VendorError, UnknownError: nobody can say whether it is held; nothing was booked.
        """
        try:
            await _to_its_end(self._take(request, start))
            yield
        finally:
            if self._uid is not None:
                await _to_its_end(self._give_back(self._uid))

    async def give_back_left(self) -> None:
        """Release what a killed run under this key left held: it hides the slot from its own holder, too."""
        left = await self._note.read()
        if left and left.get("uid"):
            await _to_its_end(self._give_back(str(left["uid"])))

    async def _take(self, request: BookingRequest, start: datetime) -> None:
        left = await self._note.read()
        if left and left.get("uid"):
            await self._give_back(str(left["uid"]))
        perhaps_ours = bool(left) and not left.get("uid") and left.get("start") == iso_utc(start)
        await self._note.write({"start": iso_utc(start)})
        try:
            answer = await self._desk.client.reservations.reserve(
                self._event_type.id, start, length=request.duration
            )
        except SlotUnavailableError:
            if not perhaps_ours:
                await self._note.erase()
                raise
            self.told = "the slot is held, perhaps by an earlier run of this command: booked without a hold"
            return
        except FateUnknownError:
            raise
        except AskproError:
            await self._note.erase()
            raise
        self._desk.at_step("slot_reserved")
        self._uid = answer.value.uid
        self.told = "the slot was held meanwhile"
        await self._note.write({"start": iso_utc(start), "uid": self._uid})
        self._desk.log.event("slot.held", uid=self._uid)
        self._desk.at_step("slot_held")

    async def _give_back(self, uid: str) -> None:
        """Release it; one that cannot be is told, and lapses by itself."""
        try:
            await self._desk.client.reservations.release(uid)
        except (VendorError, UnknownError) as error:
            self._desk.log.event("slot.not_released", level="warning", uid=uid, reason=error.message)
            self._desk.notify(
                f"the hold {uid} on the slot could not be given back and lapses by itself within minutes: "
                f"{error.message}"
            )
        else:
            self._desk.log.event("slot.released", uid=uid)
            await self._note.erase()
            self._desk.at_step("hold_given_back")
        self._uid = None
        await self._desk.forget(self._event_type.host_ids)  # what was cached meanwhile lacks the slot


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* so that a cancellation meanwhile lets it end first, for :data:`GRACE_SECONDS` at most."""
    import asyncio

    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=GRACE_SECONDS)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # seen: the cancellation is what is told
        raise
