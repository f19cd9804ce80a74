"""Why a try failed, for the records: in words that stay the same, and whether it cost Cal.com a request."""

from __future__ import annotations

from askpro_cli.base.errors import AskproError, BreakerOpenError, BudgetError

BREAKER_OPEN = "nothing is sent to Cal.com: it failed too often, and its circuit breaker is open"
BUDGET_USED = "nothing was sent to Cal.com: its key takes no further request for a while"
_INTERRUPTED = "interrupted"


def reason_of(error: BaseException) -> str:
    """Return the reason of a failure: our sentence, which holds no personal data."""
    if isinstance(error, BreakerOpenError):
        return BREAKER_OPEN
    if isinstance(error, BudgetError):
        return BUDGET_USED
    return error.message if isinstance(error, AskproError) else _INTERRUPTED


def was_held_back(error: BaseException) -> bool:
    """Tell whether nothing was sent because we ourselves held it back: that counts as no try."""
    return isinstance(error, BreakerOpenError | BudgetError)


def stands_behind_breaker(error: BaseException) -> bool:
    """Tell whether an error, or what it came of, is the open circuit breaker."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, BreakerOpenError):
        cause = cause.__cause__
    return cause is not None
