"""The way to the mail server, over which several mails go one after another (SMTP, RFC 5321).

What became of a mail is one of four: the server took it, puts it off, refuses it, or its answer was lost.
Up to DATA a lost connection means that nothing was handed over; from then on nobody can tell.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import NamedTuple

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
)

from askpro_cli.base.errors import AskproError, AuthError, ConfigError, UnknownError
from askpro_cli.base.guards import assert_network_allowed
from askpro_cli.base.redaction import mask_text

TEMPORARY, PERMANENT = 400, 500
"""From which code on a server puts a mail off, and refuses it."""
_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where our mails are handed over.

    Args:
        host: its name.
        port: its port; None for the usual one of *security*.
        security: ``starttls``, ``tls`` from the first byte, or ``none``.
        user: to sign in with; None for no signing in.
        password: of *user*.
        ca_bundle: a file of certificates to trust instead of the system's.
        timeout: the longest wait for one answer, in seconds.
    """

    host: str
    port: int | None = None
    security: str = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    timeout: float = 60.0

    @property
    def name(self) -> str:
        """Return host and port, as messages call it."""
        return f"{self.host}:{self.port or _PORTS[self.security]}"

    @property
    def lease(self) -> float:
        """Return for how many seconds a mail is claimed: longer than connecting and offering it can take."""
        return 10 * self.timeout + 30

    @property
    def answer_lease(self) -> float:
        """Return how many seconds handing it over can take; who needs longer has died."""
        return 3 * self.timeout + 30


@unique
class Fate(StrEnum):
    """What became of a mail."""

    SENT = "sent"
    PUT_OFF = "put_off"
    REFUSED = "refused"
    LOST = "lost"


class Answer(NamedTuple):
    """The server's answer to a mail, and its reason; addresses in it are masked."""

    fate: Fate
    reason: str = ""


class MailConnection:
    """One connection after another to a mail server, opened when it is needed."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._client: SMTP | None = None

    async def open(self) -> None:
        """Connect, encrypt and sign in, where that is not so already.

        Raises:
            UnknownError: the server cannot be reached, or its certificate is not trusted.
            AuthError: it does not let us in.
            ConfigError: it cannot do what the settings ask for.
        """
        assert_network_allowed("a mail")
        if self._client is not None and self._client.is_connected:
            return
        self._client = self._new_client()
        try:
            await self._enter(self._client)
        except (SMTPException, OSError) as error:
            self.close()
            raise _away(self._server, error) from error

    def _new_client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port or _PORTS[server.security],
            use_tls=server.security == "tls",
            start_tls=False,
            tls_context=None if server.security == "none" else _trust(server),
            timeout=server.timeout,
            local_hostname=_own_name(),
        )

    async def _enter(self, client: SMTP) -> None:
        server = self._server
        await client.connect()
        await client.ehlo()
        if server.security == "starttls":
            if not client.supports_extension("starttls"):
                message = f"mail server {server.name} offers no encryption"
                raise ConfigError(message, hint="set mail.security to tls or none", subject="mail.security")
            await client.starttls()
            await client.ehlo()
        if server.user is not None:
            if not client.supported_auth_methods:
                message = f"mail server {server.name} offers no way to sign in"
                raise ConfigError(message, hint="leave mail.user away", subject="mail.user")
            await client.login(server.user, server.password or "")

    async def offer(self, sender: str, recipient: str) -> Answer | None:
        """Ask the server to take a mail; None when it wants to read it, else why it does not."""
        client = self._open_client()
        try:
            await client.mail(sender)
        except SMTPResponseException as error:
            await self._start_over()
            # Ours to mend, and the same for every mail: no reason to give one up.
            return Answer(Fate.PUT_OFF, f"it refuses {_said(error)} for the sender")
        except (SMTPException, OSError) as error:
            return self._broken(error)
        try:
            await client.rcpt(recipient)
        except SMTPResponseException as error:
            await self._start_over()
            return _refusal(error)
        except (SMTPException, OSError) as error:
            return self._broken(error)
        return None

    async def hand_over(self, content: bytes) -> Answer:
        """Send the mail that was offered, and return what became of it."""
        client = self._open_client()
        if not client.is_connected:  # closed since it was offered
            return Answer(Fate.PUT_OFF, "the server hung up before it was handed over")
        try:
            await client.data(content)
        except SMTPResponseException as error:
            if error.code < TEMPORARY:  # 251, or no code at all: it may well have taken it
                self.close()
                return Answer(Fate.LOST, f"the server's answer is not understood: {_said(error)}")
            await self._start_over()
            return _refusal(error)
        except (SMTPException, OSError) as error:
            self.close()
            return Answer(Fate.LOST, f"the answer was lost after it had been handed over: {_text(error)}")
        return Answer(Fate.SENT)

    async def take_back(self) -> None:
        """Withdraw the mail that was offered."""
        await self._start_over()

    async def leave(self) -> None:
        """Say goodbye and close; never a reason to fail."""
        client = self._client
        if client is not None and client.is_connected:
            with suppress(SMTPException, OSError):  # all mails are settled
                await client.quit()
        self.close()

    def close(self) -> None:
        """Close the connection without a word."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _open_client(self) -> SMTP:
        if self._client is None:
            message = "a mail was offered before there was a connection"
            raise AskproError(message)
        return self._client

    async def _start_over(self) -> None:
        """Forget the present mail on both sides; a server that cannot is left."""
        try:
            await self._open_client().rset()
        except (SMTPException, OSError):
            self.close()

    def _broken(self, error: Exception) -> Answer:
        self.close()
        return Answer(Fate.PUT_OFF, f"the connection broke before it was handed over: {_text(error)}")


def _trust(server: MailServer) -> ssl.SSLContext:
    """Return what certificates are held against; host names are checked.

    Raises:
        ConfigError: the file of certificates cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=server.ca_bundle)
    except (OSError, ValueError) as error:
        message = f"cannot read certificates from {server.ca_bundle}: {_text(error)}"
        raise ConfigError(message, hint="name a file in PEM form", subject="mail.ca_bundle") from error


def _own_name() -> str:
    """Return how we introduce ourselves: this host's full name, or no name; DNS is not asked."""
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"


def _away(server: MailServer, error: Exception) -> AskproError:
    """Return why there is no connection, as the error of the whole run."""
    if isinstance(error, SMTPAuthenticationError) and error.code >= PERMANENT:
        message = f"mail server {server.name} does not accept mail.user and mail.password: {_said(error)}"
        return AuthError(message, hint="check both settings", subject="mail.password")
    untrusted = _untrusted(error)
    if untrusted is not None:
        message = f"the certificate of mail server {server.name} is not trusted: {untrusted.verify_message}"
        return UnknownError(
            message, hint="check mail.host, or name its CA in mail.ca_bundle", subject=server.name
        )
    message = f"mail server {server.name} cannot be used: {_text(error)}"
    return UnknownError(
        message, hint="nothing was lost: run the same command again later", subject=server.name
    )


def _untrusted(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _refusal(error: SMTPResponseException) -> Answer:
    return Answer(Fate.REFUSED if error.code >= PERMANENT else Fate.PUT_OFF, _said(error))


def _said(error: SMTPResponseException) -> str:
    """Return the server's code and text on one line, without the addresses that servers like to repeat."""
    return f"{error.code} {_masked(error.message)}".strip()


def _text(error: BaseException) -> str:
    return _masked(str(error)) or type(error).__name__


def _masked(text: str) -> str:
    """Return a server's words as a database takes them: bytes that are no UTF-8, and controls, as ``?``."""
    printable = "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
    return mask_text(printable)[:_LONGEST_REASON]
