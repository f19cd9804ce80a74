"""What workers are told when they are made, and what they tell about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from askpro_cli.base.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """The settings ``worker.*``; all times in seconds.

    Args:
        concurrency: events of one source handled at a time by this process (SQLite: one, it has one writer).
        batch: events claimed at once.
        lease: how long a claim counts without a heartbeat.
        handler_timeout: longest time of one handler; less than the lease.
        attempts: tries before an event is dead.
        base_delay: wait before the second try; it doubles.
        max_delay: longest wait between tries.
        poll: longest pause before looking for work unasked.

    Raises:
        ConfigError: *handler_timeout* is not less than *lease*.
    """

    concurrency: int = 4
    batch: int = 32
    lease: float = 60.0
    handler_timeout: float = 30.0
    attempts: int = 10
    base_delay: float = 5.0
    max_delay: float = 7200.0
    poll: float = 1.0

    def __post_init__(self) -> None:
        if self.handler_timeout >= self.lease:
            raise ConfigError(
                f"worker.handler_timeout ({self.handler_timeout:g} s) must be less than worker.lease"
                f" ({self.lease:g} s): an event would be handled by two at a time",
                hint="make worker.lease longer",
                subject="worker.handler_timeout",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStats:
    """What the workers of one process did since they were started; reading it costs no query.

    Args:
        running: they were started and not stopped.
        in_flight: events claimed and not settled now.
        outcomes: attempts by the state they left their event in (``done``, ``ignored``, ``unhandled``,
            ``failed``, ``dead``), and ``lost``: the lease ran out, somebody else has it.
        effects: after-commit effects by what became of them: ``done``, ``failed`` (tried again later).
        claims: claims that found something.
        seconds_to_settle: sum over settled events of the time from received to settled, by this host's clock.
        buckets: the same as a histogram: upper bound in seconds → events at or below (Prometheus' way);
            ``inf`` is all.
        error: why the database cannot be used, in words without personal data; None when it can.
        error_since_ms: since when, milliseconds since 1970 UTC.
        overdue: handlers that do not return although their time is over.
    """

    running: bool = False
    in_flight: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    effects: Mapping[str, int] = field(default_factory=dict)
    claims: int = 0
    seconds_to_settle: float = 0.0
    buckets: Mapping[float, int] = field(default_factory=dict)
    error: str | None = None
    error_since_ms: int | None = None
    overdue: int = 0
