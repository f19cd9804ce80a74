"""What a failed attempt means: tried again after a while, or given up; told without personal data."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable

from askpro_cli.base.errors import AskproError
from askpro_cli.base.redaction import mask_text
from askpro_cli.webhooks.states import DEAD, FAILED
from askpro_cli.webhooks.worker.claims import Claim, Settled
from askpro_cli.webhooks.worker.options import WorkerOptions

_SPREAD = 0.2


def retry_delay(
    attempt: int, options: WorkerOptions, spread: Callable[[float, float], float] = random.uniform
) -> float:
    """Return the seconds to wait after the failed *attempt* (from 1): doubled each time, 20 % more or less.

    What failed together is not tried again together.

    Args:
        attempt: the one that failed.
        options: base, and longest delay.
        spread: draws between two bounds.
    """
    doubled = options.base_delay * 2.0 ** min(attempt - 1, 60)
    return min(doubled, options.max_delay) * spread(1 - _SPREAD, 1 + _SPREAD)


def after_failure(claim: Claim, error: Exception, options: WorkerOptions, started_ms: int) -> Settled:
    """Return what becomes of an event whose handler raised *error*."""
    reason = reason_of(error)
    if claim.attempts >= options.attempts:
        given_up = f"given up after {claim.attempts} attempts, last: {reason}"
        return Settled(claim, DEAD, started_ms, given_up)
    delay = round(retry_delay(claim.attempts, options) * 1000)
    return Settled(claim, FAILED, started_ms, reason, retry_ms=delay)


def after_deaths(claim: Claim, started_ms: int) -> Settled:
    """Return what becomes of an event that was claimed too often without an end: its workers died of it."""
    reason = f"given up: {claim.attempts - 1} workers ended, or lost it, while they were at it"
    return Settled(claim, DEAD, started_ms, reason)


def reason_of(error: Exception) -> str:
    """Return why an attempt failed: our own words masked; of a bug only where it is, its text may quote."""
    if isinstance(error, AskproError):
        return mask_text(error.message)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"a bug: {type(error).__name__}{where}"
