"""Runs the sandbox as a server on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import ConfigError
from askpro_cli.base.signals import ending_by
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.control.failing import Connections
from askpro_cli.sandbox.options import SandboxOptions
from askpro_cli.sandbox.world.world import World

_LINGER_NOT = struct.pack("ii", 1, 0)
_KEEP_ALIVE_SECONDS = 75
_START_SECONDS = 10.0
_BACKLOG = 2048


class OpenConnections:
    """The server's TCP connections by the client's address, so that a fault can cut one."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def reset(self, client: tuple[str, int]) -> None:
        """Cut the connection with a TCP reset (no linger: what is unsent is dropped)."""
        transport = self._open.get(client)
        if transport is None:
            return
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        transport.abort()

    def close(self, client: tuple[str, int]) -> None:
        """Send what was written, then end the connection."""
        transport = self._open.get(client)
        if transport is not None:
            transport.close()

    def protocol(self) -> type[HttpToolsProtocol]:
        """Return uvicorn's protocol, noting its connections here."""
        found = self._open

        class NotingProtocol(HttpToolsProtocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own signature
                super().connection_made(transport)
                if self.client is not None:
                    found[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    found.pop(self.client, None)
                super().connection_lost(exc)

        return NotingProtocol


class _Server(uvicorn.Server):
    """A uvicorn server that says when it accepts connections, and for which a signal is the normal end."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]  # uvicorn's is a generator's
        """Stop on SIGINT and SIGTERM."""
        return ending_by(self.handle_exit)


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket bound to *port*, or to a free one for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigError(
            f"the sandbox cannot listen on {host}:{port}: {error}",
            hint="choose another --port, or 0 for a free one",
        ) from error
    return listener


def _url(listener: socket.socket, host: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}/v2"


class Servable(Protocol):
    """What can be served: an ASGI application that is told when serving begins and ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        ...

    def start(self) -> None:
        """Begin what runs beside the requests."""
        ...

    def close(self) -> object:
        """Finish what is under way, within a bounded time."""
        ...


Build = Callable[[Connections | None], Servable]


class _Served(NamedTuple):
    app: Servable
    server: _Server

    def run(self, listener: socket.socket) -> None:
        self.app.start()
        try:
            self.server.run(sockets=[listener])
        finally:
            self.app.close()


def _served(build: Build, on_ready: Callable[[], None]) -> _Served:
    connections = OpenConnections()
    app = build(connections)
    config = uvicorn.Config(
        app,
        http=connections.protocol(),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
        backlog=_BACKLOG,
    )
    return _Served(app, _Server(config, on_ready))


def serve(build: Build, *, host: str = "127.0.0.1", port: int = 0, on_ready: Callable[[str], None]) -> None:
    """Serve what *build* makes until SIGINT or SIGTERM; see `run`."""
    listener = _bound(host, port)
    url = _url(listener, host)
    with contextlib.closing(listener):
        _served(build, lambda: on_ready(url)).run(listener)


def run(
    world: World,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    options: SandboxOptions | None = None,
    clock: Clock | None = None,
    on_ready: Callable[[str], None],
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        world: from `askpro_cli.sandbox.world.loading.load_world`.
        host: address to listen on.
        port: port to listen on, 0 for a free one.
        options: see `SandboxOptions`.
        clock: the machine's by default.
        on_ready: called once with the base URL (`http://127.0.0.1:40123/v2`) when connections are accepted.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    serve(_building(world, options, clock), host=host, port=port, on_ready=on_ready)


def _building(world: World, options: SandboxOptions | None, clock: Clock | None) -> Build:
    return lambda connections: create_app(world, clock=clock, options=options, connections=connections)


@contextlib.contextmanager
def background(
    world: World, *, options: SandboxOptions | None = None, clock: Clock | None = None
) -> Iterator[str]:
    """Serve on a free port in a thread while the block runs; yields the base URL.

    Raises:
        ConfigError: the server did not start.
    """
    ready = threading.Event()
    listener = _bound("127.0.0.1", 0)
    served = _served(_building(world, options, clock), ready.set)
    thread = threading.Thread(target=served.run, args=(listener,), daemon=True)
    with contextlib.closing(listener):
        thread.start()
        if not ready.wait(_START_SECONDS):
            raise ConfigError("the sandbox did not start", subject=_url(listener, "127.0.0.1"))
        try:
            yield _url(listener, "127.0.0.1")
        finally:
            served.server.should_exit = True
            thread.join(_START_SECONDS)
