"""A subscriber of webhooks on loopback that keeps what it was sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.waiting import eventually


@dataclass(frozen=True)
class Received:
    """One delivery as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The JSON body."""
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def trigger(self) -> str:
        """The event's name."""
        return str(self.document["triggerEvent"])


@dataclass
class Receiver:
    """What came so far; `status` is what it answers, after `pause` seconds."""

    url: str = ""
    status: int = 200
    pause: float = 0.0
    got: list[Received] = field(default_factory=list)

    def expect(self, count: int) -> list[Received]:
        """Return the deliveries once there are *count* of them."""
        eventually(lambda: len(self.got) >= count)
        return self.got

    @property
    def triggers(self) -> list[str]:
        """The names of the events so far."""
        return [found.trigger for found in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on a free port while the block lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(receiver.pause)
            receiver.got.append(Received(self.path, dict(self.headers), body))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
