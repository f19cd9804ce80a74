"""The Cal.com V2 client: every method one vendor operation, every call through the one policy.

Methods return an :class:`Answer`: the typed value and how it came about. Errors are those of
:mod:`askpro_cli.base.errors`; a write whose fate is unknown is looked up before it is sent again.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from askpro_cli.base.errors import ConfigError
from askpro_cli.calcom.operations.actions import BookingActions
from askpro_cli.calcom.operations.bookings import BookingCalls
from askpro_cli.calcom.operations.calendars import Calendars
from askpro_cli.calcom.operations.calls import Calls
from askpro_cli.calcom.operations.catalogue import Catalogue
from askpro_cli.calcom.operations.reservations import Reservations
from askpro_cli.calcom.operations.webhooks import Webhooks
from askpro_cli.calcom.outcome import Answer, BookingList
from askpro_cli.calcom.wire.requests import BOOKINGS_VERSIONS, Wire
from askpro_cli.calcom.wire.transport import CalcomTransport
from askpro_cli.resilience.policy import CallMeta, Policy

__all__ = ["Answer", "BookingList", "CalcomClient"]


class CalcomClient(Catalogue, BookingCalls):
    """Speaks to one Cal.com server with one key.

    Its own methods read what can be booked and make and change bookings; further operations stand in the
    groups ``actions`` (on a booking), ``reservations``, ``webhooks`` and ``calendars``.

    Args:
        transport: sends one request; closed with the client.
        policy: retry, breaker, governor.
        bookings_version: ``2024-08-13`` (every server) or ``2026-02-25`` (hosted only).

    Raises:
        ConfigError: the bookings version is none of the two.
    """

    def __init__(
        self, transport: CalcomTransport, policy: Policy, bookings_version: str = BOOKINGS_VERSIONS[0]
    ) -> None:
        if bookings_version not in BOOKINGS_VERSIONS:
            raise ConfigError(
                f"calcom.bookings_api_version {bookings_version!r} is not supported",
                subject="calcom.bookings_api_version",
                hint=f"use {' or '.join(BOOKINGS_VERSIONS)}",
            )
        calls, wire = Calls(transport, policy), Wire(bookings_version)
        super().__init__(calls, wire)
        self.actions = BookingActions(calls, wire, self)
        self.reservations = Reservations(calls, wire)
        self.webhooks = Webhooks(calls, wire)
        self.calendars = Calendars(calls, wire)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Write what the policy still has to write, and close the connections."""
        await self._calls.aclose()

    @property
    def requests(self) -> int:
        """Return how many requests were sent so far, further tries and look-ups included."""
        return self._calls.requests

    @property
    def last(self) -> CallMeta | None:
        """Return how the last call went, failed or not."""
        return self._calls.last

    @property
    def last_write(self) -> CallMeta | None:
        """Return how the last call went that was to change something, failed or not."""
        return self._calls.last_write
