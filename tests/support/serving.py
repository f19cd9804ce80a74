"""``askpro serve`` as a process: started on a free port or a handed-on socket, asked, ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from support.daemon import ask, request
from support.webhook_requests import SECRET

_ENDS_SECONDS = 30.0


@dataclass
class Program:
    """An ``askpro serve`` that runs."""

    process: subprocess.Popen[str]
    url: str
    stderr: Path

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        return int(self.url.rsplit(":", 1)[1])

    def ready(self) -> bool:
        """Ask whether it takes events."""
        return ask(self.port, request("/readyz", method="GET")).status == 200

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(_ENDS_SECONDS)

    def log(self) -> list[dict[str, Any]]:
        """Return what it logged."""
        return [json.loads(line) for line in self.stderr.read_text(encoding="utf-8").splitlines()]


def environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """Return what it needs to know and no other setting."""
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
def running(
    url: str, folder: Path, *words: str, env: Mapping[str, str] | None = None, fd: int | None = None
) -> Iterator[Program]:
    """Run the program until the block ends; *fd* is handed on as it is."""
    told = folder / f"stderr-{time.monotonic_ns()}"
    command = [sys.executable, "-m", "askpro_cli", "serve", "--json", *words]
    if fd is None and "--uds" not in words:
        command += ["--port", "0"]
    with told.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            command,
            env=environment(url, folder, **(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            pass_fds=[] if fd is None else [fd],
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, told.read_text(encoding="utf-8")
            yield Program(process, json.loads(line)["data"]["url"], told)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(_ENDS_SECONDS)
            assert process.stdout is not None
            process.stdout.close()


def states(url: str) -> list[tuple[str, int]]:
    """Return state and hits of every event, in the order they came."""
    engine = create_engine(make_url(url))
    try:
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT state, hits FROM webhook_events ORDER BY id")).all()
            return [(state, hits) for state, hits in rows]
    finally:
        engine.dispose()
