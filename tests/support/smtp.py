"""A real mail server on a free port of this machine, which takes mails and misbehaves when told to."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

WAIT = 20.0
"""The longest a held answer is held, in seconds: a test that forgets to let go ends all the same."""

_ROUNDS = 20  # of the loop: a connection given up in the midst of a handshake takes a few to be gone


class Mail(NamedTuple):
    """A mail as it arrived."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """Return it parsed."""
        parsed = message_from_bytes(self.content, policy=POLICY)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def part(self, kind: str) -> bytes:
        """Return the content of its first part of a kind (``text/calendar``)."""
        found = next(part for part in self.message.walk() if part.get_content_type() == kind)
        content = found.get_payload(decode=True)
        assert isinstance(content, bytes)
        return content


@dataclass
class MailSink:
    """What the server does with mails.

    Args:
        mails: those it took, also where its answer then never arrived.
        on_sender: its answer to MAIL, when it is not to take it.
        on_recipient: the same to RCPT, by address; bytes go out as they are.
        on_data: the same to the content.
        cut: hang up instead of answering the content.
        cut_early: hang up instead of answering RCPT.
        meanwhile: what happens elsewhere while it thinks about RCPT.
        passwords: who may sign in.
    """

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    on_sender: str | None = None
    on_recipient: dict[str, str | bytes] = field(default_factory=dict)
    on_data: str | None = None
    cut: bool = False
    cut_early: bool = False
    meanwhile: Callable[[], object] | None = None
    passwords: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    has_content: threading.Event = field(default_factory=threading.Event)
    _answers: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._answers.set()

    def hold(self) -> None:
        """Let the answer to the next contents wait."""
        self._answers.clear()

    def let_go(self) -> None:
        """Give the answers that wait."""
        self._answers.set()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer MAIL."""
        if self.on_sender:
            return self.on_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - as above
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer RCPT."""
        if self.cut_early:
            _hang_up(server)
        if self.meanwhile is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.meanwhile)
        told = self.on_recipient.get(address)
        if isinstance(told, bytes):
            return _in_raw(server, told)
        if told is not None:
            return told
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take the content, and answer as told."""
        if self.on_data:
            return self.on_data
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.mails.append(Mail(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        self.has_content.set()
        if self.cut:
            _hang_up(server)
        await asyncio.get_running_loop().run_in_executor(None, self._answers.wait, WAIT)
        return "250 taken"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        """Say whether somebody may sign in."""
        user, password = data.login.decode(), data.password.decode()
        return AuthResult(success=self.passwords.get(user) == password, handled=False)


def _in_raw(server: SMTP, answer: bytes) -> str:
    """Write an answer that is not ASCII past aiosmtpd, and return its last line, which it writes itself."""
    code, _, text = answer.partition(b" ")
    if isinstance(server.transport, asyncio.Transport):
        server.transport.write(code + b"-" + text + b"\r\n")
    return f"{code.decode()} end"


def _hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


@contextmanager
def serving(
    sink: MailSink, tls: ssl.SSLContext | None = None, *, from_the_start: bool = False
) -> Iterator[MailSink]:
    """Run the server in a thread of its own; its port is set on *sink*.

    Args:
        sink: what it does.
        tls: its certificate; it then insists on STARTTLS.
        from_the_start: encrypt from the first byte instead.
    """
    upgrades = tls is not None and not from_the_start

    spoken: list[SMTP] = []

    def protocol() -> SMTP:
        sink.connections += 1
        one = SMTP(
            sink,
            hostname="mail.example.org",
            tls_context=None if from_the_start else tls,
            require_starttls=upgrades,
            authenticator=sink.authenticate,
            auth_required=bool(sink.passwords) and upgrades,
            auth_require_tls=upgrades,
            loop=asyncio.get_running_loop(),
        )
        spoken.append(one)
        return one

    with _thread_of_its_own(protocol, tls if from_the_start else None, spoken) as port:
        sink.port = port
        yield sink
        sink.let_go()


@contextmanager
def _thread_of_its_own(
    protocol: Callable[[], SMTP], tls: ssl.SSLContext | None, spoken: list[SMTP]
) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def in_loop(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(WAIT)

    server = in_loop(_listen(loop, protocol, tls))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        in_loop(_close(server, spoken))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT)
        loop.close()


async def _listen(
    loop: asyncio.AbstractEventLoop, protocol: Callable[[], SMTP], tls: ssl.SSLContext | None
) -> asyncio.AbstractServer:
    return await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)


async def _close(server: asyncio.AbstractServer, spoken: list[SMTP]) -> None:
    """Stop listening, end every conversation, and let the loop see each of them off before it is closed."""
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()
    for one in spoken:
        _hang_up(one)
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    """A mail server that takes everything, without encryption."""
    with serving(MailSink()) as sink:
        yield sink


@dataclass(frozen=True)
class Certificate:
    """A certificate of ``localhost``, signed by itself."""

    file: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return it for a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate made for this run."""
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    kind = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650"
    name = "-subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run(
        [
            str(shutil.which("openssl")),
            "req",
            *kind.split(),
            *name.split(),
            "-keyout",
            str(made.key),
            "-out",
            str(made.file),
        ],
        check=True,
        capture_output=True,
    )
    return made
