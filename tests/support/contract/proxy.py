"""A proxy on loopback between any program and a server of Cal.com's API that judges every exchange."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from support.contract.exchange import Exchange, exchange_of
from support.contract.sources import rules

_NOT_FORWARDED = {"host", "connection", "content-length", "accept-encoding"}
_NOT_RETURNED = {"connection", "content-length", "content-encoding", "transfer-encoding"}


@dataclass
class Judge:
    """What went through, and where it broke the rules."""

    url: str
    exchanges: list[Exchange] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def hear(self, exchange: Exchange) -> None:
        """Judge one exchange."""
        self.exchanges.append(exchange)
        self.problems += map(str, rules().breaches(exchange))

    @property
    def asked(self) -> set[str]:
        """Return the operations that were asked, as the rules name them."""
        found = (rules().find(entry.method, entry.path, entry.version) for entry in self.exchanges)
        return {entry[1].label for entry in found if entry is not None}


@contextmanager
def judged(upstream: str) -> Iterator[Judge]:
    """Put a judge before *upstream* (``…/v2``) while the block lasts; he is spoken to at his own `url`."""
    root = upstream.removesuffix("/v2")
    with httpx.Client(base_url=root, trust_env=False, timeout=30) as client:
        server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
        judge = Judge(f"http://127.0.0.1:{server.server_port}/v2")
        server.RequestHandlerClass = _handler(client, judge)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield judge
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(client: httpx.Client, judge: Judge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Hands a request on, and its answer back."""

        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            sent = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_FORWARDED}
            request = client.build_request(self.command, self.path, headers=sent, content=body)
            answer = client.send(request)
            judge.hear(exchange_of(request, answer.status_code, answer.content))
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in _NOT_RETURNED | {"date", "server"}:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _pass  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
            """Say nothing."""

    return Handler
