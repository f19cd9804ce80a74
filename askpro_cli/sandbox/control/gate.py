"""The outermost layer: journal, faults, the Date header.

Early faults answer, wait or cut before the request is carried out, late ones after it: the booking exists,
only its answer is lost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.sandbox.clock import SandboxClock
from askpro_cli.sandbox.control.failing import Failing, Recorder, early_answer
from askpro_cli.sandbox.control.faults import LATE, QUIRKS, SERVER_ERRORS, Fault, FaultPlan, parse_faults
from askpro_cli.sandbox.control.journal import Journal
from askpro_cli.sandbox.options import RateLimit
from askpro_cli.sandbox.protocol.exchange import CURRENT, SCOPE_KEY, Exchange

CONTROL = "/_sandbox"
HEADER = "x-sandbox-fault"


class Gate:
    """An ASGI application around the vendor; control requests pass untouched."""

    def __init__(
        self,
        inner: ASGIApp,
        *,
        plan: FaultPlan,
        journal: Journal,
        clock: SandboxClock,
        failing: Failing,
        rate_limit: RateLimit,
        tick: Callable[[], None],
        answered: Callable[[str, str], None],
        latency_ms: float = 0.0,
    ) -> None:
        self._inner = inner
        self._plan = plan
        self._journal = journal
        self._clock = clock
        self._failing = failing
        self._rate_limit = rate_limit
        self._latency_ms = latency_ms
        self._tick = tick
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or fail to."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._inner(scope, receive, send)
            return
        try:
            faults = self._faults(scope)
        except InvalidValueError as error:
            body = msgspec.json.encode({"sandbox": error.message, "hint": error.hint})
            await Response(body, 400, media_type="application/json")(scope, receive, send)
            return
        self._tick()
        await self._journaled(scope, receive, send, faults)

    def _faults(self, scope: Scope) -> list[Fault]:
        header = Headers(scope=scope).get(HEADER, "")
        return [*parse_faults(header), *self._plan.take(scope["method"], scope["path"])]

    async def _journaled(self, scope: Scope, receive: Receive, send: Send, faults: list[Fault]) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        entry = self._journal.open(scope["method"], scope["path"], query, self._clock.now())
        entry["faults"] = [str(fault) for fault in faults]
        of_deliveries = tuple(fault for fault in faults if fault.is_delivery)
        exchange = Exchange(entry, query, _quirks(faults), _offset(faults), of_deliveries)
        scope[SCOPE_KEY] = exchange
        CURRENT.set(exchange)
        begun = time.perf_counter()
        try:
            await self._wait(faults)
            await self._through(scope, receive, send, faults)
        finally:
            entry["ms"] = round((time.perf_counter() - begun) * 1000, 3)

    async def _wait(self, faults: Sequence[Fault]) -> None:
        wait = self._latency_ms + sum(fault.number(0) for fault in faults if fault.name == "latency")
        if wait > 0:
            await asyncio.sleep(wait / 1000)

    async def _through(self, scope: Scope, receive: Receive, send: Send, faults: list[Fault]) -> None:
        entry = scope[SCOPE_KEY].entry
        early = next((fault for fault in faults if fault.is_early and fault.name != "latency"), None)
        if early is not None and early.name == "reset-before":
            self._answered(scope["method"], scope["path"])
            await self._failing.reset_unread(scope, receive)
            return
        if early is not None:
            self._answered(scope["method"], scope["path"])
            entry["status"] = await self._answer_early(early, scope, receive, send)
            return
        recorder = Recorder()
        await self._inner(scope, receive, recorder.send)
        self._tick()
        self._answered(scope["method"], scope["path"])
        entry["status"] = recorder.start["status"]
        self._dated(recorder.start, scope[SCOPE_KEY])
        await self._late(recorder, faults, scope, receive, send)

    async def _answer_early(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> int:
        response = early_answer(fault, self._rate_limit)
        self._dated_headers(response.headers, scope[SCOPE_KEY])
        await response(scope, receive, send)
        return response.status_code

    async def _late(
        self, recorder: Recorder, faults: list[Fault], scope: Scope, receive: Receive, send: Send
    ) -> None:
        for fault in faults:
            if fault.name in SERVER_ERRORS:
                await self._answer_early(fault, scope, receive, send)
                return
            if fault.name in LATE:
                await self._failing.spoil(fault, recorder, scope, receive, send)
                return
        await send(recorder.start)
        await send({"type": "http.response.body", "body": recorder.body})

    def _dated(self, start: Message, exchange: Exchange) -> None:
        self._dated_headers(MutableHeaders(raw=start["headers"]), exchange)

    def _dated_headers(self, headers: MutableHeaders, exchange: Exchange) -> None:
        now = self._clock.now() + timedelta(seconds=exchange.clock_offset)
        headers["Date"] = format_datetime(now, usegmt=True)


def _quirks(faults: Sequence[Fault]) -> frozenset[str]:
    return frozenset(fault.name for fault in faults if fault.name in QUIRKS)


def _offset(faults: Sequence[Fault]) -> float:
    return sum(fault.number(0) for fault in faults if fault.name == "clock-offset")
