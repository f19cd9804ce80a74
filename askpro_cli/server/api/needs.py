"""What the API needs of the daemon around it; the daemon fits by its shape, tests bring a small one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from askpro_cli.base.clock import Clock
from askpro_cli.platform.records import Records
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.resilience.breaker import BreakerSettings
from askpro_cli.resilience.governor import GovernorSettings
from askpro_cli.server.counters import Counters
from askpro_cli.state.store import StateStore


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """The numbers of the API.

    Args:
        metrics: who may read ``/metrics``: ``token``, ``open`` or ``off``.
        token_limit: requests a minute with one token.
        address_limit: requests a minute without one, by address.
        audit_keep_days: how long the log of requests is kept.
        redis_url: where the limits are counted; None: in the state store.
        process: what tells this process's metrics from those of others that answer on the same socket; None:
            there are none.
        breaker: the circuit breaker's numbers, which decide what state one is in.
        governor: the request budget's.
    """

    metrics: str = "token"
    token_limit: int = 600
    address_limit: int = 120
    audit_keep_days: int = 90
    redis_url: str | None = None
    process: str | None = None
    breaker: BreakerSettings = field(default_factory=BreakerSettings)
    governor: GovernorSettings = field(default_factory=GovernorSettings)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the daemon can take and keep an event.

    Args:
        ready: all checks are fine and it is not on its way out.
        checks: by name (``store``, ``disk``, ``schema``, ``draining``): None when fine, else one sentence.
    """

    ready: bool
    checks: Mapping[str, str | None] = field(default_factory=dict)


CalcomHealth = Callable[[], Awaitable[Sequence[Mapping[str, Any]]]]
"""Asks Cal.com for each company: ``{"company", "status": ok|unreachable|unauthorised|…, "ms", "detail"}``."""


class ApiDaemon(Protocol):
    """The daemon as the API sees it."""

    @property
    def records(self) -> Records:
        """Return the records of the platform; no company is chosen."""
        ...

    @property
    def state(self) -> StateStore:
        """Return the shared state, in any namespace."""
        ...

    @property
    def clock(self) -> Clock:
        """Return the one clock."""
        ...

    @property
    def log(self) -> EventLog:
        """Return the daemon's log."""
        ...

    @property
    def counters(self) -> Counters:
        """Return what it counted, for the histograms of ``/metrics``."""
        ...

    @property
    def calcom_health(self) -> CalcomHealth | None:
        """Return the shell's probe of Cal.com; None where none was wired."""
        ...

    def readiness(self) -> Readiness:
        """Return what was last found out; never waits for a store."""
        ...

    def status(self) -> Mapping[str, Any]:
        """Return how its parts are, as JSON for ``/api/health``: inbox, gate, workers, uptime."""
        ...

    def count_samples(self) -> Sequence[tuple[str, Mapping[str, str], float]]:
        """Return its counters for ``/metrics``: name without ``_total``, labels, value."""
        ...
