"""Puts the sandbox together."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.sandbox.clock import SandboxClock
from askpro_cli.sandbox.control.answers import answer
from askpro_cli.sandbox.control.failing import Connections, Failing
from askpro_cli.sandbox.control.faults import FaultPlan, parse_faults
from askpro_cli.sandbox.control.gate import CONTROL, Gate
from askpro_cli.sandbox.control.journal import Journal
from askpro_cli.sandbox.control.routes import Control
from askpro_cli.sandbox.control.webhooks import WebhookControl
from askpro_cli.sandbox.options import SandboxOptions
from askpro_cli.sandbox.protocol.throttler import RateLimiter
from askpro_cli.sandbox.scenarios.playing import Play
from askpro_cli.sandbox.scenarios.ticking import Ticker
from askpro_cli.sandbox.vendor import Vendor
from askpro_cli.sandbox.webhooks.delivery import Outbox
from askpro_cli.sandbox.webhooks.meetings import Meetings
from askpro_cli.sandbox.world.world import World

DRAIN_SECONDS = 5.0


class SandboxApp:
    """A Cal.com V2 as an ASGI application.

    Attributes:
        world: what it knows; `world.bookings` for a test's eyes.
        clock: decides what is past, too soon or blocked.
        journal: every request.
        plan: faults to come.
        limiter: the budgets.
        outbox: sends the webhooks.
    """

    def __init__(
        self, world: World, clock: SandboxClock, options: SandboxOptions, connections: Connections | None
    ) -> None:
        self.world = world
        self.clock = clock
        self.options = options
        self.journal = Journal(options.journal_size)
        world.webhooks.strict_urls = options.strict_webhook_urls
        self.plan = FaultPlan(tuple(fault for text in options.faults for fault in parse_faults(text)))
        self.limiter = RateLimiter(options.rate_limit, clock)
        self.outbox = Outbox(world, clock, self.plan)
        self._meetings = Meetings(world)
        with world.lock:
            self._play = Play(options.steps, world, clock, self.plan)
        self._ticker = Ticker(self.tick)
        inner = Starlette(
            routes=[
                *self._control().routes(),
                *WebhookControl(world, self.outbox).routes(),
                Route(f"{CONTROL}/scenario", self._show_scenario, methods=["GET"]),
                Route("/{path:path}", Vendor(world, clock, self.limiter, options)),
            ]
        )
        self._gate = Gate(
            inner,
            plan=self.plan,
            journal=self.journal,
            clock=clock,
            failing=Failing(connections),
            rate_limit=options.rate_limit,
            latency_ms=options.latency_ms,
            tick=self.tick,
            answered=self._answered,
        )
        self.tick()

    def _control(self) -> Control:
        return Control(
            self.world,
            self.clock,
            self.plan,
            self.journal,
            self.limiter,
            on_time=self.tick,
            on_reset=self._restart,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._gate(scope, receive, send)

    def tick(self) -> None:
        """Do what became due by the sandbox's clock."""
        with self.world.lock:
            self._play.look()
            self._meetings.look(self.clock.now().timestamp())

    def _answered(self, method: str, path: str) -> None:
        with self.world.lock:
            self._play.answered(method, path)

    async def _show_scenario(self, _: Request) -> Response:
        with self.world.lock:
            return answer({"steps": self._play.report()})

    def _restart(self) -> None:
        self.outbox.records.clear()
        self._meetings.forget()
        with self.world.lock:
            self._play.restart()
        self.tick()

    def start(self) -> None:
        """Look at the clock every second from now on; a server calls it, in process `tick` is enough."""
        self._ticker.start()

    def close(self, seconds: float = DRAIN_SECONDS) -> bool:
        """Stop; wait for webhooks under way, at most *seconds*; tell whether all were sent."""
        self._ticker.stop()
        return self.outbox.close(seconds)


def create_app(
    world: World,
    *,
    clock: Clock | None = None,
    options: SandboxOptions | None = None,
    connections: Connections | None = None,
) -> SandboxApp:
    """Return the sandbox over *world*, with the bookings of its data file.

    Args:
        world: from `askpro_cli.sandbox.world.loading.load_world`.
        clock: what time it is; the machine's by default.
        options: limits, latency, standing faults, clock offset.
        connections: the server's open connections, for faults that cut them; None in process.

    Raises:
        InvalidValueError: a standing fault means nothing.
    """
    options = options or SandboxOptions()
    own_clock = SandboxClock(clock or SystemClock(), options.clock_offset, options.now)
    world.reset(own_clock.now())
    return SandboxApp(world, own_clock, options, connections)
