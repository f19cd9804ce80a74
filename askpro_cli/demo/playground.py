"""The sandbox as its own process, and its control endpoints."""

from __future__ import annotations

import json
import re
import selectors
import subprocess
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from askpro_cli.base.errors import DemoError
from askpro_cli.demo.program import PROGRAM

_READY = re.compile(r"http://(?P<host>[\d.]+):(?P<port>\d+)/v2 \(key (?P<key>\S+)\)")
_START_LIMIT = 20.0
_STOP_LIMIT = 5.0


class Playground:
    """A sandbox on a free port of this machine, stopped when the block ends.

    Args:
        folder: where it runs; its talk goes to ``sandbox.log`` there.
        environment: all it sees.
        options: more options of ``askpro sandbox``.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], *options: str) -> None:
        self._folder = folder
        self._environment = environment
        self._options = options
        self.base_url = ""
        self.key = ""

    def __enter__(self) -> Self:
        self._log = (self._folder / "sandbox.log").open("w", encoding="utf-8")
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and program)
            (*PROGRAM, "sandbox", "--port", "0", *self._options),
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def journal(self) -> list[dict[str, Any]]:
        """Return the requests the sandbox received since the journal was cleared, oldest first."""
        entries: list[dict[str, Any]] = self._ask("GET", "/_sandbox/journal")["entries"]
        return entries

    def forget_journal(self) -> None:
        """Clear the journal."""
        self._ask("DELETE", "/_sandbox/journal")

    def inject(
        self, fault: str, *, times: int | None = None, method: str | None = None, path: str | None = None
    ) -> None:
        """Let the next *times* requests (None: all) of *method* and *path* (None: any) meet *fault*."""
        match = {"method": method, "path": path}
        self._ask("POST", "/_sandbox/faults", {"fault": fault, "times": times, "match": match})

    def heal(self) -> None:
        """Take every fault away."""
        self._ask("DELETE", "/_sandbox/faults")

    def bookings(self) -> list[dict[str, Any]]:
        """Return uid, status, event type and start of every booking the sandbox holds."""
        held: list[dict[str, Any]] = self._ask("GET", "/_sandbox/state")["bookings"]
        return held

    def _wait_until_ready(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 (asked for above)
        line = _read_line(self._process.stdout, _START_LIMIT)
        ready = _READY.search(line)
        if ready is None:
            said = (self._folder / "sandbox.log").read_text(encoding="utf-8").strip() or line.strip()
            raise DemoError("the sandbox did not start", hint=said or "askpro sandbox --port 0 shows why")
        self._host, self._port = ready["host"], int(ready["port"])
        self.base_url = f"http://{self._host}:{self._port}/v2"
        self.key = ready["key"]

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        connection = HTTPConnection(self._host, self._port, timeout=_STOP_LIMIT)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        except OSError as error:
            raise DemoError(f"the sandbox does not answer {method} {path}: {error}") from error
        finally:
            connection.close()
        if answer.status >= 300:  # noqa: PLR2004 (HTTP's own border)
            raise DemoError(f"the sandbox answers {answer.status} to {method} {path}")
        return json.loads(text) if text else None

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()


def _read_line(stream: IO[str], limit: float) -> str:
    """Return the first line, or what there is after *limit* seconds: nothing waits for ever."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        if selector.select(limit):
            return stream.readline()
    return ""
