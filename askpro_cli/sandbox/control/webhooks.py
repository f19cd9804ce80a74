"""`/_sandbox/deliveries` and `/_sandbox/ping`: what became of every webhook, and the vendor's ping test."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from askpro_cli.sandbox.control.answers import answer, refused
from askpro_cli.sandbox.webhooks.delivery import Outbox
from askpro_cli.sandbox.world.world import World

_LONGEST_WAIT = 30.0


class PingOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /_sandbox/ping`; without a webhook every one is pinged."""

    webhook: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookControl:
    """The parts the endpoints work on."""

    world: World
    outbox: Outbox

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        return [
            Route("/_sandbox/deliveries", self.show, methods=["GET"]),
            Route("/_sandbox/deliveries", self.clear, methods=["DELETE"]),
            Route("/_sandbox/ping", self.ping, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Answer the deliveries; `trigger` and `webhook` leave some, `wait` waits for what is under way."""
        query = request.query_params
        try:
            seconds = min(float(query.get("wait", "0")), _LONGEST_WAIT)
        except ValueError as error:
            return refused(error)
        records = self.outbox.records
        idle = await asyncio.to_thread(records.wait_idle, seconds)
        entries = records.entries(query.get("trigger"), query.get("webhook"))
        return answer({"count": len(entries), "idle": idle, "entries": entries})

    async def clear(self, _: Request) -> Response:
        """Forget the deliveries."""
        self.outbox.records.clear()
        return answer({"cleared": True})

    async def ping(self, request: Request) -> Response:
        """Send the vendor's ping."""
        try:
            order = msgspec.json.decode(await request.body() or b"{}", type=PingOrder)
        except msgspec.DecodeError as error:
            return refused(error)
        with self.world.lock:
            sent = self.outbox.ping(order.webhook)
        if order.webhook is not None and not sent:
            return refused(ValueError(f"there is no webhook {order.webhook!r}"))
        return answer({"sent": sent})
