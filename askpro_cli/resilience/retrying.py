"""The outermost ring: when a call is tried again, and after how long a pause."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from askpro_cli.base.errors import VendorError, VendorRateLimitError
from askpro_cli.resilience.meta import PolicySettings

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


def pause_before(number: int, settings: PolicySettings, jitter: float) -> float:
    """Return the seconds to wait before try *number* (2, 3, …) without advice from the vendor.

    Exponential, then between half and all of it at random, so that callers that failed together do not
    come back together.

    Args:
        number: the try to come.
        settings: the policy's numbers.
        jitter: a random number from 0 to 1.
    """
    full = min(settings.max_delay, settings.base_delay * 2.0 ** (number - 2))
    return full * (0.5 + 0.5 * jitter)


def pause_after(error: BaseException | None, number: int, settings: PolicySettings, jitter: float) -> float:
    """Return the seconds to wait after try *number* failed with *error*; the vendor's advice goes first.

    After a 429 there is no pause here: the governor holds everybody back until the block is over. Advice to
    wait 0 seconds is none: it would spend all tries at once.
    """
    advised = isinstance(error, VendorError) and error.retry_after != 0
    if isinstance(error, VendorRateLimitError) and advised:
        return 0.0
    if isinstance(error, VendorError) and advised and error.retry_after is not None:
        return max(0.0, error.retry_after)
    return pause_before(number + 1, settings, jitter)


async def retried(
    work: Callable[[], Awaitable[T]],
    *,
    may_retry: Callable[[BaseException], bool],
    settings: PolicySettings,
    sleep: Sleep,
    rng: Callable[[], float],
) -> T:
    """Do *work* up to ``settings.attempts`` times; its last error is raised as it is.

    Nearly every call needs one try only, so tenacity is not even imported for it.

    Args:
        work: one try.
        may_retry: tells whether it may be done again after this error.
        settings: attempts and pauses.
        sleep: waits the given seconds.
        rng: random numbers from 0 to 1.
    """
    try:
        return await work()
    except Exception as error:
        if settings.attempts <= 1 or not may_retry(error):
            raise
        first = error
    return await _tried_again(_after(first, work), may_retry, settings, sleep, rng)


def _after(first: Exception, work: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Return *work* as it looks from its first try on, which has failed with *first* already."""
    failed = [first]

    async def again() -> T:
        if failed:
            raise failed.pop()
        return await work()

    return again


async def _tried_again(
    work: Callable[[], Awaitable[T]],
    may_retry: Callable[[BaseException], bool],
    settings: PolicySettings,
    sleep: Sleep,
    rng: Callable[[], float],
) -> T:
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return pause_after(error, state.attempt_number, settings, rng())

    retrying = AsyncRetrying(
        sleep=sleep,
        stop=stop_after_attempt(settings.attempts),
        wait=wait,
        retry=retry_if_exception(may_retry),
        reraise=True,
    )
    return await retrying(work)
