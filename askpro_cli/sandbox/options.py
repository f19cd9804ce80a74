"""What the sandbox may be told at its start."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from askpro_cli.sandbox.scenarios.model import Step


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
