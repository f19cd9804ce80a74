"""What the flow works with: the tools of a remote booking, and the company's records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from askpro_cli.booking.desk import Desk
from askpro_cli.resilience.threads import hop

if TYPE_CHECKING:
    from datetime import datetime

    from askpro_cli.platform.records import Records
    from askpro_cli.platform.tenancy import TenantSession

T = TypeVar("T")
R = TypeVar("R")

LEASE_SECONDS = 60.0
"""How long a run owns an open row without renewing: a killed one is succeeded after that."""

ATTEMPTS = 6
"""Tries of a transaction that the database breaks off because of another one: here a caller is waiting."""


def _nothing() -> None:
    """Go first where nothing is to."""


class Doer(Protocol):
    """Who changes the rows of an appointment: a run of the flow, or an event of Cal.com's."""

    @property
    def correlation_id(self) -> str:
        """Stands in the rows it makes."""
        ...

    def now(self) -> datetime:
        """Return the present instant, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class FlowDesk:
    """The tools of the flow, for one company.

    Args:
        desk: of the remote booking: client, ledger, cache, zone, clock, log.
        records: of the company.
        company: its slug.
        correlation_id: of this run; stands in the rows it makes, in its log and at the vendor.
        keep_pending: keep an appointment when the vendor is down (``booking.pending_sync``).
        lease_seconds: see :data:`LEASE_SECONDS`.
        patience: seconds to wait for another run that is at the same appointment.
    """

    desk: Desk
    records: Records
    company: str
    correlation_id: str
    keep_pending: bool = False
    lease_seconds: float = LEASE_SECONDS
    patience: float = 180.0

    def now(self) -> datetime:
        """Return the present instant by the one clock, UTC."""
        return self.desk.clock.now()

    async def sleep(self, seconds: float) -> None:
        """Wait for another run."""
        import asyncio

        await asyncio.sleep(seconds)

    def at_step(self, name: str) -> None:
        """Tell that the step *name* is done; a test may end the process here."""
        self.desk.at_step(name)

    async def run(
        self, work: Callable[[TenantSession], T], context: str, *, before: Callable[[], None] = _nothing
    ) -> T:
        """Run *work* in a transaction of the company's records, in a thread; *before* goes there first.

        Raises:
            RecordsError: the database cannot be used.
            AskproError: what *work* raised.
        """

        def both() -> T:
            before()
            return self.records.run_in_transaction(work, attempts=ATTEMPTS, context=context)

        return await hop(both)

    async def run_then(
        self, work: Callable[[TenantSession], T], then: Callable[[T], R], context: str
    ) -> tuple[T, R]:
        """Run *work* as :meth:`run` does and, once it is committed, *then* with its result.

        Both by one way into a thread and back, which costs as much as a statement or two.
        """

        def both() -> tuple[T, R]:
            done = self.records.run_in_transaction(work, attempts=ATTEMPTS, context=context)
            return done, then(done)

        return await hop(both)
