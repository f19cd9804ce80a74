"""A line to a server that a test may cut, hold and restore: the network before a database."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class TcpLine:
    """Forwards connections from a port of its own to a server.

    ``cut``: all connections break and new ones are refused. ``hold``: they stay and nothing comes through.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._through = threading.Event()
        self._through.set()
        self._door = self._listen(0)
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """Break everything."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        with self._lock:
            for pair in self._pairs:
                for end in pair:
                    with suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
            self._pairs.clear()
        self._through.set()

    def hold(self) -> None:
        """Let nothing through."""
        self._through.clear()

    def restore(self) -> None:
        """Let everything through again, after a cut on the same port."""
        self._through.set()
        if self._door.fileno() == -1:
            self._door = self._listen(self.port)
            threading.Thread(target=self._accept, args=(self._door,), daemon=True).start()

    @staticmethod
    def _listen(port: int) -> socket.socket:
        return socket.create_server(("127.0.0.1", port))

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._server)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._pairs.append((near, far))
            threading.Thread(target=self._join, args=(near, far), daemon=True).start()

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        """Carry both ways until either end is gone, and close both."""
        back = threading.Thread(target=self._pump, args=(far, near), daemon=True)
        with near, far:
            back.start()
            self._pump(near, far)
            back.join()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._through.wait()
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def tcp_line(host: str, port: int) -> Iterator[TcpLine]:
    """Open a line, and cut it at the end."""
    line = TcpLine(host, port)
    try:
        yield line
    finally:
        line.cut()
