"""The idempotency keys of one company, for code that waits on the network: every question is one thread hop.

A claim is held with a short lease that is renewed while its holder lives. A holder that was killed is
succeeded within seconds, and its successor is told that something may have been sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from askpro_cli.base.errors import AskproError, UnknownError
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.platform import idempotency
from askpro_cli.platform.idempotency import Claim
from askpro_cli.resilience.policy import EventLog
from askpro_cli.resilience.threads import hop

if TYPE_CHECKING:
    from sqlalchemy import Engine

LEASE_SECONDS = 9.0
_RENEW_EVERY = 3.0
_RENEWALS = 3  # at least so many in one lease
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5
_SILENT_SECONDS = (
    1.0  # a healthy booking is through by then; beyond it a person wants to know what is waited for
)
# All tries, waits for the rate budget and look-ups of one booking, with room.
PATIENCE_SECONDS = 180.0


class KeyLedger(Protocol):
    """What a booking asks of whatever keeps its key: :class:`Ledger`, or the row of an appointment."""

    async def claim(self, key: str, content: str, request: BookingRequest, /) -> Claim:
        """Claim a key; never ``busy``."""
        ...

    async def find(self, key: str, content: str, /) -> str | None:
        """Return the uid that a key stands for."""
        ...

    def held(self, claim: Claim, /) -> AbstractAsyncContextManager[None]:
        """Keep a claim while the block runs."""
        ...

    async def require(self, claim: Claim, key: str, /, *, before: Callable[[], None]) -> None:
        """Raise unless the claim is held still; the last thing before a request leaves.

        What is to be done *before* that, in a thread as well, goes the same way: it saves one.
        """
        ...

    async def complete(self, claim: Claim, uid: str, /) -> bool:
        """Note what the key stands for."""
        ...

    async def mark_unsettled(self, claim: Claim, /) -> bool:
        """Note that something was sent and its fate is unknown."""
        ...

    async def release(self, claim: Claim, /) -> bool:
        """Free the key: nothing was booked."""
        ...

    async def void(self, claim: Claim, /) -> bool:
        """Free the key: its booking no longer stands."""
        ...


class Ledger:
    """Claims keys and settles them.

    Args:
        records: gives the engine of the records; called in a thread.
        company: the company's slug.
        server: where its calendar is; the same key at another server is another key.
        hours: how long a key is kept from its first claim.
        log: the run's log.
        sleep: waits the given seconds.
        notify: tells a person that another process is waited for.
        patience: seconds to wait for another process that is at the same key.
        lease: seconds after which a killed holder of a key is succeeded.
    """

    def __init__(
        self,
        records: Callable[[], Engine],
        *,
        company: str,
        server: str = "",
        hours: float,
        log: EventLog,
        sleep: Callable[[float], Awaitable[None]],
        notify: Callable[[str], None] = lambda _: None,
        patience: float = PATIENCE_SECONDS,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._records = records
        self._company = company
        self._server = server
        self._ttl = hours * 3600
        self._log = log
        self._sleep = sleep
        self._notify = notify
        self._patience = patience
        self._lease = lease

    async def claim(self, key: str, content: str, request: BookingRequest) -> Claim:
        """Claim *key*; while another process is at it, wait for what becomes of it.

        Returns:
            A claim that is ``new``, ``unsettled`` (look before you send) or ``done``; never ``busy``.

        Raises:
            IdempotencyError: the key stands for other content.
            UnknownError: the other process took longer than the patience.
            RecordsError: the records cannot be used.
        """
        waited, pause, told = 0.0, _FIRST_PAUSE, False
        while True:
            found = await self._claim_once(key, content, request)
            if found.state != "busy":
                return found
            if waited >= self._patience:
                raise still_busy(key)
            if waited >= _SILENT_SECONDS and not told:
                told = True
                self._notify(_WAITING)
            await self._sleep(pause)
            waited, pause = waited + pause, min(2 * pause, _LONGEST_PAUSE)

    async def find(self, key: str, content: str) -> str | None:
        """Return the uid of the booking that *key* stands for, None when for none; nothing is claimed.

        Raises:
            IdempotencyError: the key stands for other content.
            RecordsError: the records cannot be used.
        """
        named = f"{self._server} {key}"
        return await hop(
            lambda: idempotency.find(self._records(), company=self._company, key=named, content=content)
        )

    async def _claim_once(self, key: str, content: str, request: BookingRequest) -> Claim:
        def work() -> Claim:
            return idempotency.claim(
                self._records(),
                company=self._company,
                key=f"{self._server} {key}",
                content=content,
                lease=self._lease,
                ttl=self._ttl,
                event_type_id=request.event_type_id,
                start=request.start,
            )

        return await hop(work, undo=self._give_back)

    def _give_back(self, claim: Claim) -> None:
        """Undo a claim whose caller was interrupted meanwhile; nothing was sent under it."""
        if claim.state == "new":
            idempotency.release(self._records(), claim)
        elif claim.state == "unsettled":
            idempotency.mark_unsettled(self._records(), claim)

    @asynccontextmanager
    async def held(self, claim: Claim) -> AsyncIterator[None]:
        """Renew the lease of *claim* while the block runs."""
        import asyncio

        keeper = asyncio.create_task(self._keep(claim))
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.wait([keeper])

    async def _keep(self, claim: Claim) -> None:
        import asyncio

        while True:
            await asyncio.sleep(min(_RENEW_EVERY, self._lease / _RENEWALS))
            try:
                kept = await hop(lambda: idempotency.renew(self._records(), claim, lease=self._lease))
            except AskproError as error:
                self._log.event("booking.lease_not_renewed", level="warning", reason=error.message)
                continue
            if not kept:
                self._log.event("booking.claim_lost", level="warning")
                return

    async def require(self, claim: Claim, key: str, *, before: Callable[[], None]) -> None:
        """Renew the lease, the last thing before a request leaves.

        A process that was stopped for longer than its lease (a suspended machine, a stopped job) has a
        successor by now, and must not send beside it.

        Raises:
            UnknownError: another process has taken the claim over.
            RecordsError: the records cannot be used; nobody knows who holds the claim.
        """

        def renewed() -> bool:
            before()
            return idempotency.renew(self._records(), claim, lease=self._lease)

        if not await hop(renewed):
            self._log.event("booking.claim_lost", level="warning")
            raise still_busy(key)

    async def complete(self, claim: Claim, uid: str) -> bool:
        """Note that the key stands for booking *uid*; False when another process took the claim over."""
        return await hop(lambda: idempotency.complete(self._records(), claim, uid=uid))

    async def mark_unsettled(self, claim: Claim) -> bool:
        """Note that a request was sent and its fate is unknown."""
        return await hop(lambda: idempotency.mark_unsettled(self._records(), claim))

    async def release(self, claim: Claim) -> bool:
        """Free the key: nothing was booked under it."""
        return await hop(lambda: idempotency.release(self._records(), claim))

    async def void(self, claim: Claim) -> bool:
        """Free a key whose booking no longer stands."""
        return await hop(lambda: idempotency.void(self._records(), claim))


_WAITING = (
    "another process is at this booking, or was killed while it was: waiting for it "
    f"(a dead one is succeeded after {LEASE_SECONDS:.0f} s)"
)


def still_busy(key: str) -> UnknownError:
    """Return the error of a run whose claim is another process's by now; nothing was sent."""
    return UnknownError(
        "another process is still booking under this idempotency key",
        subject="idempotency_key",
        hint="run the same command again in a minute",
        details={"idempotency_key": key},
    )
