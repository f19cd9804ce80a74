"""The circuit breaker as pure functions over one document: closed, open, half-open.

Times are the store's, in seconds. Every change of state starts a new *epoch*; an answer to a request
that was admitted in an older epoch says nothing about the present one and is ignored. Without this, a
slow failure from before the outage would re-open a breaker that has just closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

_CLOCK_SLACK = 1.0
"""A stamp further in the future than this comes from a clock that was set back since."""


class BreakerState(StrEnum):
    """What the breaker does with requests."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Verdict(StrEnum):
    """What an answer says about the vendor's health."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """The breaker's numbers.

    Args:
        failures: consecutive failures that open it.
        open_for: seconds it stays open before trials are allowed.
        trials: requests allowed at once while half-open.
        successes: successful trials that close it.
        trial_timeout: seconds after which a trial that was never settled frees its place.
    """

    failures: int = 5
    open_for: float = 60.0
    trials: int = 3
    successes: int = 2
    trial_timeout: float = 30.0


class BreakerRecord(msgspec.Struct, frozen=True):
    """What the store holds: ``trials`` maps a trial's token to the time it was admitted."""

    state: BreakerState = BreakerState.CLOSED
    epoch: int = 0
    failures: int = 0
    successes: int = 0
    opened_at: float = 0.0
    trials: Mapping[str, float] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Admission:
    """A request that may go on.

    Args:
        epoch: the epoch it was admitted in, None when not known.
        trial: its token while half-open.
        failures: consecutive failures the breaker knew of when it was admitted.
    """

    epoch: int | None
    trial: str | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Rejection:
    """A request that may not; ``retry_after`` seconds until it is worth asking again."""

    retry_after: float


def admit(
    record: BreakerRecord, now: float, settings: BreakerSettings, token: str
) -> tuple[BreakerRecord, Admission | Rejection]:
    """Ask whether a request may be sent.

    Args:
        record: the present document.
        now: the store's time.
        settings: the breaker's numbers.
        token: a new, unique name for this request, used if it becomes a trial.
    """
    record = advance(record, now, settings)
    if record.state is BreakerState.CLOSED:
        return record, Admission(record.epoch, failures=record.failures)
    if record.state is BreakerState.OPEN:
        return record, Rejection(record.opened_at + settings.open_for - now)
    if len(record.trials) >= settings.trials:
        return record, Rejection(min(record.trials.values()) + settings.trial_timeout - now)
    trials = {**record.trials, token: now}
    return msgspec.structs.replace(record, trials=trials), Admission(record.epoch, token)


def settle(
    record: BreakerRecord, now: float, settings: BreakerSettings, admission: Admission, verdict: Verdict
) -> tuple[BreakerRecord, BreakerState]:
    """Tell what became of an admitted request; return the state it leaves."""
    record = advance(record, now, settings)
    if _is_ours(record, admission):
        record = _SETTLE[record.state](record, now, settings, admission, verdict)
    return record, record.state


def advance(record: BreakerRecord, now: float, settings: BreakerSettings) -> BreakerRecord:
    """Let time act: open becomes half-open, abandoned trials are freed."""
    if record.state is BreakerState.OPEN and _passed(record.opened_at, settings.open_for, now):
        return msgspec.structs.replace(
            record, state=BreakerState.HALF_OPEN, epoch=record.epoch + 1, successes=0
        )
    if record.state is BreakerState.HALF_OPEN:
        return _without_abandoned(record, now, settings)
    return record


def closed_again(record: BreakerRecord) -> BreakerRecord:
    """Return a closed breaker in a new epoch."""
    return BreakerRecord(epoch=record.epoch + 1)


def _without_abandoned(record: BreakerRecord, now: float, settings: BreakerSettings) -> BreakerRecord:
    alive = {
        token: since
        for token, since in record.trials.items()
        if not _passed(since, settings.trial_timeout, now)
    }
    return record if len(alive) == len(record.trials) else msgspec.structs.replace(record, trials=alive)


def _passed(since: float, seconds: float, now: float) -> bool:
    """Tell whether *seconds* have gone by, not believing a stamp from the future."""
    return now - since >= seconds or since - now > _CLOCK_SLACK


def _is_ours(record: BreakerRecord, admission: Admission) -> bool:
    if record.state is BreakerState.HALF_OPEN:
        return admission.epoch == record.epoch and admission.trial in record.trials
    return admission.epoch in (record.epoch, None)


def _opened(record: BreakerRecord, now: float) -> BreakerRecord:
    return BreakerRecord(
        state=BreakerState.OPEN, epoch=record.epoch + 1, failures=record.failures + 1, opened_at=now
    )


def _settle_closed(
    record: BreakerRecord, now: float, settings: BreakerSettings, _admission: Admission, verdict: Verdict
) -> BreakerRecord:
    if verdict is Verdict.FAILURE:
        if record.failures + 1 >= settings.failures:
            return _opened(record, now)
        return msgspec.structs.replace(record, failures=record.failures + 1)
    if verdict is Verdict.SUCCESS:
        return msgspec.structs.replace(record, failures=0)
    return record


def _settle_half_open(
    record: BreakerRecord, now: float, settings: BreakerSettings, admission: Admission, verdict: Verdict
) -> BreakerRecord:
    if verdict is Verdict.FAILURE:
        return _opened(record, now)
    left = {token: since for token, since in record.trials.items() if token != admission.trial}
    successes = record.successes + (verdict is Verdict.SUCCESS)
    if successes >= settings.successes:
        return closed_again(record)
    return msgspec.structs.replace(record, trials=left, successes=successes)


def _settle_open(
    record: BreakerRecord, _now: float, _settings: BreakerSettings, _admission: Admission, _verdict: Verdict
) -> BreakerRecord:
    return record


_SETTLE = {
    BreakerState.CLOSED: _settle_closed,
    BreakerState.OPEN: _settle_open,
    BreakerState.HALF_OPEN: _settle_half_open,
}
