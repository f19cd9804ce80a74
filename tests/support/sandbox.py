"""A Cal.com to test against: in process with a clock that stands still, or the real program on a free port.

In process a fault that cuts the connection raises inside the application; `SandboxTransport` turns that into
what httpx raises over TCP.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import SandboxApp, create_app
from askpro_cli.sandbox.world.loading import load_world
from support.contract import watching

# A Monday, 09:00 in Berlin, before the salon's first slot of the day has passed.
SANDBOX_NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SANDBOX_KEY = "cal_test_sandbox"
SANDBOX_BASE = "http://sandbox.example/v2"


class SandboxTransport(httpx.AsyncBaseTransport):
    """httpx over the sandbox in process, with the connection errors of a real network.

    Every exchange is held to Cal.com's contract (`support.contract.watching`).
    """

    def __init__(self, app: SandboxApp) -> None:
        self._app = app
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        try:
            response = await self._inner.handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from error
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        await watching.look(self._app, request, response)
        return response


@pytest.fixture
def sandbox_clock() -> ManualClock:
    """The clock of `sandbox_app`: Monday 2026-11-23, 09:00 in Berlin, until it is moved."""
    return ManualClock(SANDBOX_NOW)


@pytest.fixture
def sandbox_app(sandbox_clock: ManualClock) -> Iterator[SandboxApp]:
    """The built-in salon in process; uids are the same in every run."""
    app = create_app(load_world(seed=1), clock=sandbox_clock)
    yield app
    app.close(0)


def askpro_program() -> str:
    """Return the path of the installed program."""
    beside = Path(sys.executable).with_name("askpro")
    return str(beside) if beside.exists() else str(shutil.which("askpro"))


@contextmanager
def running_sandbox(*options: str) -> Iterator[dict[str, Any]]:
    """Run `askpro sandbox` on a free port while the block lasts; yields its `url`, `key` and `process`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASKPRO_")}
    with subprocess.Popen(
        [askpro_program(), "sandbox", "--port", "0", "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            line = process.stdout.readline()
            assert line, f"the sandbox did not start: {process.stderr.read()}"
            yield {**json.loads(line)["data"], "process": process}
        finally:
            process.terminate()
            process.communicate(timeout=60)


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[str]:
    """The base URL of one sandbox process for the whole session; ask for `sandbox_url` instead."""
    with running_sandbox("--seed", "1") as ready:
        yield ready["url"]


@pytest.fixture
def sandbox_url(sandbox_process: str) -> str:
    """The base URL (`…/v2`) of the real program, as new: its own bookings only, nothing armed or counted."""
    root = sandbox_process.removesuffix("/v2")
    assert httpx.post(f"{root}/_sandbox/reset", trust_env=False, timeout=60).status_code == httpx.codes.OK
    return sandbox_process
