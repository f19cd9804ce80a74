"""One try on the wire with httpx: time limits, a size limit, no redirects, and errors of our own tree."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

import askpro_cli
from askpro_cli.base.errors import (
    AuthError,
    ConfigError,
    VendorProtocolError,
    VendorTimeoutError,
)
from askpro_cli.calcom.wire.failures import failure_of
from askpro_cli.calcom.wire.headers import AnswerHead, read_head
from askpro_cli.calcom.wire.requests import WireRequest

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """An answer: its status, what its head says, its body as it came."""

    status: int
    head: AnswerHead
    body: bytes


OnHead = Callable[[int, AnswerHead], None]


class _NoCookies(CookieJar):
    """Keeps nothing: the key alone says who asks, and one answer must not colour the next request."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Leave the answer's cookies where they are."""


class CalcomTransport:
    """Sends requests to one base URL under one key.

    Args:
        base_url: ends in ``/v2``; ``https`` (``http`` for a sandbox or a server of one's own).
        api_key: the key, or None to ask what is public.
        connect_timeout: seconds to wait for a connection.
        timeout: seconds without a sign of life; a try as a whole takes at most both together.
        max_answer_bytes: the largest answer read, counted after decompression.
        transport: how httpx reaches the server, for tests (an ASGI application, injected failures).

    Raises:
        ConfigError: the base URL is no http(s) URL, or carries credentials.
        AuthError: the key holds white space or control characters, which no header may.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        *,
        connect_timeout: float = 5.0,
        timeout: float = 20.0,
        max_answer_bytes: int = 8 * 1024 * 1024,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = _checked_url(base_url)
        self._host = httpx.URL(self.base_url).host
        self._headers = _headers(api_key)
        self._timeout = httpx.Timeout(timeout, connect=connect_timeout).as_dict()
        self._whole = connect_timeout + timeout
        self._max_answer_bytes = max_answer_bytes
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; a later request opens new ones."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def send(self, request: WireRequest, on_head: OnHead) -> WireAnswer:
        """Send *request* once and return whatever answer came, of any status.

        Args:
            request: what to send.
            on_head: is told status and head as soon as they are there, whatever becomes of the body.

        Raises:
            VendorUnreachableError: no connection, or it broke.
            VendorTimeoutError: no answer in time.
            VendorProtocolError: the answer is larger than allowed, or cannot be decoded.
        """
        client = self._client or self._open()
        message = self._message(client, request)
        try:
            async with asyncio.timeout(self._whole):
                return await self._exchange(client, message, request, on_head)
        except TimeoutError as error:
            raise VendorTimeoutError(
                f"Cal.com's answer to {request.label} was not complete after {self._whole:g} s",
                hint="try again, or raise calcom.timeout",
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise failure_of(error, f"{request.label} at {self._host}") from error

    def _message(self, client: httpx.AsyncClient, request: WireRequest) -> httpx.Request:
        """Build what goes out; without ``client.build_request``, which merges what is never given here."""
        headers = [*client.headers.raw, (b"cal-api-version", request.version.encode())]
        body = None
        if request.body is not None:
            headers.append((b"content-type", b"application/json"))
            body = msgspec.json.encode(request.body)
        url = self.base_url + request.path
        return httpx.Request(
            request.method, url, headers=headers, content=body, extensions={"timeout": self._timeout}
        )

    async def _exchange(
        self, client: httpx.AsyncClient, message: httpx.Request, request: WireRequest, on_head: OnHead
    ) -> WireAnswer:
        response = await client.send(message, stream=True, follow_redirects=False)
        head = read_head(response.headers, response.status_code)
        on_head(response.status_code, head)
        try:
            body = await self._read(response, request)
        finally:
            await response.aclose()
        return WireAnswer(response.status_code, head, body)

    async def _read(self, response: httpx.Response, request: WireRequest) -> bytes:
        """Read the body as it comes and stop at the limit, also when it only grows by decompression."""
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > self._max_answer_bytes:
                raise VendorProtocolError(
                    f"Cal.com's answer to {request.label} is larger than {self._max_answer_bytes} bytes",
                    status=response.status_code,
                    request_id=response.headers.get("x-request-id"),
                    hint="ask for less at once, or raise calcom.max_answer_bytes",
                )
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _open(self) -> httpx.AsyncClient:
        """Open the client at the first request; certificates are loaded only where they are used."""
        self._client = httpx.AsyncClient(
            transport=self._transport,
            headers=self._headers,
            cookies=_NoCookies(),
            verify=self.base_url.startswith("https:"),
            trust_env=self._host not in _LOOPBACK,  # a proxy cannot reach this machine's own sandbox
            follow_redirects=False,
            limits=httpx.Limits(max_connections=_CONNECTIONS),
        )
        return self._client


def _headers(api_key: str | None) -> dict[str, str]:
    headers = {"User-Agent": f"askpro/{askpro_cli.__version__}", "Accept": "application/json"}
    if api_key is not None:
        headers["Authorization"] = f"Bearer {check_key(api_key)}"
    return headers


def check_key(api_key: str) -> str:
    """Return *api_key* when a header can carry it.

    Raises:
        AuthError: it is empty, or holds white space (a newline from a file, a blank from a copy) or
            characters outside ASCII.
    """
    if not api_key:
        raise AuthError("the Cal.com API key is empty", hint="set ASKPRO_CALCOM_API_KEY")
    if api_key.isascii() and api_key.isprintable() and " " not in api_key:
        return api_key
    what = (
        "ends in a line break"
        if api_key.endswith(("\n", "\r"))
        else "holds white space or control characters"
    )
    raise AuthError(
        f"the Cal.com API key {what}; it was not sent",
        hint="write the key alone: printf %s KEY > FILE, or export it without quotes and blanks",
    )


def _checked_url(url: str) -> str:
    if "@" in url:
        raise ConfigError(
            "calcom.base_url carries a user name or password", hint="keep keys in calcom.api_key"
        )
    if not _is_base(url.strip()):
        raise ConfigError(
            f"calcom.base_url {url!r} is no http(s) URL", hint="for example https://api.cal.com/v2"
        )
    return url.strip().rstrip("/")


def _is_base(url: str) -> bool:
    """Tell whether paths can be appended to *url*."""
    try:
        parts = httpx.URL(url)
        return parts.scheme in ("http", "https") and bool(parts.host) and not (parts.query or parts.fragment)
    except (httpx.InvalidURL, UnicodeError):  # the latter: a host that is no internationalised name
        return False
