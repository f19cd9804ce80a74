"""A small HTTP client for webhook requests: one kept-alive connection, a request, its answer, the next one.

A full client would take more of the machine than the server that is tried.
"""

from __future__ import annotations

import asyncio
from typing import cast

_END_OF_HEAD = b"\r\n\r\n"


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out; uvloop's transports are no subclass of asyncio's."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer, and tell its status when it is whole."""
        self._got += data
        head, found, rest = self._got.partition(_END_OF_HEAD)
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if len(rest) >= length and self._answer is not None and not self._answer.done():
            self._got = b""
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request that waits."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed without an answer"))

    async def ask(self, request: bytes) -> int:
        """Send one request and return the status of its answer.

        Raises:
            OSError: the connection is gone, before or after the request was sent.
        """
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("not connected")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def connect(port: int) -> Line:
    """Return a new connection to loopback."""
    _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", port)
    return line
