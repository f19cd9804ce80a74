"""What goes into a call and what comes out of it: the attempt, the meta data, the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from askpro_cli.resilience.breaker import BreakerSettings
from askpro_cli.resilience.governor import GovernorSettings, Priority, RateWindow

T_co = TypeVar("T_co", covariant=True)


class EventLog(Protocol):
    """The part of the run's log that the policy writes to."""

    def event(self, name: str, *, level: str = "info", **fields: Any) -> None:
        """Write one event."""
        ...


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """The numbers of the one policy of every vendor call; times in seconds.

    Args:
        attempts: tries of one call altogether.
        base_delay: pause before the second try, doubled for each further one, then halved at random.
        max_delay: longest pause before jitter.
        max_wait: longest an interactive call waits for the governor or on the vendor's advice.
        background_wait: the same for background work.
        breaker: the circuit breaker's numbers.
        governor: the rate governor's numbers.
    """

    attempts: int = 3
    base_delay: float = 0.5
    max_delay: float = 8.0
    max_wait: float = 20.0
    background_wait: float = 300.0
    breaker: BreakerSettings = field(default_factory=BreakerSettings)
    governor: GovernorSettings = field(default_factory=GovernorSettings)

    def patience(self, priority: Priority) -> float:
        """Return how many seconds a call of this priority waits at most."""
        return self.max_wait if priority is Priority.INTERACTIVE else self.background_wait


class Attempt:
    """One try on the wire; the sender reports what the answer's head said.

    Attributes:
        number: which try of its call, from 1.
        status: HTTP status, None until an answer came.
        request_id: the vendor's ``X-Request-Id``.
        rate: its rate limit headers.
        date: its ``Date`` header, for clock skew.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.status: int | None = None
        self.request_id: str | None = None
        self.rate: tuple[RateWindow, ...] = ()
        self.date: datetime | None = None

    def report(
        self,
        *,
        status: int | None = None,
        request_id: str | None = None,
        rate: Sequence[RateWindow] = (),
        date: datetime | None = None,
    ) -> None:
        """Note what an answer's head said, whatever becomes of its body."""
        self.status = status
        self.request_id = request_id
        self.rate = tuple(rate)
        self.date = date


@dataclass(frozen=True, slots=True)
class CallMeta:
    """How an answer came about.

    Args:
        tries: how often the operation was tried, also when a try was refused before it was sent.
        requests: requests that left the machine for it, look-ups included.
        breaker: state of the circuit breaker after it (``closed``, ``open``, ``half-open``).
        request_id: the vendor's, of the last answer.
        budget_left: requests an interactive call could send now, None when not known.
        seconds: how long it took altogether, waits included.
        recovered: a write whose fate was unknown was found by its look-up.
        state_lost: the shared state was gone: breaker and budget are this process's own.
        date: the vendor's clock in its last answer.
    """

    tries: int
    requests: int
    breaker: str
    request_id: str | None
    budget_left: int | None
    seconds: float
    recovered: bool = False
    state_lost: bool = False
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T_co]):
    """A call's value and how it came about."""

    value: T_co
    meta: CallMeta
