"""One guarded call from its first try to its last word: the write whose fate is unknown is the hard part.

A write that was sent and not answered may have happened. It is looked up before it is sent again, and
before an error is reported: a vendor that refuses the second try because the first one did it ("slot is
taken") would otherwise make a success look like a failure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import (
    AskproError,
    BreakerOpenError,
    BudgetError,
    FateUnknownError,
    SlotUnavailableError,
    VendorConflictError,
    VendorError,
    VendorNotFoundError,
    VendorRateLimitError,
    VendorValidationError,
)
from askpro_cli.resilience.gate import Gate
from askpro_cli.resilience.governor import Priority, Wait
from askpro_cli.resilience.later import Later
from askpro_cli.resilience.meta import Attempt, CallMeta, EventLog, Outcome, PolicySettings
from askpro_cli.resilience.retrying import Sleep, retried
from askpro_cli.resilience.threads import hop
from askpro_cli.resilience.tickets import Refusal, Result, Settlement, Standing, Ticket, result_of

T = TypeVar("T")

_FINISHED_STATUSES = frozenset({500, 501, 503})
"""Answers of the vendor itself, which is then through with the request. A gateway's 502 or 504 is not."""

_REFUSALS = (SlotUnavailableError, VendorConflictError, VendorNotFoundError, VendorValidationError)
"""What refuses the last try refuses an earlier one too that is still on its way."""


class Tally:
    """Requests that left the machine for one call, those of its look-ups included."""

    def __init__(self) -> None:
        self.requests = 0


_enclosing: ContextVar[Tally | None] = ContextVar("askpro_enclosing_call", default=None)


@dataclass(frozen=True, slots=True)
class Order(Generic[T]):
    """What a caller wants done: see :meth:`askpro_cli.resilience.policy.Policy.call`."""

    operation: str
    send: Callable[[Attempt], Awaitable[T]]
    write: bool
    lookup: Callable[[], Awaitable[T | None]] | None
    priority: Priority
    watch: Callable[[CallMeta], None] | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """What every call of one policy shares."""

    gate: Gate
    catch_up: Later
    settings: PolicySettings
    clock: Clock
    log: EventLog | None
    sleep: Sleep
    rng: Callable[[], float]


class Call(Generic[T]):
    """One call under way."""

    def __init__(self, order: Order[T], tools: Tools) -> None:
        self._order = order
        self._tools = tools
        self._patience = tools.settings.patience(order.priority)
        self._tries = 0
        self._tally = Tally()
        self._doubt: VendorError | None = None
        self._under_way = False
        self._wire_error: VendorError | None = None
        self._recovered = False
        self._attempt = Attempt(0)
        self._standing: Standing | None = None

    async def run(self) -> Outcome[T]:
        """Do it, and say how it went."""
        started = self._tools.clock.monotonic()
        outer = _enclosing.get()
        token = _enclosing.set(self._tally)
        try:
            value = await self._value()
        finally:
            _enclosing.reset(token)
            if outer is not None:
                outer.requests += self._tally.requests
            meta = self._meta(self._tools.clock.monotonic() - started)
            if self._order.watch is not None:
                self._order.watch(meta)
        return Outcome(value, meta)

    async def _value(self) -> T:
        tools = self._tools
        try:
            return await retried(
                self._one_try,
                may_retry=self._may_retry,
                settings=tools.settings,
                sleep=self._wait,
                rng=tools.rng,
            )
        except FateUnknownError:
            raise
        except AskproError as error:
            return await self._last_word(error)

    async def _one_try(self) -> T:
        if self._doubt is not None:
            found = await self._look_up()
            if found is not None:
                return found
        self._tries += 1
        attempt = Attempt(self._tries)
        ticket = await self._pass_gate(attempt)
        return await self._send(ticket, attempt)

    async def _pass_gate(self, attempt: Attempt) -> Ticket:
        """Wait for the governor as long as this call may; every hop asks the breaker anew."""
        gate, order = self._tools.gate, self._order

        def enter() -> Ticket | Wait | Refusal:
            return gate.enter(order.operation, attempt.number, order.priority, self._patience)

        def give_back(answer: Ticket | Wait | Refusal) -> None:
            if isinstance(answer, Ticket):
                gate.give_back(answer)

        while True:
            answer = await hop(enter, undo=give_back)
            if isinstance(answer, Refusal):
                raise answer.error
            if isinstance(answer, Ticket):
                return answer
            await self._wait(answer.seconds)

    async def _send(self, ticket: Ticket, attempt: Attempt) -> T:
        """Make one try on the wire and settle it, whatever becomes of it."""
        started = self._tools.clock.monotonic()
        try:
            value = await self._order.send(attempt)
        except GeneratorExit:
            raise  # nobody runs this coroutine any more; an admitted trial frees itself after its time limit
        except BaseException as error:
            self._note_error(error, attempt)
            await self._settle(ticket, attempt, error, started)
            raise
        await self._settle(ticket, attempt, None, started)
        return value

    async def _settle(
        self, ticket: Ticket, attempt: Attempt, error: BaseException | None, started: float
    ) -> None:
        gate, over_at = self._tools.gate, self._tools.clock.monotonic()
        result = result_of(attempt, error, 1000 * (over_at - started))
        settlement = Settlement(self._order.operation, ticket, result, over_at)
        self._attempt = attempt
        self._tally.requests += result.sent
        if settlement.can_wait:
            self._standing = gate.put_off(settlement)
            self._tools.catch_up.soon()
        else:
            self._standing = await hop(lambda: gate.settle(settlement))
        self._write_down(result, self._standing)

    def _note_error(self, error: BaseException, attempt: Attempt) -> None:
        if isinstance(error, VendorError):
            self._wire_error = error
            error.date = attempt.date
            if self._order.write and error.fate_unknown:
                self._doubt = error
                self._under_way = self._under_way or error.status not in _FINISHED_STATUSES
        elif self._order.write and not isinstance(error, Exception):
            error.add_note(f"{self._order.operation} was on the wire: whether it happened is unknown")

    def _may_retry(self, error: BaseException) -> bool:
        if not isinstance(error, VendorError) or not error.retryable:
            return False
        if error is self._doubt and self._order.lookup is None:
            return False
        advice = None if isinstance(error, VendorRateLimitError) else error.retry_after
        return advice is None or advice <= self._patience

    async def _wait(self, seconds: float) -> None:
        """Sleep; every pause uses up this call's patience."""
        self._patience -= seconds
        if seconds > 0:
            await self._tools.sleep(seconds)

    async def _look_up(self) -> T | None:
        """Ask whether the write in doubt happened.

        Raises:
            FateUnknownError: there is no look-up, or it failed itself.
        """
        if self._order.lookup is None:
            self._fate_unknown(self._doubt)
        try:
            found = await self._order.lookup()
        except AskproError as error:
            self._fate_unknown(error)
        self._recovered = found is not None
        return found

    async def _last_word(self, error: AskproError) -> T:
        """Decide what a caller is told when no further try follows."""
        if self._doubt is None:
            told = self._telling(error)
            raise told from told.__cause__
        found = await self._look_up()
        if found is not None:
            return found
        if not isinstance(error, VendorError) or (self._under_way and not isinstance(error, _REFUSALS)):
            self._fate_unknown(error)
        if error is self._doubt:
            error.fate_unknown = False
        raise error

    def _telling(self, error: AskproError) -> AskproError:
        """Prefer what the wire said over "not tried again", and add how long to wait."""
        if isinstance(error, BreakerOpenError | BudgetError) and self._wire_error is not None:
            if self._wire_error.retry_after is None:
                self._wire_error.retry_after = error.retry_after
            return self._wire_error
        return error

    def _fate_unknown(self, cause: AskproError | None) -> NoReturn:
        vendor, operation = self._tools.gate.caller.vendor, self._order.operation
        because = f": {cause.message}" if cause is not None else ""
        raise FateUnknownError(
            f"{vendor} {operation} was sent, but whether it happened is unknown{because}",
            subject=operation,
            hint="run the same command again: it looks first whether it happened",
            details={"vendor": vendor, "operation": operation, "tries": self._tries},
        ) from cause

    def _write_down(self, result: Result, standing: Standing) -> None:
        log = self._tools.log
        if log is None:
            return
        log.event(
            "vendor_try",
            level="info" if result.outcome == "ok" else "warning",
            vendor=self._tools.gate.caller.vendor,
            operation=self._order.operation,
            **{"try": result.attempt.number},
            outcome=result.outcome,
            status=result.attempt.status,
            request_id=result.attempt.request_id,
            ms=round(result.ms, 1),
            breaker=standing.breaker.value,
            budget_left=standing.budget_left,
        )

    def _meta(self, seconds: float) -> CallMeta:
        standing = self._standing
        return CallMeta(
            tries=self._tries,
            requests=self._tally.requests,
            breaker=standing.breaker.value if standing else "closed",
            request_id=self._attempt.request_id,
            budget_left=standing.budget_left if standing else None,
            seconds=seconds,
            recovered=self._recovered,
            state_lost=standing is not None and not standing.shared,
            date=self._attempt.date,
        )
