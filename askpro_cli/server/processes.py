"""``askpro serve --workers N``: a parent that holds the socket and watches over processes that serve it.

The parent answers nobody. It starts the children with the socket's descriptor, starts the dead anew, and
hands signals on: SIGTERM and SIGINT end all of them, each draining; SIGHUP reads the secrets again. A child
whose parent is gone ends as well.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.server.notify import READY, STOPPING, Notifier

_LOOK_SECONDS = 0.2
_HEALTHY_SECONDS = 10.0
"""A child that lived so long may be started again at once."""
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_FAREWELL_SECONDS = 5.0
"""What a child has beyond its drain before it is killed."""


@dataclass
class _Child:
    """One place in the crew, with whoever holds it now."""

    number: int
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    start_at: float = 0.0
    pause: float = _FIRST_PAUSE


class Crew:
    """The children of one parent.

    Args:
        command: starts one; ``--parent`` is added.
        env: of the children.
        fd: the socket they serve.
        count: how many.
        grace: how long each may drain, in seconds.
        log: of the parent.
        notifier: who started the parent.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        fd: int,
        count: int,
        grace: float,
        log: EventLog,
        notifier: Notifier,
    ) -> None:
        self._command = [*command, "--parent", str(os.getpid())]
        self._env = {name: value for name, value in env.items() if not name.startswith("LISTEN_")}
        self._fd = fd
        self._grace = grace
        self._log = log
        self._notifier = notifier
        self._children = [_Child(number) for number in range(1, count + 1)]
        self._ready: set[int] = set()
        self._ending = False

    def run(self, on_ready: Callable[[], None]) -> None:
        """Watch over the children until a signal ends all.

        Args:
            on_ready: called once, when all children serve.

        Raises:
            ConfigError: a child could not begin, because of its settings.
        """
        with self._hearing_children() as ears, self._signals():
            try:
                self._watch(ears, on_ready)
            finally:
                self._end()

    def _watch(self, ears: socket.socket, on_ready: Callable[[], None]) -> None:
        told = False
        while not self._ending:
            self._start_missing()
            self._hear(ears)
            self._bury()
            if not told and len(self._ready) >= len(self._children):
                told = True
                self._notifier.tell(READY, f"STATUS=serving with {len(self._children)} processes")
                on_ready()

    def _start_missing(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is None and now >= child.start_at:
                child.process = subprocess.Popen(self._command, env=self._env, pass_fds=[self._fd])  # noqa: S603 - our own program
                child.began = now
                self._log.event("crew.started", child=child.number, pid_of_child=child.process.pid)

    def _hear(self, ears: socket.socket) -> None:
        """Wait a moment for what children tell: that they are ready."""
        try:
            words = ears.recv(4096).decode("utf-8", "replace").splitlines()
        except TimeoutError:
            return
        if READY in words:
            self._ready.update(int(word[len("MAINPID=") :]) for word in words if word.startswith("MAINPID="))

    def _bury(self) -> None:
        """Note who died, and when to start the next one in its place."""
        for child in self._children:
            if child.process is None or child.process.poll() is None:
                continue
            code, lived = child.process.returncode, time.monotonic() - child.began
            if code == ExitCode.USAGE and child.process.pid not in self._ready:
                self._ending = True
                hint = "it said on stderr what is wrong"
                raise ConfigError("a serving process could not begin", hint=hint, subject="askpro serve")
            self._ready.discard(child.process.pid)
            child.pause = _FIRST_PAUSE if lived > _HEALTHY_SECONDS else min(2 * child.pause, _LONGEST_PAUSE)
            child.start_at = time.monotonic() + (0 if lived > _HEALTHY_SECONDS else child.pause)
            child.process = None
            self._log.event("crew.died", level="warning", child=child.number, exit_code=code)

    def _end(self) -> None:
        """End all children, each with the time to drain."""
        self._notifier.tell(STOPPING)
        self._send(signal.SIGTERM)
        ends = time.monotonic() + self._grace + _FAREWELL_SECONDS
        for child in self._living():
            try:
                child.wait(max(0.0, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._log.event("crew.killed", level="warning", pid_of_child=child.pid)
                child.kill()
                child.wait()

    def _living(self) -> list[subprocess.Popen[bytes]]:
        return [child.process for child in self._children if child.process and child.process.poll() is None]

    def _send(self, number: int) -> None:
        for process in self._living():
            process.send_signal(number)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def end(_number: int, _frame: FrameType | None) -> None:
            self._ending = True

        def reload(_number: int, _frame: FrameType | None) -> None:
            self._send(signal.SIGHUP)

        wanted = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: reload}
        before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def _hearing_children(self) -> Iterator[socket.socket]:
        """Yield a socket on which children say that they are ready, as services say it to systemd."""
        with (
            tempfile.TemporaryDirectory(prefix="askpro-") as folder,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears,
        ):
            path = Path(folder) / "ready"
            ears.bind(str(path))
            ears.settimeout(_LOOK_SECONDS)
            self._env["NOTIFY_SOCKET"] = str(path)
            yield ears
