"""The simulated vendor: guards, version dispatch, handlers. Everything outside `/_sandbox` ends here."""

from __future__ import annotations

import re
import traceback
import uuid
from datetime import datetime, timedelta
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from askpro_cli.sandbox.account import routes as account
from askpro_cli.sandbox.account import routes_calendars as calendars
from askpro_cli.sandbox.bookings import routes as bookings
from askpro_cli.sandbox.bookings import routes_actions as actions
from askpro_cli.sandbox.clock import SandboxClock
from askpro_cli.sandbox.control.journal import idempotency_of
from askpro_cli.sandbox.legacy import routes as legacy
from askpro_cli.sandbox.options import SandboxOptions
from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import Answer, ApiError
from askpro_cli.sandbox.protocol.auth import Credentials, bearer
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.exchange import SCOPE_KEY, Exchange
from askpro_cli.sandbox.protocol.routing import ALL_VERSIONS, SELF_HOSTED_VERSIONS, Router, cannot
from askpro_cli.sandbox.protocol.throttler import RateLimiter, too_many
from askpro_cli.sandbox.slots import routes as slots
from askpro_cli.sandbox.slots import routes_reservations as reservations
from askpro_cli.sandbox.webhooks import routes as webhooks
from askpro_cli.sandbox.world.world import World

ROUTES = (
    *account.ROUTES,
    *slots.ROUTES,
    *reservations.ROUTES,
    *calendars.ROUTES,
    *bookings.ROUTES,
    *actions.ROUTES,
    *webhooks.ROUTES,
    *legacy.ROUTES,
)
_REWRITTEN = re.compile(r"^(?:/api)?/v2(?:/ee)?(?=/|$)")
_VERSION_HEADER = "cal-api-version"
_encode = msgspec.json.Encoder().encode


class Vendor:
    """An ASGI application: one Cal.com V2 over one world."""

    def __init__(
        self, world: World, clock: SandboxClock, limiter: RateLimiter, options: SandboxOptions
    ) -> None:
        self.world = world
        self._clock = clock
        self._limiter = limiter
        self._credentials = Credentials(world)
        self._router = Router(ROUTES, SELF_HOSTED_VERSIONS if options.self_hosted else ALL_VERSIONS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        body = await request.body()
        exchange: Exchange = scope[SCOPE_KEY]
        with self.world.lock:
            answer = self._respond(request, body, exchange)
        response = Response(
            _encode(answer.body), answer.status, answer.headers, "application/json; charset=utf-8"
        )
        await response(scope, receive, send)

    def _respond(self, request: Request, body: bytes, exchange: Exchange) -> Answer:
        """Return the answer with the headers every answer carries; an error of ours looks like Nest's 500."""
        now = self._clock.now() + timedelta(seconds=exchange.clock_offset)
        shown = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        headers = {"X-Request-Id": str(uuid.uuid4())}
        exchange.entry["request_id"] = headers["X-Request-Id"]
        try:
            answer = self._guarded(request, body, exchange, now, headers)
        except ApiError as error:
            answer = error.answer(shown, now)
        except Exception as error:  # noqa: BLE001 - a bug must not end the server; the journal shows it
            exchange.entry["bug"] = "".join(traceback.format_exception(error))
            answer = Answer(500, {"statusCode": 500, "message": messages.SERVER_ERROR})
        answer.headers.update(headers)
        return answer

    def _guarded(
        self, request: Request, body: bytes, exchange: Exchange, now: datetime, headers: dict[str, str]
    ) -> Answer:
        """Pass a request through the guards to its handler."""
        path = request.url.path
        if path == "/v1" or path.startswith("/v1/"):
            return Answer(410, {"message": messages.V1_GONE})
        token = bearer(request.headers)
        budget = self._limiter.hit(self._credentials.budget_name(token, _address(request)))
        headers.update(budget.headers())
        version_header = request.headers.get(_VERSION_HEADER)
        exchange.entry["version"] = version_header
        rewritten = _REWRITTEN.sub("/v2", path)
        if not _REWRITTEN.match(path):
            raise cannot(request.method, path)
        match = self._router.find(request.method, rewritten, version_header)
        self._credentials.check_known(token)
        if budget.exceeded:
            raise too_many()
        caller = self._credentials.caller(token, match.route.access)
        document = _decoded(request, body)
        exchange.entry["idempotency"] = idempotency_of(document)
        call = Call(
            method=request.method,
            path=path,
            query=exchange.query,
            body=document,
            params=match.params,
            version=match.version,
            caller=caller,
            world=self.world,
            now=now,
            quirks=exchange.quirks,
        )
        return match.route.handler(call)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _decoded(request: Request, body: bytes) -> Any:
    """Return the JSON document; like Express, {} without a JSON content type."""
    if not body or "json" not in request.headers.get("content-type", ""):
        return {}
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(400, f"Unexpected token in JSON: {error}") from error
