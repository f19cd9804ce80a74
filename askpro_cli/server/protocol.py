"""HTTP as the daemon speaks it: uvicorn's protocol with the limits it lacks.

What it adds: names of headers as they came; bounds on the head and on what follows a body (431), and on
requests that wait for no answer; deadlines for head and body (408);
a farewell that a sender reads although it is still sending; a drain that answers who is already connected.
One look a tick at all connections (:class:`Watch`) stands for the timers of each.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, cast

import httptools
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from askpro_cli.server.counters import Counters
from askpro_cli.server.options import Limits
from askpro_cli.server.raw_answers import REFUSED

RAW_HEADERS = "askpro.raw_headers"
"""Key of an HTTP scope: the headers with their names as they came, in their order."""

_CYCLE = "askpro.cycle"
"""The same: uvicorn's object for this request and its answer, for :func:`reply`."""

NEW, HEAD, BODY, WORK, IDLE, LINGER, CLOSING = range(7)
"""What a connection is at: nothing came yet, a head is coming, a body, we are at work, it waits for its next
request, we throw away what still comes after our answer, we wait for our last bytes to be taken."""


MOST_HEADERS = 200
"""Of one request: as objects, thousands of short ones take a hundred times the bytes they came in."""
MOST_BEHIND = 256
"""Requests that came behind one another without waiting for an answer; the same holds for them."""


class Watch:
    """Looks at all connections once a tick and ends those whose time is up.

    Args:
        limits: see :class:`~askpro_cli.server.options.Limits`.
        counters: of the daemon.

    Attributes:
        connection: the class of the connections it looks at.
        now: the loop's time at the last tick; near enough for deadlines of seconds, and free to read.
        draining: no further request on a connection after the one under way.
    """

    def __init__(self, limits: Limits, counters: Counters) -> None:
        self.limits = limits
        self.counters = counters
        self.now = 0.0
        self.draining = False
        self.connections: set[BoundedProtocol] = set()
        self.connection: type[BoundedProtocol] = type("Connection", (BoundedProtocol,), {"watch": self})
        self._allowed = {
            NEW: limits.head_timeout,
            HEAD: limits.head_timeout,
            BODY: limits.body_timeout,
            IDLE: limits.keep_alive,
            LINGER: limits.linger,
            CLOSING: limits.body_timeout,
        }
        self._tick = max(0.02, min(0.5, *(seconds / 4 for seconds in self._allowed.values())))
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to look; called in the event loop."""
        self._look()

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def drain(self, idle: float) -> None:
        """Let each connection end after its next answer; who asks nothing for *idle* seconds is let go."""
        self.draining = True
        self._allowed[NEW] = self._allowed[IDLE] = idle
        for connection in self.connections:
            connection.drain()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self.now = now = loop.time()
        for connection in list(self.connections):
            if connection.flow.read_paused and connection.phase in (HEAD, BODY):  # it is we who do not read
                connection.since = now
            elif now - connection.since > self._allowed.get(connection.phase, float("inf")):
                connection.overdue()
            connection.watch_writing(now, self.limits.body_timeout)
        self._timer = loop.call_later(self._tick, self._look)


class _Outlet(asyncio.Transport):
    """The transport as uvicorn sees it: its close is our farewell."""

    def __init__(self, transport: asyncio.Transport, protocol: BoundedProtocol) -> None:
        super().__init__()
        self._transport = transport
        self._protocol = protocol
        self.write = transport.write  # type: ignore[method-assign]  # no call in between on the hot path
        self.is_closing = transport.is_closing  # type: ignore[method-assign]
        self.pause_reading = transport.pause_reading  # type: ignore[method-assign]
        self.resume_reading = transport.resume_reading  # type: ignore[method-assign]
        self.abort = transport.abort  # type: ignore[method-assign]

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the transport knows."""
        return self._transport.get_extra_info(name, default)

    def close(self) -> None:
        """Say goodbye."""
        self._protocol.farewell()


class BoundedProtocol(HttpToolsProtocol):
    """One connection; a :class:`Watch` makes the class of its server."""

    watch: ClassVar[Watch]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.access_log = False
        self.phase = NEW
        self.since = self.watch.now
        self._raw: asyncio.Transport
        self._behind = False
        self._coming = 0
        self._cause = "not_http"
        self._deaf = False
        self._stuck_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own signature
        """Note the connection."""
        super().connection_made(transport)
        self._raw = transport
        self.transport = _Outlet(transport, self)
        self.since = self.watch.now
        self.watch.connections.add(self)
        self.watch.counters.accepted += 1
        self.watch.counters.open = len(self.watch.connections)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.watch.connections.discard(self)
        self.watch.counters.open = len(self.watch.connections)
        super().connection_lost(exc)

    def eof_received(self) -> bool | None:  # type: ignore[override]  # uvicorn never stays open
        """Answer a sender that closed its side after its request, as it may."""
        if self.phase != WORK or self.pipeline:
            return None
        self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        """Parse what came, within the limits."""
        phase = self.phase
        if phase >= LINGER or self._deaf:
            return
        if phase in (NEW, IDLE):
            self._expect_head()
        self._coming += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # nothing here speaks another protocol; the request is answered as it stands
        except httptools.HttpParserError:
            self._refuse(self._cause)
            return
        if self.phase in (HEAD, BODY) and self._has_too_much_head():
            self._refuse("head_too_large")

    def _has_too_much_head(self) -> bool:
        """Tell whether what came since the last useful byte, head or trailers, is more than is let in."""
        return self._coming > self.watch.limits.max_header_bytes or len(self._raw_headers) > MOST_HEADERS

    def _expect_head(self) -> None:
        self.phase = HEAD
        self.since = self.watch.now
        self._coming = 0
        self._behind = False

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        if self.phase != HEAD:  # it came right behind another one
            self._expect_head()
            self._behind = True
        self._raw_headers: list[tuple[bytes, bytes]] = []
        cast("dict[str, Any]", self.scope)[RAW_HEADERS] = self._raw_headers

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, as it came and in the form of ASGI."""
        self._raw_headers.append((name, value))
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Start the application, unless the head is too large."""
        if len(self.pipeline) >= MOST_BEHIND:
            self._cause = "too_many_behind"
            raise _TooMuchError  # the parser stops and tells data_received
        if self._head_is_too_large():
            self._cause = "head_too_large"
            raise _TooMuchError
        self.phase = BODY
        self.since = self.watch.now
        super().on_headers_complete()
        self._coming = 0
        self._raw_headers = self.headers = []  # what follows the body is no head: nobody reads it
        cast("dict[str, Any]", self.scope)[_CYCLE] = self.cycle
        if self.watch.draining:
            self.cycle.keep_alive = False

    def _head_is_too_large(self) -> bool:
        most = self.watch.limits.max_header_bytes
        if len(self._raw_headers) > MOST_HEADERS:
            return True
        if self._coming <= most and not self._behind:
            return False  # the usual case costs no counting
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self._raw_headers) > most

    def on_body(self, body: bytes) -> None:
        """Take a part of the body; what comes between and behind such parts is bounded as a head is."""
        self._coming = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the answer, or for the next request when it was given already."""
        super().on_message_complete()
        self.phase = IDLE if self.cycle.response_complete else WORK
        self.since = self.watch.now

    def on_response_complete(self) -> None:
        """Go on with the next request, as uvicorn does, without a timer of its own for each."""
        self.server_state.total_requests += 1
        self.watch.counters.requests += 1
        if self.phase >= LINGER:
            return
        if len(self.pipeline) <= 1:  # else there is enough to do
            self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            if self.watch.draining and not self.pipeline:
                cycle.keep_alive = False
            self._start_asgi_task(cycle, app)
        elif self.phase == WORK:
            self.phase = IDLE
            self.since = self.watch.now

    def pause_writing(self) -> None:
        """Note since when the other side does not read."""
        self._stuck_since = self.watch.now
        super().pause_writing()

    def resume_writing(self) -> None:
        """It reads again."""
        self._stuck_since = None
        super().resume_writing()

    def watch_writing(self, now: float, seconds: float) -> None:
        """Cut the connection of a reader that takes nothing for *seconds*."""
        if self._stuck_since is not None and now - self._stuck_since > seconds:
            self.watch.counters.refused["slow_reader"] += 1
            self._raw.abort()

    def overdue(self) -> None:
        """End what took too long."""
        if self.phase in (LINGER, CLOSING):
            self._raw.abort()
        elif self.phase in (NEW, IDLE):
            self.watch.counters.refused["idle"] += 1
            self.farewell()
        elif self.phase == HEAD and self._busy():
            self.since = self.watch.now  # the answer to the request before it comes first
        elif self.phase == BODY and self.cycle.response_started:
            self.farewell()
        else:
            self._refuse("head_timeout" if self.phase == HEAD else "body_timeout")

    def _busy(self) -> bool:
        """Tell whether an answer is being made."""
        return self.cycle is not None and not self.cycle.response_complete

    def drain(self) -> None:
        """Answer what is under way, and the next request, and no other."""
        if self.cycle is not None and not self.cycle.response_complete and not self.pipeline:
            self.cycle.keep_alive = False

    def cut(self) -> None:
        """End it at once."""
        self._raw.abort()

    def farewell(self) -> None:
        """Close; what is still coming is read for a while, or the sender would not see our answer."""
        if self.phase >= LINGER:
            return
        lingers = self.phase in (HEAD, BODY) and self._raw.can_write_eof() and not self._raw.is_closing()
        self.phase = LINGER if lingers else CLOSING
        self.since = self.watch.now
        if lingers:
            self.flow.resume_reading()
            self._raw.write_eof()
        else:
            self._raw.close()

    def _refuse(self, cause: str) -> None:
        """Answer without an application."""
        self.watch.counters.refused[cause] += 1
        if self.pipeline:
            self._raw.abort()
        elif self.phase != BODY and self._busy():
            self._deaf = True  # its answer first, then the end
            self.cycle.keep_alive = False
        else:
            self._end_with(REFUSED[cause])

    def _end_with(self, answer: bytes) -> None:
        if not self._busy():
            self._raw.write(answer)
        else:
            if not self.cycle.response_started:
                self._raw.write(answer)
            self.cycle.disconnected = True  # an application that waits for the body learns it by this
            self.cycle.message_event.set()
        self.farewell()


def reply(scope: Scope, head: bytes, body: bytes) -> bool:
    """Answer a request in one piece; False, with nothing done, where that cannot be: use ASGI's send.

    Args:
        scope: of the request, from this protocol or another.
        head: status line and headers, without the end of the last one.
        body: of the length that *head* says.
    """
    cycle: RequestResponseCycle | None = scope.pop(_CYCLE, None)
    if cycle is None or cycle.response_started or cycle.flow.write_paused or scope["method"] == "HEAD":
        return False
    if cycle.disconnected:
        return True
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    lines = [head, *(b"%s: %s" % header for header in cycle.default_headers)]
    if not cycle.keep_alive:
        lines.append(b"connection: close")
    cycle.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True


class _TooMuchError(Exception):
    """The head is too large, or too many requests came behind one another."""
