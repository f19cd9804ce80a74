"""Sandboxes over a data file written in the test."""

from __future__ import annotations

from datetime import datetime

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.options import SandboxOptions
from askpro_cli.sandbox.world.loading import parse
from askpro_cli.sandbox.world.world import World
from support.calling import Caller
from support.sandbox import SANDBOX_NOW


def caller_of(text: str, *, now: datetime = SANDBOX_NOW, options: SandboxOptions | None = None) -> Caller:
    """Return a caller of a sandbox in process over the data *text*; its clock stands still at *now*."""
    clock = ManualClock(now)
    world = World(parse(text, "a test"), seed=1)
    return Caller(create_app(world, clock=clock, options=options), clock)
