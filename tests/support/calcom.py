"""Our client against our sandbox in process, over the state stores of the test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import StateError
from askpro_cli.base.redaction import fingerprint
from askpro_cli.calcom.cache import CacheTtls, CalcomCache
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.wire.transport import CalcomTransport
from askpro_cli.resilience.policy import Policy, PolicySettings
from askpro_cli.sandbox.app import SandboxApp
from askpro_cli.sandbox.control.faults import ArmedFault, parse_faults
from askpro_cli.state.store import StateStore
from support.sandbox import SANDBOX_BASE, SANDBOX_KEY, SandboxTransport

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class CalcomPlace:
    """A sandbox, a state store, and everything to speak to the one with the other.

    *wire* stands between client and sandbox when a test needs a server that differs from it.
    """

    app: SandboxApp
    store: StateStore
    clock: ManualClock
    slept: list[float] = field(default_factory=list)
    wire: httpx.AsyncBaseTransport | None = None

    def client(
        self,
        key: str = SANDBOX_KEY,
        *,
        version: str = "2024-08-13",
        settings: PolicySettings | None = None,
        most: int | None = None,
    ) -> CalcomClient:
        """Return a client; pauses between tries pass at once and are noted."""
        policy = Policy(
            self.store,
            vendor="calcom",
            key_id=fingerprint(key),
            settings=settings or PolicySettings(),
            clock=self.clock,
            run_id="test-run",
            company="salon",
            sleep=self._sleep,
            most=most,
        )
        wire = self.wire or SandboxTransport(self.app)
        transport = CalcomTransport(SANDBOX_BASE, key, transport=wire)
        return CalcomClient(transport, policy, version)

    def cache(self, zone: ZoneInfo = BERLIN, **ttls: float) -> CalcomCache:
        """Return the cache of the company."""
        return CalcomCache(self.store, CacheTtls(**ttls), zone)

    def fault(
        self, text: str, *, times: int | None = 1, method: str | None = None, path: str | None = None
    ) -> None:
        """Let the next matching requests fail."""
        self.app.plan.arm(ArmedFault(fault, times, method, path) for fault in parse_faults(text))

    def asked(self, *, forget: bool = False) -> list[str]:
        """Return what the sandbox was asked, as ``GET /v2/slots``."""
        entries = self.app.journal.entries()
        found = [f"{entry['method']} {entry['path']}" for entry in entries]
        if forget:
            self.app.journal.clear()
        return found

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def calcom_place(sandbox_app: SandboxApp, state_store: StateStore, sandbox_clock: ManualClock) -> CalcomPlace:
    """A sandbox under the client, over each kind of state store."""
    return CalcomPlace(sandbox_app, state_store, sandbox_clock)


class UnpluggedStore:
    """A state store that nobody can reach."""

    namespace = "salon"

    def for_namespace(self, _: str) -> UnpluggedStore:
        """Return itself: it is gone for everybody."""
        return self

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object, **__: object) -> None:
            raise StateError(f"cannot reach the state store for {name}")

        return fail
