"""What passes between a call and its gate: who calls, the ticket of a try, what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from askpro_cli.base.errors import (
    AskproError,
    BreakerOpenError,
    BudgetError,
    VendorError,
    VendorRateLimitError,
    VendorUnreachableError,
)
from askpro_cli.resilience.breaker import Admission, BreakerState, Verdict
from askpro_cli.resilience.meta import Attempt


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls which vendor with which key; stands in every line of the request log."""

    vendor: str
    key_id: str
    company: str
    run_id: str

    @property
    def name(self) -> str:
        """Return the name of the breaker and the budget: the vendor and the key's fingerprint."""
        return f"{self.vendor}:{self.key_id}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A try that may be sent; it must be settled.

    Args:
        admission: the breaker's.
        shared: admitted by the shared state, not by this process alone.
        left: requests an interactive call could still send after this one.
    """

    admission: Admission
    shared: bool
    left: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A try that may not be sent now."""

    error: BreakerOpenError | BudgetError


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand after a try. ``shared``: by the shared state, not by this process alone."""

    breaker: BreakerState
    budget_left: int
    shared: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a try: ``outcome`` is ``ok`` or an error's code, ``sent``: it may have gone out."""

    attempt: Attempt
    verdict: Verdict
    outcome: str
    sent: bool
    ms: float
    limited: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a gate is told about a try; ``over_at`` is the monotonic time at which it was over."""

    operation: str
    ticket: Ticket
    result: Result
    over_at: float

    @property
    def can_wait(self) -> bool:
        """Tell whether nothing is decided by it: a success with a breaker that knows of no failure.

        A failure, a 429 and a trial change what the next try may do, and so do the success that ends a row
        of failures and the vendor's word that less is left than we believe, if it is less than half.
        """
        admission = self.ticket.admission
        at_rest = admission.trial is None and admission.failures == 0
        plenty = all(
            window.remaining >= self.ticket.left or 2 * window.remaining >= window.limit
            for window in self.result.attempt.rate
        )
        return self.result.outcome == "ok" and self.ticket.shared and at_rest and plenty

    def foreseen(self) -> Standing:
        """Return how things stand after a try that can wait, by its ticket and its answer alone."""
        said = (window.remaining for window in self.result.attempt.rate)
        return Standing(BreakerState.CLOSED, max(0, min([self.ticket.left, *said])), shared=True)


def result_of(attempt: Attempt, error: BaseException | None, ms: float) -> Result:
    """Return what became of a try that took *ms* milliseconds and ended with *error* (None: well)."""
    limited = isinstance(error, VendorRateLimitError) and error.whole_key
    return Result(
        attempt=attempt,
        verdict=judge(error),
        outcome=_outcome(error),
        sent=attempt.status is not None or _left_the_machine(error),
        ms=ms,
        limited=limited,
        retry_after=error.retry_after if isinstance(error, VendorRateLimitError) else None,
    )


def judge(error: BaseException | None) -> Verdict:
    """Say what a try's error tells about the vendor's health.

    Network errors, time-outs and 5xx are failures. A refusal (4xx) is a success: the vendor is alive. A
    429, an answer nobody can read and an error of our own say nothing.
    """
    if error is None:
        return Verdict.SUCCESS
    if not isinstance(error, VendorError):
        return Verdict.NEUTRAL
    if error.counts_for_breaker:
        return Verdict.FAILURE
    refused = error.status is not None and 400 <= error.status < 500  # noqa: PLR2004 - HTTP's range of refusals
    return Verdict.SUCCESS if refused and not isinstance(error, VendorRateLimitError) else Verdict.NEUTRAL


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "ok"
    if isinstance(error, AskproError):
        return error.code
    return "bug" if isinstance(error, Exception) else "cancelled"


def _left_the_machine(error: BaseException | None) -> bool:
    """Say whether a try without a status may have reached the vendor."""
    if isinstance(error, VendorUnreachableError):
        return error.fate_unknown
    return not isinstance(error, AskproError) or isinstance(error, VendorError)
