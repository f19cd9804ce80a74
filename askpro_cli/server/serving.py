"""One process that serves: uvicorn around the daemon, from the first connection to the last answer.

SIGTERM and SIGINT end it: no longer ready, who is connected gets the answer under way and one more, then
inbox and workers finish. A second SIGINT does not wait. SIGHUP reads the secrets again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from askpro_cli.base.signals import ending_by
from askpro_cli.resilience.threads import hop
from askpro_cli.server.app import create_app
from askpro_cli.server.daemon import Api, Daemon
from askpro_cli.server.listening import BACKLOG, Listener
from askpro_cli.server.notify import READY, STOPPING, Notifier
from askpro_cli.server.protocol import Watch

_IDLE_SECONDS = 1.0
"""While draining: how long a connection that asks nothing is kept for a request that may be on its way."""
_LAST_SECONDS = 2.0
"""What inbox and workers have at least, however long the connections took."""
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Who started the process, and what it wants to know.

    Args:
        on_ready: called once connections are accepted.
        notifier: of systemd or a parent.
        parent: process id of a parent without which there is no sense in going on; None: there is none.
    """

    on_ready: Callable[[], None] = lambda: None
    notifier: Notifier = field(default_factory=lambda: Notifier(None))
    parent: int | None = None


class DaemonServer(uvicorn.Server):
    """A uvicorn server that starts and ends with its daemon.

    Args:
        daemon: what serves.
        api: its other half.
        listener: where.
        around: who started us.

    Raises:
        ConfigError: a setting of the daemon cannot be.
    """

    def __init__(self, daemon: Daemon, api: Api, listener: Listener, around: Surroundings) -> None:
        self._watch = Watch(daemon.options.limits, daemon.counters)
        super().__init__(_config(create_app(daemon, api), self._watch))
        self._daemon = daemon
        self._api = api
        self._listener = listener
        self._around = around
        self._reloads: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the daemon, then accept connections."""
        del sockets
        self._daemon.start()
        self._api.start()
        self._watch.start()
        self._listen_to_hangups()
        self.servers = [cast("asyncio.Server", await self._accept())]
        self.started = True
        self._around.notifier.tell(READY, f"MAINPID={os.getpid()}", f"STATUS=serving {self._listener.url}")
        self._around.on_ready()

    async def on_tick(self, counter: int) -> bool:
        """End as well when the parent is gone."""
        orphaned = self._around.parent is not None and os.getppid() != self._around.parent
        return await super().on_tick(counter) or orphaned

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nobody more, answer who is connected, finish what was taken in."""
        del sockets
        self._around.notifier.tell(STOPPING)
        ends = asyncio.get_running_loop().time() + self._daemon.options.drain
        self._daemon.drain()
        for server in self.servers:
            server.close()
        self._watch.drain(min(_IDLE_SECONDS, self._daemon.options.drain / 2))
        await self._let_go(ends)
        left = max(_LAST_SECONDS, ends - asyncio.get_running_loop().time())
        await self._daemon.stop(left)
        await hop(lambda: self._api.close(_LAST_SECONDS))
        self._watch.stop()

    async def _let_go(self, ends: float) -> None:
        """Wait for the connections and cut those that are left."""
        state, loop = self.server_state, asyncio.get_running_loop()
        while (state.connections or state.tasks) and loop.time() < ends and not self.force_exit:  # noqa: ASYNC110 - uvicorn says it by no event
            await asyncio.sleep(_PAUSE_SECONDS)
        for task in state.tasks:
            task.cancel()
        for connection in list(self._watch.connections):
            connection.cut()

    async def _accept(self) -> asyncio.AbstractServer:
        loop, listening = asyncio.get_running_loop(), self._listener.socket
        if listening.family == socket.AF_UNIX:
            return await loop.create_unix_server(self._protocol, sock=listening, backlog=BACKLOG)
        return await loop.create_server(self._protocol, sock=listening, backlog=BACKLOG)

    def _protocol(self) -> asyncio.Protocol:
        return self._watch.connection(config=self.config, server_state=self.server_state, app_state={})

    def _listen_to_hangups(self) -> None:
        if threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._reload)

    def _reload(self) -> None:
        async def reload() -> None:
            self._around.notifier.reloading()
            await self._daemon.reload()
            self._around.notifier.tell(READY)

        task = asyncio.get_running_loop().create_task(reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]  # uvicorn's is a generator's
        """End on SIGINT and SIGTERM."""
        return ending_by(self.handle_exit)


def _config(app: ASGIApp, watch: Watch) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=watch.connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


def serve(daemon: Daemon, api: Api, listener: Listener, around: Surroundings) -> None:
    """Serve until a signal ends it.

    Raises:
        ConfigError: a setting of the daemon cannot be.
    """
    DaemonServer(daemon, api, listener, around).run()
