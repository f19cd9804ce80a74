"""The sandbox in process, and somebody who calls it."""

from __future__ import annotations

import pytest
from support.calling import Caller

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import SandboxApp


@pytest.fixture
def caller(sandbox_app: SandboxApp, sandbox_clock: ManualClock) -> Caller:
    return Caller(sandbox_app, sandbox_clock)
