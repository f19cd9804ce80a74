"""What every change to the calendar works with, built once by the shell and handed down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import AskproError, FateUnknownError, StateError
from askpro_cli.booking.ledger import KeyLedger
from askpro_cli.calcom.cache import CalcomCache
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.resilience.policy import EventLog
from askpro_cli.resilience.threads import hop


def _go_on(_step: str) -> None:
    """Do nothing at a step: nobody watches outside tests."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The tools of a booking.

    Args:
        client: speaks to the vendor, under the one policy.
        ledger: keeps the idempotency keys of this company, or that of one appointment.
        cache: of the vendor's answers; forgotten around every write.
        zone: the company's.
        clock: tells past from future and measures freshness.
        log: the run's log; no personal data goes into it.
        fresh_seconds: how old a booking returned as new may be (``booking.fresh_seconds``).
        notify: tells a person something while it happens.
        at_step: told the name of each step that is done; a test may end the process there.
    """

    client: CalcomClient
    ledger: KeyLedger
    cache: CalcomCache
    zone: ZoneInfo
    clock: Clock
    log: EventLog
    fresh_seconds: float
    notify: Callable[[str], None]
    at_step: Callable[[str], None] = _go_on

    async def forget(self, host_ids: tuple[int, ...]) -> None:
        """Drop the cached slots of these hosts; where no host is known, those of the whole company.

        State that is away is told and is no reason not to book: what it holds is old in minutes.
        """
        await hop(lambda: self.forget_now(host_ids))

    def forget_now(self, host_ids: tuple[int, ...]) -> None:
        """Do what :meth:`forget` does, in a thread that somebody else went into."""
        try:
            self.cache.forget_hosts(host_ids)
        except StateError as error:
            self.notify(f"cached slots could not be dropped and may show taken times: {error.message}")

    @asynccontextmanager
    async def changing(self, host_ids: tuple[int, ...]) -> AsyncIterator[None]:
        """Drop the cached slots of a booking's hosts before and after the block that changes it.

        Before, for a process that is killed comes to no after. Where nobody can say what became of the
        change, the booking may be anybody's by now (round-robin): then those of the whole company.
        """
        await self.forget(host_ids)
        try:
            yield
        except GeneratorExit:
            raise
        except BaseException as error:
            sure = isinstance(error, AskproError) and not isinstance(error, FateUnknownError)
            await self.forget(host_ids if sure else ())
            raise
        await self.forget(host_ids)

    async def forget_event_type(self, event_type_id: int) -> None:
        """Drop what is cached of an event type that was deleted at the vendor meanwhile."""
        await hop(lambda: self.cache.forget_event_type(event_type_id))
