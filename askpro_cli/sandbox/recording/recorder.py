"""`--record`: around the whole sandbox, writes every request and its answer to a journal file.

A line is written before the last part of its answer goes out: who has an answer finds it in the file, also
when the sandbox is killed right after. Requests under way then are lost.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from askpro_cli.base.clock import Clock
from askpro_cli.sandbox.app import SandboxApp
from askpro_cli.sandbox.control.answers import answer
from askpro_cli.sandbox.control.gate import CONTROL
from askpro_cli.sandbox.protocol.answers import iso_ms
from askpro_cli.sandbox.recording.journal_file import ANSWERED, CUT, Line, Told, Writer
from askpro_cli.sandbox.recording.masking import masked, masked_text

_VERSION_HEADER = "cal-api-version"
_KEPT = ("content-type", "date", "x-request-id", "retry-after", "location")
_KEPT_PREFIX = "x-ratelimit-"
_MOST = 4_000_000


class Recording:
    """A sandbox that keeps a journal on disk.

    Args:
        app: the sandbox.
        writer: the journal.
        clock: dates the lines.
    """

    def __init__(self, app: SandboxApp, writer: Writer, clock: Clock) -> None:
        self._app = app
        self._writer = writer
        self._clock = clock
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and write it down; control requests pass unwritten."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        tap = _Tap(receive, send)
        try:
            await self._app(scope, tap.receive, tap.send)
        finally:
            if tap.last is None:
                self._writer.append(self._line(scope, tap, CUT))
        if tap.last is not None:
            await self._finish(scope, tap)

    async def _finish(self, scope: Scope, tap: _Tap) -> None:
        """Write the line, then let the end of the answer go."""
        try:
            self._writer.append(self._line(scope, tap, ANSWERED))
        except OSError as error:
            if not tap.begun:
                problem = {"sandbox": f"cannot record: {error.strerror}; nothing was answered"}
                await answer(problem, 500)(scope, tap.receive, tap.out)
            return
        await tap.release()

    def _line(self, scope: Scope, tap: _Tap, ended: str) -> Line:
        self._count += 1
        body, text = _content(bytes(tap.asked))
        return Line(
            n=self._count,
            at=iso_ms(self._clock.now()),
            method=scope["method"],
            path=masked_text(scope["path"]),
            query=masked_text(scope["query_string"].decode("latin-1")),
            version=Headers(scope=scope).get(_VERSION_HEADER),
            body=body,
            text=text,
            ended=CUT if tap.too_long else ended,
            answer=tap.told() if ended == ANSWERED and not tap.too_long else None,
        )

    def start(self) -> None:
        """Begin what runs beside the requests."""
        self._app.start()

    def close(self) -> None:
        """Finish what is under way and close the journal."""
        self._app.close()
        self._writer.close()


class _Tap:
    """Listens to both directions; the last message of an answer is held back until `release`."""

    def __init__(self, receive: Receive, out: Send) -> None:
        self._receive = receive
        self.out = out
        self.asked = bytearray()
        self.begun = False
        self.last: Message | None = None
        self.too_long = False
        self._start: Message | None = None
        self._body = bytearray()

    async def receive(self) -> Message:
        message = await self._receive()
        self.asked += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self.too_long = self.too_long or len(self._body) + len(message.get("body", b"")) > _MOST
        if not self.too_long:
            self._body += message.get("body", b"")
        if message.get("more_body"):
            await self._begin()
            await self.out(message)
        else:
            self.last = message

    async def _begin(self) -> None:
        if not self.begun and self._start is not None:
            self.begun = True
            await self.out(self._start)

    async def release(self) -> None:
        """Let the end of the answer go."""
        await self._begin()
        if self.last is not None:
            await self.out(self.last)

    def told(self) -> Told | None:
        """Return the answer as the journal keeps it."""
        if self._start is None:
            return None
        headers = {
            name: masked_text(value)
            for name, value in Headers(raw=self._start["headers"]).items()
            if name in _KEPT or name.startswith(_KEPT_PREFIX)
        }
        body, text = _content(bytes(self._body))
        return Told(status=self._start["status"], headers=headers, body=body, text=text)


def _content(data: bytes) -> tuple[Any, str | None]:
    """Return a body as JSON document, or as text when it is none."""
    if not data:
        return None, None
    try:
        return masked(msgspec.json.decode(data)), None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, masked_text(data.decode("utf-8", "replace"))
