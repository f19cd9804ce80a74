"""Servers that take webhooks, started as processes on free ports and stopped at the end of the block."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from processes import program
from support.webhook_requests import SECRET

_FOLDER = Path(__file__).parent
_START_SECONDS = 30.0
_STOP_SECONDS = 30.0
_PAUSE = 0.01


@dataclass(frozen=True)
class Server:
    """A running server.

    Args:
        port: where it listens on loopback.
        process: its own process.
        ready_seconds: from its start until it answered.
    """

    port: int
    process: subprocess.Popen[bytes]
    ready_seconds: float

    @property
    def resident_mb(self) -> float:
        """Return the memory it holds now; of Linux."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
        return kib * 1024 / 1e6


def daemon_environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """Return what ``askpro serve`` needs to know: its records, its secret, and no other setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASKPRO_")}
    return kept | {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "ASKPRO_STATE_DIR": str(folder / "state"),
        "ASKPRO_DATABASE_URL": url,
        "ASKPRO_WEBHOOK_SECRET_CALCOM": SECRET,
        **more,
    }


@contextmanager
def daemon(environment: Mapping[str, str], *options: str) -> Iterator[Server]:
    """Run ``askpro serve``."""
    port = free_port()
    with _running(
        [program(), "serve", "--port", str(port), *options], environment, port, b"/readyz"
    ) as server:
        yield server


@contextmanager
def script(name: str, *words: str) -> Iterator[Server]:
    """Run a server of this folder."""
    port = free_port()
    with _running([sys.executable, str(_FOLDER / name), str(port), *words], os.environ, port, b"/") as server:
        yield server


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _running(
    command: Sequence[str], environment: Mapping[str, str], port: int, path: bytes
) -> Iterator[Server]:
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        _wait(process, port, path)
        yield Server(port, process, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(process: subprocess.Popen[bytes], port: int, path: bytes) -> None:
    """Wait until the server answers without a 5xx."""
    ends = time.monotonic() + _START_SECONDS
    while not _answers(port, path):
        if process.poll() is not None or time.monotonic() > ends:
            raise SystemExit(f"a server did not start: {process.args!r}")
        time.sleep(_PAUSE)


def _answers(port: int, path: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return line.recv(12)[9:10] in (b"2", b"4")
    except OSError:
        return False
