"""The rate governor in the state store: every try of every process takes a token from one budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from askpro_cli.resilience.budget import (
    Budget,
    GovernorSettings,
    Grant,
    Priority,
    RateWindow,
    Wait,
    current,
    learn,
    left,
    own_limit,
    take,
)
from askpro_cli.resilience.cells import Cell, CellStore, Snapshot

__all__ = ["BudgetStatus", "Governor", "GovernorSettings", "Grant", "Priority", "RateWindow", "Wait"]

PREFIX = "governor:"
_KEPT_FOR = 7200.0
"""Longer than the longest window or block that is believed (an hour)."""


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """A budget as operators see it.

    Args:
        name: ``vendor:key fingerprint``.
        limit: tokens in our own window.
        left: tokens an interactive call could have now.
        blocked_for: seconds nobody sends (0.0: not blocked).
        windows: the vendor's word, by window: limit, remaining, seconds to go.
    """

    name: str
    limit: int
    left: int
    blocked_for: float
    windows: tuple[RateWindow, ...]


class Governor:
    """Keeps all processes that share a key inside the vendor's rate limit.

    Args:
        store: the state store in the vendors' namespace.
        name: ``vendor:key fingerprint``.
        settings: its numbers.

    Every method may raise :class:`~askpro_cli.base.errors.StateError`.
    """

    def __init__(self, store: CellStore, name: str, settings: GovernorSettings) -> None:
        self.name = name
        self.key = PREFIX + name
        self._settings = settings
        self._cell = Cell(store, self.key, Budget, ttl=max(_KEPT_FOR, 2 * settings.window))

    def take(self, priority: Priority, seen: Snapshot | None = None) -> Grant | Wait:
        """Take the token of one try, or learn how many seconds to wait before asking again."""
        return self._cell.change(lambda budget, now: take(budget, now, self._settings, priority), seen)

    def learn(
        self,
        windows: Sequence[RateWindow],
        *,
        limited: bool = False,
        retry_after: float | None = None,
        seen: Snapshot | None = None,
    ) -> int:
        """Take over what an answer said (see ``budget.learn``); return how many requests are left."""

        def step(budget: Budget, now: float) -> tuple[Budget, int]:
            learned = learn(budget, now, self._settings, windows, limited=limited, retry_after=retry_after)
            return learned, left(learned, now, self._settings)

        return self._cell.change(step, seen)

    def status(self) -> BudgetStatus:
        """Return how it stands now."""
        budget, now = self._cell.read()
        budget = current(budget, now, self._settings)
        return BudgetStatus(
            name=self.name,
            limit=own_limit(budget, self._settings),
            left=left(budget, now, self._settings),
            blocked_for=max(0.0, budget.blocked_until - now),
            windows=tuple(
                RateWindow(name, window.limit, window.remaining, max(0.0, window.until - now))
                for name, window in sorted(budget.windows.items())
                if window.until > now
            ),
        )
