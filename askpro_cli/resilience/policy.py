"""The one policy of every vendor call: retry → circuit breaker → rate governor → wire.

What a room above needs stands here; the rings have a module each.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import RequestCapError
from askpro_cli.base.guards import assert_network_allowed
from askpro_cli.resilience.breaker import BreakerSettings
from askpro_cli.resilience.calls import Call, Order, Tools
from askpro_cli.resilience.gate import Gate
from askpro_cli.resilience.governor import GovernorSettings, Priority, RateWindow
from askpro_cli.resilience.later import Later
from askpro_cli.resilience.meta import Attempt, CallMeta, EventLog, Outcome, PolicySettings
from askpro_cli.resilience.retrying import Sleep
from askpro_cli.resilience.tickets import Caller
from askpro_cli.state.store import StateStore

__all__ = [
    "Attempt",
    "BreakerSettings",
    "CallMeta",
    "EventLog",
    "GovernorSettings",
    "Outcome",
    "Policy",
    "PolicySettings",
    "Priority",
    "RateWindow",
]

T = TypeVar("T")


class Policy:
    """Guards every call to one vendor with one key; safe between threads and tasks.

    Args:
        store: the state store, in any namespace; it may fail at any moment.
        vendor: for example ``calcom``.
        key_id: the key's fingerprint (:func:`askpro_cli.base.redaction.fingerprint`), never the key.
        settings: the numbers.
        clock: measures durations.
        run_id: the run's correlation id, for the request log.
        company: the company's slug, for the request log.
        log: the run's log.
        sleep: waits the given seconds; asyncio's by default.
        rng: random numbers from 0 to 1, for the jitter.
        most: tries of all calls together that may be sent; None for any number.
    """

    def __init__(
        self,
        store: StateStore,
        *,
        vendor: str,
        key_id: str,
        settings: PolicySettings,
        clock: Clock,
        run_id: str,
        company: str,
        log: EventLog | None = None,
        sleep: Sleep | None = None,
        rng: Callable[[], float] = random.random,
        most: int | None = None,
    ) -> None:
        self._most, self._sent = most, 0
        caller = Caller(vendor, key_id, company, run_id)
        gate = Gate(store, caller, settings, clock, log)
        self._tools = Tools(gate, Later(gate.catch_up), settings, clock, log, sleep or _sleep, rng)

    async def call(
        self,
        operation: str,
        send: Callable[[Attempt], Awaitable[T]],
        *,
        write: bool = False,
        lookup: Callable[[], Awaitable[T | None]] | None = None,
        priority: Priority = Priority.INTERACTIVE,
        watch: Callable[[CallMeta], None] | None = None,
    ) -> Outcome[T]:
        """Do one operation of the vendor, in as many tries as it needs and may have.

        Args:
            operation: its name, for the metrics (``bookings.create``).
            send: makes one try on the wire, reports the answer's head to its attempt, returns the value or
                raises a :class:`~askpro_cli.base.errors.VendorError`, whose attributes steer what follows.
            write: the operation changes something: after an error with ``fate_unknown`` it is not sent
                again blindly.
            lookup: finds what an earlier try of this write may have done, None if there is nothing. It
                makes its own calls through the policy; their requests count as requests of this call.
            priority: background work leaves a reserve of the budget and may wait longer.
            watch: told how the call went, also when it failed.

        Returns:
            The value and how it came about; ``meta.recovered`` says that the look-up found it.

        Raises:
            BreakerOpenError: refused before it was sent, the vendor is ill.
            BudgetError: refused before it was sent, the wait for a token would be too long.
            FateUnknownError: a write was sent, and nobody can say whether it happened.
            VendorError: the vendor's last word. After a write its ``fate_unknown`` is False: it did not
                happen.
            RequestCapError: as many tries as allowed were sent already.
            RuntimeError: called inside a database transaction.
        """
        assert_network_allowed(f"{self._tools.gate.caller.vendor} {operation}")
        order = Order(operation, self._counted(send), write, lookup, priority, watch)
        return await Call(order, self._tools).run()

    def _counted(self, send: Callable[[Attempt], Awaitable[T]]) -> Callable[[Attempt], Awaitable[T]]:
        """Return *send*, refused once the cap is reached: a try the governor let through still counts."""

        async def counted(attempt: Attempt) -> T:
            if self._most is not None and self._sent >= self._most:
                plural = "" if self._most == 1 else "s"
                raise RequestCapError(f"stopped at {self._most} request{plural}", subject="--max-requests")
            self._sent += 1
            return await send(attempt)

        return counted

    async def flush(self) -> None:
        """Write the metrics of the last moment's successes; awaited before the event loop or the store ends.

        Without it they follow within :data:`~askpro_cli.resilience.later.DELAY` seconds.
        """
        await self._tools.catch_up.now()


async def _sleep(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)
