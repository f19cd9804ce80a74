"""The sandbox as its own process, and its control endpoints."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from askpro_cli.base.errors import DemoError
from askpro_cli.demo.background import Background

_READY = re.compile(r"http://(?P<host>[\d.]+):(?P<port>\d+)/v2 \(key (?P<key>\S+)\)")
_ANSWER_LIMIT = 5.0


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
        words = ("sandbox", "--port", "0", *self._options)
        self._process = Background(self._folder, self._environment, words, _READY)
        said = self._process.said
        self._host, self._port = said["host"], int(said["port"])
        self.base_url = f"http://{self._host}:{self._port}/v2"
        self.key = said["key"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.stop()

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

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        connection = HTTPConnection(self._host, self._port, timeout=_ANSWER_LIMIT)
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
