"""`--replay`: answers from a journal file instead of a world.

A request is the same when method, path, query (in any order) and body are; keys and secrets are masked on
both sides before they are compared. Its answers come in the order they were recorded, each once.
"""

from __future__ import annotations

import uuid
from collections import deque
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from askpro_cli.sandbox.control.answers import answer
from askpro_cli.sandbox.control.failing import Connections, Failing
from askpro_cli.sandbox.control.gate import CONTROL
from askpro_cli.sandbox.recording.journal_file import ANSWERED, Line, Recorded
from askpro_cli.sandbox.recording.masking import masked, masked_text

_NOT_IMPLEMENTED = 501
_OWN_IDS = uuid.UUID("6f1a2c7e-52f6-5d0a-9a53-0d9f6f1c8b11")

Key = tuple[str, str, str, bytes]
_encode = msgspec.json.Encoder(order="sorted").encode


class Replay:
    """A recorded sandbox as an ASGI application.

    Args:
        recorded: from `journal_file.read`.
        connections: the server's, to cut where the recorded sandbox did; None in process.
    """

    def __init__(self, recorded: Recorded, connections: Connections | None = None) -> None:
        self._recorded = recorded
        self._failing = Failing(connections)
        self._restart()

    def _restart(self) -> None:
        self._left: dict[Key, deque[Line]] = {}
        for line in self._recorded.lines:
            body = line.body if line.text is None else line.text
            self._left.setdefault(key_of(line.method, line.path, line.query, body), deque()).append(line)
        self._answered = 0
        self._unknown: list[dict[str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request from the journal."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if scope["path"].startswith(CONTROL):
            await self._control(request)(scope, receive, send)
            return
        line = self._next(scope, await request.body())
        if line is None:
            await self._not_recorded(scope)(scope, receive, send)
        elif line.ended != ANSWERED or line.answer is None:
            await self._failing.reset(scope, receive)
        else:
            await _recorded_answer(line)(scope, receive, send)

    def _next(self, scope: Scope, body: bytes) -> Line | None:
        query = masked_text(scope["query_string"].decode("latin-1"))
        lines = self._left.get(key_of(scope["method"], masked_text(scope["path"]), query, _document(body)))
        if not lines:
            return None
        self._answered += 1
        return lines.popleft()

    def _not_recorded(self, scope: Scope) -> Response:
        """Return the 501 that names the request and what the journal has instead."""
        query = masked_text(scope["query_string"].decode("latin-1"))
        asked = _named(scope["method"], masked_text(scope["path"]), query)
        self._unknown.append({"method": scope["method"], "path": scope["path"], "query": query})
        headers = {"X-Request-Id": str(uuid.uuid5(_OWN_IDS, str(len(self._unknown))))}
        problem = {
            "sandbox": f"the journal has no answer left for {asked}",
            "hint": self._instead(scope["method"], masked_text(scope["path"])),
        }
        response = answer(problem, _NOT_IMPLEMENTED)
        response.headers.update(headers)
        return response

    def _instead(self, method: str, path: str) -> str:
        """Say what was recorded of that path."""
        same = [line for line in self._recorded.lines if (line.method, line.path) == (method, path)]
        if not same:
            return "it was never asked for in the recorded run; GET /_sandbox/replay lists what is left"
        return f"recorded {len(same)} times with this path: each with its own query and body, and once only"

    def _control(self, request: Request) -> Response:
        if (request.method, request.url.path) == ("GET", f"{CONTROL}/replay"):
            return answer(self._report())
        if (request.method, request.url.path) == ("POST", f"{CONTROL}/reset"):
            self._restart()
            return answer({"reset": True})
        return answer({"error": "a replay knows GET /_sandbox/replay and POST /_sandbox/reset only"}, 404)

    def _report(self) -> dict[str, Any]:
        left = sorted((line for lines in self._left.values() for line in lines), key=lambda line: line.n)
        return {
            "recorded": len(self._recorded.lines),
            "answered": self._answered,
            "left": [
                {"n": line.n, "method": line.method, "path": line.path, "query": line.query} for line in left
            ],
            "notRecorded": self._unknown,
            "tornLine": self._recorded.torn,
        }

    def start(self) -> None:
        """Nothing runs beside the requests."""

    def close(self) -> None:
        """Nothing is under way."""


def key_of(method: str, path: str, query: str, body: Any) -> Key:
    """Return what makes two requests the same: a query's order and a body's spaces do not count."""
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return method, path, repr(pairs), _encode(body)


def _document(body: bytes) -> Any:
    if not body:
        return None
    try:
        return masked(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return masked_text(body.decode("utf-8", "replace"))


def _recorded_answer(line: Line) -> Response:
    told = line.answer
    if told is None:  # a line of another hand; `ended` said it was answered
        return answer({"sandbox": f"line {line.n} has no answer"}, _NOT_IMPLEMENTED)
    content = told.text.encode("utf-8") if told.text is not None else msgspec.json.encode(told.body)
    empty = told.text is None and told.body is None
    headers = Headers(headers=told.headers)
    return Response(b"" if empty else content, told.status, dict(headers))


def _named(method: str, path: str, query: str) -> str:
    return f"{method} {path}?{query}" if query else f"{method} {path}"
