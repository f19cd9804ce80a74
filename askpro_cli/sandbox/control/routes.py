"""`/_sandbox/…`: journal, faults, clock, reset and state, for tests and operators; no key, no limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.sandbox.clock import SandboxClock
from askpro_cli.sandbox.control.answers import answer, refused
from askpro_cli.sandbox.control.faults import ArmedFault, FaultPlan, parse_faults
from askpro_cli.sandbox.control.journal import Journal
from askpro_cli.sandbox.protocol.answers import iso_epoch, iso_ms
from askpro_cli.sandbox.protocol.throttler import RateLimiter
from askpro_cli.sandbox.world.mutations import apply, mutations_of
from askpro_cli.sandbox.world.world import World

Endpoint = Callable[[Request], Awaitable[Response]]


class Match(msgspec.Struct, forbid_unknown_fields=True):
    """Which requests a fault waits for, or deliveries of which trigger; `path` and `trigger` may hold `*`."""

    method: str | None = None
    path: str | None = None
    trigger: str | None = None


class FaultOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /_sandbox/faults`; `times` null means until cleared."""

    fault: str
    times: Annotated[int, msgspec.Meta(ge=1)] | None = 1
    match: Match = msgspec.field(default_factory=Match)


class ClockOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /_sandbox/clock`: let seconds pass, stand at an offset, or at an instant."""

    advance: float | None = None
    offset: float | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """The parts the endpoints work on; *on_time* follows a move of the clock, *on_reset* a reset."""

    world: World
    clock: SandboxClock
    plan: FaultPlan
    journal: Journal
    limiter: RateLimiter
    on_time: Callable[[], None]
    on_reset: Callable[[], None]

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        endpoints: list[tuple[str, str, Endpoint]] = [
            ("GET", "journal", self.show_journal),
            ("DELETE", "journal", self.clear_journal),
            ("GET", "faults", self.show_faults),
            ("POST", "faults", self.arm),
            ("DELETE", "faults", self.disarm),
            ("POST", "clock", self.set_clock),
            ("POST", "world", self.change_world),
            ("POST", "reset", self.reset),
            ("GET", "state", self.show_state),
        ]
        return [
            Route(f"/_sandbox/{path}", endpoint, methods=[method]) for method, path, endpoint in endpoints
        ]

    async def show_journal(self, request: Request) -> Response:
        """Answer the journal; `method` and `path` (its beginning) leave some."""
        query = request.query_params
        entries = list(self.journal.entries(query.get("method"), query.get("path")))
        return answer({"count": len(entries), "entries": entries})

    async def clear_journal(self, _: Request) -> Response:
        """Forget the journal."""
        self.journal.clear()
        return answer({"cleared": True})

    async def show_faults(self, _: Request) -> Response:
        """Answer the faults that are armed."""
        return answer(self._faults())

    def _faults(self) -> dict[str, Any]:
        return {
            "standing": [str(fault) for fault in self.plan.standing],
            "armed": [rule.as_dict() for rule in self.plan.armed],
        }

    async def arm(self, request: Request) -> Response:
        """Arm a fault, or several separated by commas."""
        try:
            order = msgspec.json.decode(await request.body(), type=FaultOrder)
            faults = parse_faults(order.fault)
        except (msgspec.DecodeError, InvalidValueError) as error:
            return refused(error)
        match = order.match
        self.plan.arm(
            ArmedFault(fault, order.times, match.method, match.path, match.trigger) for fault in faults
        )
        return answer(self._faults())

    async def disarm(self, _: Request) -> Response:
        """Disarm every fault of this endpoint; those given at the start stay."""
        self.plan.clear()
        return answer(self._faults())

    async def set_clock(self, request: Request) -> Response:
        """Move the sandbox's clock."""
        try:
            order = msgspec.json.decode(await request.body(), type=ClockOrder)
        except msgspec.DecodeError as error:
            return refused(error)
        if order.now is not None and order.now.tzinfo is None:
            return refused(ValueError("now needs a zone"))
        try:
            self._move_clock(order)
        except InvalidValueError as error:
            return refused(error)
        self.on_time()
        return answer({"now": iso_ms(self.clock.now()), "offset": self.clock.offset})

    def _move_clock(self, order: ClockOrder) -> None:
        if order.offset is not None:
            self.clock.set_offset(order.offset)
        if order.now is not None:
            self.clock.set_now(order.now)
        if order.advance is not None:
            self.clock.advance(order.advance)

    async def change_world(self, request: Request) -> Response:
        """Change the account in the middle of somebody's work, in order, up to the first that cannot be."""
        try:
            orders = mutations_of(msgspec.json.decode(await request.body()))
            with self.world.lock:
                for order in orders:
                    apply(self.world, order, self.clock.now())
        except (msgspec.DecodeError, InvalidValueError) as error:
            return refused(error)
        return answer({"changed": len(orders)})

    async def reset(self, _: Request) -> Response:
        """Begin anew: the data file's bookings, an empty journal, no armed faults, no counts."""
        self.clock.restart()
        with self.world.lock:
            self.world.reset(self.clock.now())
        self.plan.clear()
        self.journal.clear()
        self.limiter.reset()
        self.on_reset()
        return answer({"reset": True})

    async def show_state(self, _: Request) -> Response:
        """Answer what the sandbox holds, without names and keys."""
        with self.world.lock:
            bookings = [
                {
                    "uid": booking.uid,
                    "status": booking.status,
                    "eventTypeId": booking.event_type_id,
                    "start": iso_epoch(booking.start),
                    "rescheduledToUid": booking.rescheduled_to,
                }
                for booking in self.world.bookings.values()
            ]
        state = {
            "now": iso_ms(self.clock.now()),
            "eventTypes": len(self.world.event_types),
            "bookings": bookings,
            "byStatus": Counter(booking["status"] for booking in bookings),
            "limiter": self.limiter.snapshot(),
            "faults": self._faults(),
        }
        return answer(state)
