"""What an inbox is told when it is opened, and what it tells about itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InboxOptions:
    """The settings ``intake.*`` that the inbox needs.

    Args:
        queue: events that may wait to be kept at once; one more is refused (IntakeFullError).
        commit_timeout: longest wait for a commit, in seconds (IntakeUnavailableError).
        min_free_bytes: free disk below which nothing is kept (SQLite only; 0: not looked at).
        rejected_keep: rejected requests kept; the oldest go first, 0 keeps none.
    """

    queue: int = 2000
    commit_timeout: float = 8.0
    min_free_bytes: int = 104_857_600
    rejected_keep: int = 10_000


@dataclass(frozen=True, slots=True)
class CommitterHealth:
    """How keeping goes.

    Args:
        ok: the last commit (or trial) was one; also before the first.
        error: why not, in words without personal data.
        error_since_ms: when it began, milliseconds since 1970 UTC.
        waiting: events that wait to be kept now.
        queue: how many may.
        commits: commits since the start.
        stored: events kept since the start, duplicates not counted.
        duplicates: of these that were there already.
        conflicts: of the duplicates, those with another body.
        failed: events that could not be kept (each was answered so).
        last_commit_ms: how long the last commit took, None before the first.
        warnings: what weakens the promise and is not ours to change (a server that does not flush).
    """

    ok: bool
    error: str | None
    error_since_ms: int | None
    waiting: int
    queue: int
    commits: int
    stored: int
    duplicates: int
    conflicts: int
    failed: int
    last_commit_ms: float | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateHealth:
    """How the Redis gate is: *ok*, or why the database stands alone at the moment."""

    ok: bool
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedHealth:
    """How the log of rejected requests is: what waits, what was kept, and what had to be let go."""

    waiting: int
    kept: int
    dropped: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class InboxHealth:
    """All of it; :attr:`ready` tells whether an event can be taken and kept.

    Args:
        committer: of the commits.
        gate: of Redis, None without it; never a reason not to be ready.
        rejected: of the rejected requests; never a reason either.
        free_bytes: on the disk of the records, None where that is not ours to know (servers).
        disk_low: it is below ``min_free_bytes``.
    """

    committer: CommitterHealth
    gate: GateHealth | None
    rejected: RejectedHealth
    free_bytes: int | None
    disk_low: bool

    @property
    def ready(self) -> bool:
        """Tell whether an event can be taken and kept."""
        return self.committer.ok and not self.disk_low
