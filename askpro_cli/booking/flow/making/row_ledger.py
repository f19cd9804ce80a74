"""The idempotency key of an appointment's remote booking, kept by the appointment's own row.

The row was committed before anything is sent. It holds the key (unique), the token and the lease of the run
that is at it, and whoever takes it up after another run looks before sending. So a second entry that says the
same would only cost time. A key that a person gave may stand for a booking without appointment as well
(``book EVENT_TYPE``): that one is claimed among all keys, as ever.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from askpro_cli.booking.create import Order
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Held
from askpro_cli.booking.ledger import still_busy
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.platform.idempotency import Claim, Record


def desk_of(flow: FlowDesk, held: Held, order: Order) -> Desk:
    """Return the tools for the remote booking of a row that this run is at."""
    derived = order.content == order.key  # a given key stands for a hash of all that was wanted
    return replace(flow.desk, ledger=RowLedger(flow, held)) if derived else flow.desk


class RowLedger:
    """Does for one appointment what :class:`~askpro_cli.booking.ledger.Ledger` does for any key.

    Args:
        flow: the tools.
        held: the row that this run is at; its lease is renewed beside (:func:`leases.kept`).
    """

    def __init__(self, flow: FlowDesk, held: Held) -> None:
        self._flow = flow
        self._held = held

    async def claim(self, key: str, content: str, request: BookingRequest) -> Claim:
        """Return the claim that the row is; whether to look before sending, the order says (``doubt``)."""
        del content  # compared when the row was found
        now, lease = self._flow.desk.clock.now(), self._flow.lease_seconds
        until = now + timedelta(seconds=lease)
        record = Record(None, request.event_type_id, request.start, now, until, lease)
        return Claim("new", record, self._flow.company, key, self._held.token)

    async def find(self, _key: str, _content: str) -> str | None:
        """Return None: a row that this run is at stands for no booking yet."""
        return None

    @asynccontextmanager
    async def held(self, _claim: Claim) -> AsyncIterator[None]:
        """Do nothing more: the row's lease is renewed as long as this run is at it."""
        yield

    async def require(self, _claim: Claim, key: str, *, before: Callable[[], None]) -> None:
        """See to it that nobody else takes the row up now; the last thing before a request leaves.

        Raises:
            UnknownError: another run has taken it up.
            RecordsError: the records cannot be used; nobody knows who has it.
        """
        flow, held = self._flow, self._held
        secured = await flow.run(
            lambda session: leases.secure(session, held, seconds=flow.lease_seconds),
            "secure a lease",
            before=before,
        )
        if not secured:
            flow.desk.log.event("appointment.lease_lost", level="warning", appointment=held.appointment_id)
            raise still_busy(key)

    async def complete(self, _claim: Claim, _uid: str) -> bool:
        """Leave it to the completion of the row."""
        return True

    async def mark_unsettled(self, _claim: Claim) -> bool:
        """Leave it to the row, which stays open."""
        return True

    async def release(self, _claim: Claim) -> bool:
        """Leave it to the row, which is given up or kept."""
        return True

    async def void(self, _claim: Claim) -> bool:
        """Leave it to the row, whose key was free when it was written."""
        return True
