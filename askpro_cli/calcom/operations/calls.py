"""How a call is made: one request through the one policy, its answer opened and read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from askpro_cli.base.errors import VendorNotFoundError, VendorProtocolError, VendorRateLimitError
from askpro_cli.calcom.outcome import Answer
from askpro_cli.calcom.wire.answers import Envelope, open_answer
from askpro_cli.calcom.wire.headers import AnswerHead
from askpro_cli.calcom.wire.requests import Wire, WireRequest
from askpro_cli.calcom.wire.transport import CalcomTransport
from askpro_cli.resilience.policy import Attempt, CallMeta, Policy, Priority

T = TypeVar("T")
Absent = Callable[[VendorNotFoundError], T]


class Calls:
    """Makes the calls of one client.

    Args:
        transport: sends one request; closed with the client.
        policy: retry, breaker, governor.

    ``requests`` counts what was sent so far, further tries and look-ups included; ``last`` and
    ``last_write`` tell how the last call went, and the last that was to change something, failed or not.
    """

    def __init__(self, transport: CalcomTransport, policy: Policy) -> None:
        self._transport = transport
        self._policy = policy
        self.requests = 0
        self.last: CallMeta | None = None
        self.last_write: CallMeta | None = None

    async def aclose(self) -> None:
        """Write what the policy still has to write, and close the connections."""
        try:
            await self._policy.flush()
        finally:
            await self._transport.aclose()

    async def read(
        self,
        request: WireRequest,
        decode: Callable[[Envelope], T],
        priority: Priority = Priority.INTERACTIVE,
        *,
        absent: Absent[T] | None = None,
    ) -> Answer[T]:
        """Ask for something; asking again changes nothing, so failures are tried again.

        *absent* gives the value that "there is no such thing" (404) stands for, or raises what it is given;
        without it that is an error.
        """
        outcome = await self._policy.call(
            request.operation, self._try(request, decode, absent), priority=priority, watch=self._note
        )
        return Answer(outcome.value, outcome.meta)

    async def write(
        self,
        request: WireRequest,
        decode: Callable[[Envelope], T],
        lookup: Callable[[], Awaitable[T | None]] | None,
        *,
        absent: Absent[T] | None = None,
    ) -> Answer[T]:
        """Change something; *absent* as in :meth:`read`.

        When nobody answers, *lookup* tells what became of it; without it nothing is sent twice, and
        :class:`~askpro_cli.base.errors.FateUnknownError` is raised.
        """
        outcome = await self._policy.call(
            request.operation,
            self._try(request, decode, absent),
            write=True,
            lookup=lookup,
            watch=self._note_write,
        )
        return Answer(outcome.value, outcome.meta)

    def _note(self, meta: CallMeta) -> None:
        self.last = meta

    def _note_write(self, meta: CallMeta) -> None:
        self.last = self.last_write = meta

    def _try(
        self, request: WireRequest, decode: Callable[[Envelope], T], absent: Absent[T] | None
    ) -> Callable[[Attempt], Awaitable[T]]:
        """Return one try: send, report the head, open the envelope, read the documents."""

        async def send(attempt: Attempt) -> T:
            self.requests += 1

            def report(status: int, head: AnswerHead) -> None:
                # The small limit of one operation must not count as the budget of the key.
                rate = () if request.apart else head.rate
                attempt.report(status=status, request_id=head.request_id, rate=rate, date=head.date)

            answer = await self._transport.send(request, report)
            try:
                return decode(open_answer(request, answer))
            except VendorRateLimitError as error:
                if request.apart:
                    error.whole_key = error.retryable = False
                raise
            except VendorNotFoundError as error:
                if absent is None:
                    raise
                return absent(error)
            except VendorProtocolError as error:
                error.status, error.request_id = answer.status, answer.head.request_id
                raise

        return send


class Group:
    """Operations that belong together, over the calls of one client.

    Args:
        calls: makes them.
        wire: builds the requests for this server.
    """

    def __init__(self, calls: Calls, wire: Wire) -> None:
        self._calls = calls
        self._wire = wire
