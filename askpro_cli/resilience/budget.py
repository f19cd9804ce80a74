"""The rate governor's arithmetic: how many requests may still go out, as pure functions.

Two counts hold at once. Our own: never more than ``limit`` tokens in any sliding window. The vendor's:
what its rate limit headers said last, less what we took since. Times are the store's, in seconds.

Our own count lies in slots of a fraction of the window, and a slot is counted until its *end* has left
the window. So the document stays small whatever the limit, and an error of at most one slot (a quarter of a
second in a minute) is always on the careful side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

import msgspec

_SLOTS = 240
_SHORTEST_WAIT = 0.01
_LONGEST_ADVICE = 3600.0
"""A vendor's "wait that long" beyond an hour is a mistake (a Unix time, a proxy), not advice."""
_SAME_WINDOW = 2.0
"""Resets are told in whole seconds and travel; closer than this they mean the same window."""
_MOST_WINDOWS = 8
DEFAULT_WINDOW = "default"


class Priority(StrEnum):
    """Who asks: a person who waits, or a job that can."""

    INTERACTIVE = "interactive"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class GovernorSettings:
    """The governor's numbers.

    The defaults are Cal.com's: 120 requests in 60 s a key, and a block of 60 s after a 429.

    Args:
        limit: tokens in any sliding window by our own count.
        window: its length in seconds.
        reserve: share of every budget that background work leaves alone (0.2 = 20 %).
        block: seconds nobody sends after a 429 that gives no time itself.
    """

    limit: int = 120
    window: float = 60.0
    reserve: float = 0.2
    block: float = 60.0


@dataclass(frozen=True, slots=True)
class RateWindow:
    """What one set of rate limit headers says.

    Args:
        name: lower case suffix of the headers (``default`` for ``X-RateLimit-Limit-Default``).
        limit: requests allowed in the vendor's window.
        remaining: how many of them are left.
        reset_seconds: seconds to go until the window starts anew (not a Unix time).
    """

    name: str
    limit: int
    remaining: int
    reset_seconds: float


class VendorWindow(msgspec.Struct, frozen=True, array_like=True):
    """The vendor's window as we believe it to be now; ``until`` is when it starts anew."""

    limit: int
    remaining: int
    until: float


class Budget(msgspec.Struct, frozen=True):
    """What the store holds: (slot number, tokens) oldest first, vendor windows by name, end of a block."""

    slots: tuple[tuple[int, int], ...] = ()
    windows: Mapping[str, VendorWindow] = msgspec.field(default_factory=dict)
    blocked_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Grant:
    """A token; ``left`` more are there for an interactive call."""

    left: int


@dataclass(frozen=True, slots=True)
class Wait:
    """No token now; ask again in ``seconds``."""

    seconds: float


def take(
    budget: Budget, now: float, settings: GovernorSettings, priority: Priority
) -> tuple[Budget, Grant | Wait]:
    """Take a token for one request, or learn how long to wait for it."""
    budget = current(budget, now, settings)
    wait = max(_waits(budget, now, settings, priority), default=0.0)
    if wait > 0:
        return budget, Wait(max(wait, _SHORTEST_WAIT))
    budget = _spend(budget, now, settings)
    return budget, Grant(left(budget, now, settings))


def learn(
    budget: Budget,
    now: float,
    settings: GovernorSettings,
    windows: Sequence[RateWindow] = (),
    *,
    limited: bool = False,
    retry_after: float | None = None,
) -> Budget:
    """Take over what an answer said.

    Args:
        budget: the present document.
        now: the store's time.
        settings: the governor's numbers.
        windows: its rate limit headers.
        limited: the answer was a 429: nobody sends until the block is over.
        retry_after: seconds the vendor asked to wait with that 429.
    """
    budget = current(budget, now, settings)
    known = dict(budget.windows)
    for window in windows:
        if window.name in known or len(known) < _MOST_WINDOWS:
            known[window.name] = _merged(known.get(window.name), window, now)
    blocked_until = budget.blocked_until
    if limited:
        blocked_until = max(blocked_until, now + _block_seconds(windows, settings, retry_after))
    return msgspec.structs.replace(budget, windows=known, blocked_until=blocked_until)


def left(budget: Budget, now: float, settings: GovernorSettings) -> int:
    """Return how many requests an interactive call could send at once."""
    budget = current(budget, now, settings)
    if budget.blocked_until > now:
        return 0
    own = own_limit(budget, settings) - _taken(budget)
    return max(0, min([own, *(window.remaining for window in _live(budget, now))]))


def current(budget: Budget, now: float, settings: GovernorSettings) -> Budget:
    """Drop what is over: slots that left the window, a block from a clock that was set back since."""
    length = settings.window / _SLOTS
    slots = tuple(
        (slot, count)
        for slot, count in budget.slots
        if (slot + 1) * length + settings.window > now >= slot * length - settings.window
    )
    blocked_until = budget.blocked_until if budget.blocked_until - now <= _LONGEST_ADVICE else 0.0
    if slots == budget.slots and blocked_until == budget.blocked_until:
        return budget
    return msgspec.structs.replace(budget, slots=slots, blocked_until=blocked_until)


def own_limit(budget: Budget, settings: GovernorSettings) -> int:
    """Return the limit of our own window: the setting, or the vendor's own if that is lower.

    Only the vendor's default window has the length we count in; others are held by what remains.
    """
    known = budget.windows.get(DEFAULT_WINDOW)
    return min(settings.limit, max(1, known.limit)) if known else settings.limit


def _waits(budget: Budget, now: float, settings: GovernorSettings, priority: Priority) -> Iterator[float]:
    yield budget.blocked_until - now
    limit = own_limit(budget, settings)
    missing = _taken(budget) + 1 - (limit - _kept(limit, settings, priority))
    if missing > 0:
        yield _freed_at(budget, missing, settings) - now
    for window in _live(budget, now):
        if window.remaining <= _kept(window.limit, settings, priority):
            yield window.until - now


def _kept(limit: int, settings: GovernorSettings, priority: Priority) -> int:
    """Return how much of *limit* this caller leaves to others; at least one token can always be had."""
    if priority is Priority.INTERACTIVE:
        return 0
    return max(0, min(math.ceil(limit * settings.reserve), limit - 1))


def _freed_at(budget: Budget, missing: int, settings: GovernorSettings) -> float:
    """Return when *missing* of the tokens taken will have left our own window."""
    freed = accumulate(count for _, count in budget.slots)
    last = next(slot for (slot, _), total in zip(budget.slots, freed, strict=True) if total >= missing)
    return (last + 1) * settings.window / _SLOTS + settings.window


def _taken(budget: Budget) -> int:
    return sum(count for _, count in budget.slots)


def _live(budget: Budget, now: float) -> list[VendorWindow]:
    """Return the vendor's windows that are not over; an end too far away is not believed."""
    return [window for window in budget.windows.values() if 0 < window.until - now <= _LONGEST_ADVICE]


def _spend(budget: Budget, now: float, settings: GovernorSettings) -> Budget:
    slot = int(now // (settings.window / _SLOTS))
    counts = dict(budget.slots)
    counts[slot] = counts.get(slot, 0) + 1
    windows = {
        name: msgspec.structs.replace(window, remaining=max(0, window.remaining - 1))
        for name, window in budget.windows.items()
    }
    return msgspec.structs.replace(budget, slots=tuple(sorted(counts.items())), windows=windows)


def _merged(known: VendorWindow | None, said: RateWindow, now: float) -> VendorWindow:
    """Believe the newest word, but within one window never that requests came back.

    Answers overtake each other, and requests still under way are in our count and not in the vendor's.
    """
    until = now + min(max(said.reset_seconds, 0.0), _LONGEST_ADVICE)
    remaining = max(0, said.remaining)
    if known is None or known.until <= now or until > known.until + _SAME_WINDOW:
        return VendorWindow(said.limit, remaining, until)
    if abs(until - known.until) <= _SAME_WINDOW:
        until = known.until  # an equal document need not be written again
    return VendorWindow(said.limit, min(remaining, known.remaining), until)


def _block_seconds(
    windows: Sequence[RateWindow], settings: GovernorSettings, retry_after: float | None
) -> float:
    """Return how long a 429 keeps everybody away: Retry-After, else the used up window, else the setting."""
    if retry_after is not None:
        return min(max(retry_after, 0.0), _LONGEST_ADVICE)
    used_up = [window.reset_seconds for window in windows if window.remaining <= 0]
    longest = max(used_up, default=0.0)
    return min(longest, _LONGEST_ADVICE) if longest > 0 else settings.block
