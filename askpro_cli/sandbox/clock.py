"""The sandbox's own clock."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import InvalidValueError

# Where dates and zones are sure to work, also a lifetime before and after.
_YEARS = range(1980, 2200)


class SandboxClock:
    """Another clock, ahead or behind, that can be told to let time pass.

    Args:
        base: the clock it follows.
        offset: seconds it is ahead.
        start: the instant it begins at; it then follows the seconds that pass and not the time of day.

    Raises:
        InvalidValueError: it would leave the years 1980 to 2199, here and wherever it is moved.
    """

    def __init__(self, base: Clock, offset: float = 0.0, start: datetime | None = None) -> None:
        self._base = base
        self._first_offset = offset
        self._start = start.astimezone(UTC) if start else None
        self.restart()
        with self._kept_within_years():
            self.offset = offset

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        if self._start is None:
            return self._base.now() + timedelta(seconds=self.offset + self._passed)
        return self._start + timedelta(seconds=self.offset + self.monotonic() - self._begun)

    def monotonic(self) -> float:
        """Return seconds that never run backwards; an offset does not count, time told to pass does."""
        return self._base.monotonic() + self._passed

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass."""
        with self._kept_within_years():
            self._passed += seconds

    def set_offset(self, seconds: float) -> None:
        """Stand so many seconds ahead of (or, negative, behind) where it began."""
        with self._kept_within_years():
            self.offset = seconds

    def set_now(self, instant: datetime) -> None:
        """Stand at *instant*, which must be aware."""
        self.set_offset(self.offset + (instant - self.now()).total_seconds())

    def restart(self) -> None:
        """Forget what passed and stand where it began."""
        self._passed = 0.0
        self.offset = self._first_offset
        self._begun = self.monotonic()

    @contextmanager
    def _kept_within_years(self) -> Iterator[None]:
        """Take back a move that leaves the years; nothing has changed then."""
        before = self._passed, self.offset
        yield
        if not (math.isfinite(self.offset + self._passed) and self._year() in _YEARS):
            self._passed, self.offset = before
            raise InvalidValueError("the sandbox's clock would leave the years 1980 to 2199")

    def _year(self) -> int:
        """Return the year it shows, 0 where no date can."""
        try:
            return self.now().year
        except (OverflowError, ValueError):
            return 0
