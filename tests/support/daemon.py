"""A daemon on a free port in this process, spoken to by real sockets; records, inbox and API are given."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text
from starlette.types import Receive, Scope, Send

from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.records import Records
from askpro_cli.server.daemon import Api, Daemon, Keeper
from askpro_cli.server.listening import Listener, open_listener
from askpro_cli.server.options import Limits, ServerOptions
from askpro_cli.server.serving import DaemonServer, Surroundings
from askpro_cli.state.sqlite_store import SqliteStore
from askpro_cli.webhooks.arrivals import Admitted, Arrival, Refusal, Secret, Stored
from askpro_cli.webhooks.inbox.inbox import Inbox
from askpro_cli.webhooks.inbox.options import CommitterHealth, InboxHealth, InboxOptions, RejectedHealth
from askpro_cli.webhooks.providers.signing import sign
from askpro_cli.webhooks.secrets import SecretBook
from support.records import QuietLog
from support.waiting import eventually

SECRET = "an invented secret"
SENDER_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwUEJYdJ9p"
SECRETS: Mapping[str, Sequence[Secret]] = {
    "calcom": (Secret("calcom#1", SECRET),),
    "retell": (Secret("retell#1", SECRET),),
    "stripe": (Secret("stripe#1", SECRET),),
    "shop": (Secret("shop#1", SENDER_SECRET),),
}
_WAIT_SECONDS = 30.0


class PlainApi:
    """Stands for the API where a test is not about it: /healthz and 404."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without reading the body."""
        del receive
        status = 200 if scope["path"] == "/healthz" else 404
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    def start(self) -> None:
        """Do nothing."""

    def close(self, seconds: float) -> None:
        """Do nothing."""


@dataclass
class Memory:
    """An inbox that keeps in memory, and does what *keeping* says first."""

    kept: list[Admitted] = field(default_factory=list)
    rejected: list[tuple[Arrival, Refusal]] = field(default_factory=list)
    keeping: Callable[[Admitted], Any] | None = None
    started = False
    closed = False

    def start(self) -> None:
        """Note it."""
        self.started = True

    async def keep(self, admitted: Admitted) -> Stored:
        """Keep it; the same key again is a duplicate, with another body a conflict."""
        if self.keeping is not None:
            await self.keeping(admitted)
        same = [kept for kept in self.kept if kept.identity.key == admitted.identity.key]
        if same:
            return Stored(1, duplicate=True, conflict=same[0].arrival.body != admitted.arrival.body)
        self.kept.append(admitted)
        return Stored(len(self.kept), duplicate=False)

    def reject(self, arrival: Arrival, refusal: Refusal, *, body_known: bool = True) -> None:
        """Note it."""
        del body_known
        self.rejected.append((arrival, refusal))

    def close(self, seconds: float) -> None:
        """Note it."""
        del seconds
        self.closed = True

    def health(self) -> InboxHealth:
        """Be well."""
        well = CommitterHealth(
            ok=True,
            error=None,
            error_since_ms=None,
            waiting=0,
            queue=1,
            commits=0,
            stored=0,
            duplicates=0,
            conflicts=0,
            failed=0,
            last_commit_ms=None,
        )
        return InboxHealth(well, None, RejectedHealth(0, 0, 0), None, disk_low=False)


@dataclass
class Serving:
    """A daemon that runs."""

    daemon: Daemon
    listener: Listener
    server: DaemonServer
    inbox: Any
    log: QuietLog

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        port: int = self.address[1]
        return port

    address: Any = None

    def count(self, outcome: str, source: str = "calcom") -> int:
        """Return how often intake gave an answer."""
        return self.daemon.counters.answers[source, outcome]

    def rows(self, statement: str) -> list[Any]:
        """Return what the records hold."""
        with self.daemon.records.engine.connect() as connection:
            found = list(connection.execute(text(statement)).all())
            connection.rollback()
            return found


Start = Callable[..., Serving]


@contextmanager
def serving(
    url: str,
    folder: Path,
    *,
    inbox: Keeper | None = None,
    limits: Limits | None = None,
    secrets: Callable[[], Mapping[str, Sequence[Secret]]] = lambda: SECRETS,
    api: Api | None = None,
    clock: Clock | None = None,
    options: ServerOptions | None = None,
    inbox_options: InboxOptions | None = None,
) -> Iterator[Serving]:
    """Serve in a thread until the block ends; *inbox* is the real one unless given."""
    log = QuietLog()
    clock = clock or SystemClock()
    options = options or ServerOptions(port=0, drain=5.0, limits=limits or Limits())
    engine = open_engine(url)
    kept: Any = inbox or Inbox(engine, inbox_options or InboxOptions(), log=log, clock=clock)
    daemon = Daemon(
        options=options,
        inbox=kept,
        secrets=SecretBook(secrets),
        records=Records(engine, log=log, clock=clock),
        state=SqliteStore(folder / "state.db", "_daemon"),
        log=log,
        clock=clock,
    )
    listener = open_listener(options)
    ready = threading.Event()
    server = DaemonServer(daemon, api or PlainApi(), listener, Surroundings(on_ready=ready.set))
    found = Serving(daemon, listener, server, kept, log, listener.socket.getsockname())
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert ready.wait(_WAIT_SECONDS), "the daemon did not start"
        eventually(lambda: "not looked at yet" not in daemon.readiness().checks.values())
        yield found
    finally:
        server.should_exit = True
        thread.join(_WAIT_SECONDS)
        listener.close()
        engine.dispose()
        assert not thread.is_alive(), "the daemon did not end"


@pytest.fixture
def memory(sqlite_platform_url: str, tmp_path: Path) -> Iterator[Serving]:
    """A daemon with an inbox in memory."""
    with serving(sqlite_platform_url, tmp_path, inbox=Memory()) as found:
        yield found


def signed(source: str, body: bytes, now_ms: int, secret: str | None = None) -> list[tuple[str, str]]:
    """Return the headers that *source* would send with *body*."""
    secret = secret or SECRETS[source][0].value
    return cast("list[tuple[str, str]]", list(sign(source, body, secret, now_ms)))


class Line:
    """One connection, on which bytes are said and answers read."""

    def __init__(self, port: int, timeout: float = 20.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self._rest = b""

    def say(self, data: bytes) -> None:
        """Send bytes."""
        self.socket.sendall(data)

    def answer(self) -> Answer:
        """Read one answer."""
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, self._rest = self._rest.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        size = int(headers.get("content-length", 0))
        while len(self._rest) < size:
            self._more()
        body, self._rest = self._rest[:size], self._rest[size:]
        return Answer(int(lines[0].split()[1]), headers, body)

    def _more(self) -> None:
        got = self.socket.recv(65536)
        if not got:
            message = "the server closed without an answer"
            raise EOFError(message)
        self._rest += got

    def ends(self) -> bool:
        """Wait until the server closes; False when it says something instead."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(
    path: str,
    body: bytes = b"",
    headers: Sequence[tuple[str, str]] = (),
    method: str = "POST",
    *,
    close: bool = False,
) -> bytes:
    """Return a request as bytes, with its length and as JSON unless *headers* say otherwise."""
    given = {name.lower() for name, _ in headers}
    told = [("Host", "127.0.0.1"), *headers]
    if "content-length" not in given and "transfer-encoding" not in given:
        told.append(("Content-Length", str(len(body))))
    if "content-type" not in given:
        told.append(("Content-Type", "application/json"))
    if close:
        told.append(("Connection", "close"))
    head = "".join(f"{name}: {value}\r\n" for name, value in told)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def ask(port: int, data: bytes) -> Answer:
    """Say a request on a connection of its own and return the answer."""
    line = Line(port)
    try:
        line.say(data)
        return line.answer()
    finally:
        line.close()


def post(port: int, source: str, body: bytes, now_ms: int, path: str | None = None) -> Answer:
    """Send *body* as *source* would, signed."""
    return ask(port, request(path or f"/webhooks/{source}", body, signed(source, body, now_ms)))
