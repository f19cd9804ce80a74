"""One request on its way to a handler, and what the sandbox may be told at its start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from askpro_cli.base.clock import Clock
from askpro_cli.sandbox.protocol.answers import Answer
from askpro_cli.sandbox.scenarios.model import Step
from askpro_cli.sandbox.world.model import User
from askpro_cli.sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A budget: *limit* requests in *window* seconds, then nothing for *block* seconds."""

    limit: int = 120
    window: float = 60.0
    block: float = 60.0
    name: str = "Default"

    def scaled(self, times: float) -> RateLimit:
        """Return the limit with window and block that pass *times* as fast."""
        return replace(self, window=self.window / times, block=self.block / times)


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How the sandbox behaves from its start.

    Args:
        rate_limit: per key, or per address without one; the vendor's is 120 in 60 s, then 60 s nothing.
        latency_ms: waits before every answer.
        faults: faults for every request, as the header writes them.
        clock_offset: seconds its clock is ahead of (or, negative, behind) the machine's.
        now: what time it is for the sandbox when it starts; it goes on from there whatever the machine's
            clock does. None follows the machine.
        self_hosted: does not know version 2026-02-25, like every self-hosted server.
        journal_size: requests the journal keeps.
        strict_webhook_urls: refuses webhook URLs that are not https or point into a network.
        steps: what happens while it runs, of a scenario.
    """

    rate_limit: RateLimit = field(default_factory=RateLimit)
    latency_ms: float = 0.0
    faults: tuple[str, ...] = ()
    clock_offset: float = 0.0
    now: datetime | None = None
    self_hosted: bool = False
    journal_size: int = 10_000
    strict_webhook_urls: bool = False
    steps: tuple[Step, ...] = ()


@dataclass(slots=True)
class Call:
    """What a handler gets to see.

    Attributes:
        path: without its query string.
        query: every value of a key, in order.
        body: the decoded JSON document; None when there is none.
        params: values of the path, e.g. `uid`.
        version: the version that answers, after the fallback.
        now: the sandbox's instant for every decision of this request.
        quirks: faults that change what a handler does (`stale-slots`, `race409`, …).
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any
    params: Mapping[str, str]
    version: str
    caller: User | None
    world: World
    now: datetime
    quirks: frozenset[str] = frozenset()

    @property
    def epoch(self) -> int:
        """Return now in whole epoch seconds."""
        return int(self.now.timestamp())

    def value(self, name: str) -> str | None:
        """Return the last value of a query parameter."""
        found = self.query.get(name)
        return found[-1] if found else None


Handler = Callable[[Call], Answer]


class SandboxClock:
    """The sandbox's own clock: another one, ahead or behind, that can be told to let time pass.

    Args:
        base: the clock it follows.
        offset: seconds it is ahead.
        start: the instant it begins at; it then follows the seconds that pass and not the time of day.
    """

    def __init__(self, base: Clock, offset: float = 0.0, start: datetime | None = None) -> None:
        self._base = base
        self._first_offset = offset
        self._start = start.astimezone(UTC) if start else None
        self.restart()

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
        self._passed += seconds

    def restart(self) -> None:
        """Forget what passed and stand where it began."""
        self._passed = 0.0
        self.offset = self._first_offset
        self._begun = self.monotonic()
