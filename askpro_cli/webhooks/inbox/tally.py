"""What a committer did so far, and since when something is wrong. Written by one thread, read by any."""

from __future__ import annotations

from collections.abc import Sequence

from askpro_cli.base.clock import Clock
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.webhooks.arrivals import Stored
from askpro_cli.webhooks.inbox.options import CommitterHealth


class Tally:
    """Counts commits, and tells the log when keeping fails and when it works again."""

    def __init__(self, clock: Clock, log: EventLog | None) -> None:
        self._clock = clock
        self._log = log
        self.error: str | None = None
        self._since_ms: int | None = None
        self._commits = self._stored = self._duplicates = self._conflicts = self._failed = 0
        self._last_ms: float | None = None

    def committed(self, stored: Sequence[Stored], seconds: float) -> None:
        """Count a commit."""
        duplicates = sum(one.duplicate for one in stored)
        self._commits += 1
        self._stored += len(stored) - duplicates
        self._duplicates += duplicates
        self._conflicts += sum(one.conflict for one in stored)
        self._last_ms = seconds * 1000
        self.works()

    def failed(self, reason: str, events: int, *, unavailable: bool) -> None:
        """Count events that were not kept; *unavailable*: nothing can be kept at the moment."""
        self._failed += events
        if unavailable and self.error is None:
            self._since_ms = round(self._clock.now().timestamp() * 1000)
            self._tell("inbox.unavailable", "error", reason)
        if unavailable:
            self.error = reason
        else:
            self._tell("inbox.event_not_kept", "error", reason)

    def works(self) -> None:
        """Note that something was kept."""
        if self.error is not None:
            self.error = self._since_ms = None
            self._tell("inbox.available", "info", "events are kept again")

    def health(self, waiting: int, queue: int, warnings: tuple[str, ...]) -> CommitterHealth:
        """Return it as others see it."""
        return CommitterHealth(
            ok=self.error is None,
            error=self.error,
            error_since_ms=self._since_ms,
            waiting=waiting,
            queue=queue,
            commits=self._commits,
            stored=self._stored,
            duplicates=self._duplicates,
            conflicts=self._conflicts,
            failed=self._failed,
            last_commit_ms=self._last_ms,
            warnings=warnings,
        )

    def _tell(self, name: str, level: str, reason: str) -> None:
        if self._log is not None:
            self._log.event(name, level=level, reason=reason)
