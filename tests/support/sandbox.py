"""A Cal.com to test against: in process with a clock that stands still, or the real program on a free port.

In process a fault that cuts the connection raises inside the application; `SandboxTransport` turns that into
what httpx raises over TCP.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import SandboxApp, create_app
from askpro_cli.sandbox.loading import load_world

# A Monday, 09:00 in Berlin, before the salon's first slot of the day has passed.
SANDBOX_NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SANDBOX_KEY = "cal_test_sandbox"
SANDBOX_BASE = "http://sandbox.example/v2"
_PROGRAM = (
    "from askpro_cli.sandbox.loading import load_world\n"
    "from askpro_cli.sandbox.serve import run\n"
    "run(load_world(seed=1), on_ready=lambda url: print(url, flush=True))\n"
)


class SandboxTransport(httpx.AsyncBaseTransport):
    """httpx over the sandbox in process, with the connection errors of a real network."""

    def __init__(self, app: SandboxApp) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        try:
            return await self._inner.handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from error
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=request) from error


@pytest.fixture
def sandbox_clock() -> ManualClock:
    """The clock of `sandbox_app`: Monday 2026-11-23, 09:00 in Berlin, until it is moved."""
    return ManualClock(SANDBOX_NOW)


@pytest.fixture
def sandbox_app(sandbox_clock: ManualClock) -> SandboxApp:
    """The built-in salon in process; uids are the same in every run."""
    return create_app(load_world(seed=1), clock=sandbox_clock)


@pytest.fixture
def sandbox_url() -> Iterator[str]:
    """The base URL of the salon served by a process of its own on a free port."""
    with subprocess.Popen([sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url.startswith("http://"), "the sandbox did not start"
            yield url
        finally:
            process.terminate()
            process.wait(10)
