"""How an answer fails: by status, by its body, or by its connection.

Over TCP a reset is a real one. In process there is no connection: a cut one raises `ConnectionResetError`, a
missing answer `TimeoutError`, for the caller's transport to translate.
"""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import Iterator
from typing import Protocol

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from askpro_cli.sandbox.control.faults import Fault
from askpro_cli.sandbox.options import RateLimit
from askpro_cli.sandbox.protocol import messages

_PROXY_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>"
    "<body><center><h1>502 Bad Gateway</h1></center><hr><center>proxy</center></body></html>\n"
)
_REASONS = {
    "500": messages.SERVER_ERROR,
    "502": "Bad Gateway",
    "503": "Service Unavailable",
    "504": "Gateway Timeout",
}
_NOT_JSON = b"upstream request timeout\n"
_HUGE_MEGABYTES = 32.0
_LONGEST_SILENCE = 600.0
_CHUNK = 65_536


class Connections(Protocol):
    """The server's open TCP connections, by what the ASGI scope knows of them."""

    def reset(self, client: tuple[str, int]) -> None:
        """Cut the connection with a TCP reset; what was not sent is lost."""
        ...

    def close(self, client: tuple[str, int]) -> None:
        """Send what was written, then end the connection."""
        ...


def early_answer(fault: Fault, limit: RateLimit) -> Response:
    """Return the answer of a fault that speaks for the vendor or a proxy before it."""
    if fault.name == "html502":
        return Response(_PROXY_PAGE, 502, media_type="text/html")
    headers = {"X-Request-Id": str(uuid.uuid4())}
    if fault.name == "429":
        headers[f"X-RateLimit-Limit-{limit.name}"] = str(limit.limit)
        headers[f"X-RateLimit-Remaining-{limit.name}"] = "0"
        headers[f"X-RateLimit-Reset-{limit.name}"] = str(math.ceil(fault.number(limit.block)))
        error = {"code": "ThrottlerException", "message": messages.TOO_MANY, "details": messages.TOO_MANY}
        return _json(429, {"status": "error", "error": error}, headers)
    return _json(int(fault.name), {"statusCode": int(fault.name), "message": _REASONS[fault.name]}, headers)


def _json(status: int, body: object, headers: dict[str, str]) -> Response:
    return Response(msgspec.json.encode(body), status, headers, "application/json; charset=utf-8")


class Recorder:
    """Holds an answer back until the gate has decided what becomes of it."""

    def __init__(self) -> None:
        self.start: Message = {"type": "http.response.start", "status": 500, "headers": []}
        self.body = b""

    async def send(self, message: Message) -> None:
        """Take a message of the inner application."""
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


class Failing:
    """Spoils answers; *connections* None means in process."""

    def __init__(self, connections: Connections | None) -> None:
        self._connections = connections

    async def reset_unread(self, scope: Scope, receive: Receive) -> None:
        """Take the whole request, carry nothing out, cut the connection.

        Cutting while the client still writes would show it a reset or an end of file, as chance has it.
        """
        while (await receive()).get("more_body"):
            pass
        await self.reset(scope, receive)

    async def reset(self, scope: Scope, receive: Receive) -> None:
        """Cut the connection without an answer."""
        if self._connections is None:
            message = "the sandbox reset the connection"
            raise ConnectionResetError(message)
        self._connections.reset(scope["client"])
        await _gone(receive)

    async def spoil(self, fault: Fault, answer: Recorder, scope: Scope, receive: Receive, send: Send) -> None:
        """Do to a finished answer what *fault* says."""
        if fault.name == "reset-after":
            await self.reset(scope, receive)
        elif fault.name == "timeout-after":
            await self._silence(fault, scope, receive)
        elif fault.name == "truncated":
            await self._truncate(answer, scope, receive, send)
        elif fault.name == "huge":
            await _flood(fault, answer.start, send)
        else:
            MutableHeaders(raw=answer.start["headers"])["content-length"] = str(len(_NOT_JSON))
            await send(answer.start)
            await send({"type": "http.response.body", "body": _NOT_JSON})

    async def _silence(self, fault: Fault, scope: Scope, receive: Receive) -> None:
        """Never answer; end when the client has gone, or cut after the fault's seconds."""
        if self._connections is None:
            message = "the sandbox did not answer"
            raise TimeoutError(message)
        try:
            async with asyncio.timeout(fault.number(_LONGEST_SILENCE)):
                await _gone(receive)
        except TimeoutError:
            await self.reset(scope, receive)

    async def _truncate(self, answer: Recorder, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise the whole body, send half of it."""
        await send(answer.start)
        half = answer.body[: len(answer.body) // 2]
        if self._connections is None:
            await send({"type": "http.response.body", "body": half})
            return
        await send({"type": "http.response.body", "body": half, "more_body": True})
        self._connections.close(scope["client"])
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _flood(fault: Fault, start: Message, send: Send) -> None:
    """Send a document of some megabytes without saying how long it is."""
    del MutableHeaders(raw=start["headers"])["content-length"]
    await send(start)
    for chunk in _huge_document(round(fault.number(_HUGE_MEGABYTES) * 1_000_000)):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _huge_document(size: int) -> Iterator[bytes]:
    yield b'{"status":"success","data":"'
    while size > 0:
        yield b"x" * min(size, _CHUNK)
        size -= _CHUNK
    yield b'"}'
