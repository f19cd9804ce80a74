"""One try on the wire: what is sent, what limits hold, and what each failure says about the request."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from askpro_cli.base.errors import (
    AuthError,
    ConfigError,
    VendorError,
    VendorProtocolError,
    VendorTimeoutError,
    VendorUnreachableError,
)
from askpro_cli.calcom.wire.headers import AnswerHead
from askpro_cli.calcom.wire.requests import WireRequest
from askpro_cli.calcom.wire.transport import CalcomTransport, WireAnswer

pytestmark = pytest.mark.anyio

READ = WireRequest("me.get", "GET", "/me?secret=no", "2024-08-13")
WRITE = WireRequest("bookings.create", "POST", "/bookings", "2024-08-13", {"start": "x"})
HTTPS = "https://api.example.org/v2"


def no_head(status: int, head: AnswerHead) -> None:
    """Take no note of a head."""


async def send_with(
    handler: Callable[[httpx.Request], Any], request: WireRequest = READ, **more: Any
) -> WireAnswer:
    async with CalcomTransport(
        HTTPS, "cal_test", transport=httpx.MockTransport(handler), **more
    ) as transport:
        return await transport.send(request, no_head)


async def failure_of(error: Exception, request: WireRequest = READ) -> VendorError:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(VendorError) as caught:
        await send_with(fail, request)
    return caught.value


async def test_no_cookie_of_an_answer_goes_out_with_the_next_request() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={}, headers={"set-cookie": "session=abc; Path=/"})

    async with CalcomTransport(HTTPS, "cal_test", transport=httpx.MockTransport(answer)) as transport:
        await transport.send(READ, no_head)
        await transport.send(READ, no_head)
    assert ["cookie" in request.headers for request in seen] == [False, False]
    assert seen[1].headers["accept-encoding"].startswith("gzip")
    assert seen[1].extensions["timeout"] == {"connect": 5.0, "read": 20.0, "write": 20.0, "pool": 20.0}


async def test_a_request_carries_key_version_agent_and_json() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={})

    await send_with(answer, WRITE)
    (request,) = seen
    assert str(request.url) == "https://api.example.org/v2/bookings"
    assert request.headers["authorization"] == "Bearer cal_test"
    assert request.headers["cal-api-version"] == "2024-08-13"
    assert request.headers["user-agent"].startswith("askpro/")
    assert request.headers["content-type"] == "application/json"
    assert request.content == b'{"start":"x"}'


async def test_without_a_key_nothing_is_sent_as_one() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    async with CalcomTransport(HTTPS, None, transport=httpx.MockTransport(answer)) as transport:
        await transport.send(READ, no_head)
    assert "authorization" not in seen[0].headers


async def test_any_status_is_an_answer_and_redirects_are_not_followed() -> None:
    answer = await send_with(
        lambda _: httpx.Response(302, headers={"location": "https://elsewhere.example.org"})
    )
    assert answer.status == 302


async def test_the_head_is_told_before_the_body_is_read() -> None:
    heads: list[tuple[int, str | None]] = []

    async def broken_body() -> AsyncIterator[bytes]:
        yield b"{"
        raise httpx.ReadError("cut")

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"x-request-id": "r1"}, content=broken_body())

    async with CalcomTransport(HTTPS, "k", transport=httpx.MockTransport(answer)) as transport:
        with pytest.raises(VendorUnreachableError):
            await transport.send(READ, lambda status, head: heads.append((status, head.request_id)))
    assert heads == [(200, "r1")]


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError])
async def test_without_a_connection_nothing_was_sent(kind: type[httpx.TransportError]) -> None:
    error = await failure_of(kind("refused"), WRITE)
    assert isinstance(error, VendorUnreachableError)
    assert (error.fate_unknown, error.retryable, error.counts_for_breaker) == (False, True, True)


async def test_too_many_requests_of_our_own_say_nothing_about_the_vendor() -> None:
    error = await failure_of(httpx.PoolTimeout("no connection free"), WRITE)
    assert isinstance(error, VendorUnreachableError)
    assert (error.fate_unknown, error.retryable, error.counts_for_breaker) == (False, True, False)
    assert "at once" in (error.hint or "")


@pytest.mark.parametrize(
    "kind", [httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError]
)
async def test_over_a_broken_connection_it_may_have_been(kind: type[httpx.TransportError]) -> None:
    error = await failure_of(kind("cut"), WRITE)
    assert isinstance(error, VendorUnreachableError)
    assert (error.fate_unknown, error.retryable) == (True, True)


@pytest.mark.parametrize("kind", [httpx.ReadTimeout, httpx.WriteTimeout])
async def test_a_slow_answer_is_a_time_out_and_may_have_been_sent(kind: type[httpx.TransportError]) -> None:
    error = await failure_of(kind("slow"), WRITE)
    assert isinstance(error, VendorTimeoutError)
    assert error.fate_unknown


async def test_a_tls_error_is_not_tried_again() -> None:
    cause = httpx.ConnectError("handshake")
    cause.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    error = await failure_of(cause)
    assert isinstance(error, VendorUnreachableError)
    assert (error.retryable, error.fate_unknown) == (False, False)
    assert "certificate" in (error.hint or "")


async def test_an_impossible_request_is_not_tried_again() -> None:
    error = await failure_of(httpx.LocalProtocolError("illegal header"))
    assert (error.retryable, error.fate_unknown) == (False, False)


async def test_a_failure_names_method_path_and_host_but_no_query() -> None:
    error = await failure_of(httpx.ConnectError("no route"))
    assert "GET /v2/me at api.example.org" in error.message
    assert "secret" not in error.message


async def test_a_damaged_compressed_answer_is_a_protocol_error() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        async def body() -> AsyncIterator[bytes]:
            yield b"this is not gzip"

        return httpx.Response(200, headers={"content-encoding": "gzip"}, content=body())

    with pytest.raises(VendorProtocolError, match="decompressed"):
        await send_with(answer)


async def test_a_huge_answer_is_not_read_to_its_end() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1024

    with pytest.raises(VendorProtocolError, match="larger than 10240 bytes") as caught:
        await send_with(lambda _: httpx.Response(200, content=endless()), max_answer_bytes=10240)
    assert caught.value.status == 200
    assert sent < 20


async def test_the_size_is_counted_after_decompression() -> None:
    bomb = gzip.compress(b"0" * 1_000_000)
    with pytest.raises(VendorProtocolError, match="larger than"):
        await send_with(
            lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, content=bomb),
            max_answer_bytes=100_000,
        )


async def test_an_answer_that_drips_for_ever_is_given_up() -> None:
    import anyio

    async def dripping() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await anyio.sleep(0.001)

    with pytest.raises(VendorTimeoutError, match=r"not complete after 0\.1 s"):
        await send_with(lambda _: httpx.Response(200, content=dripping()), connect_timeout=0.05, timeout=0.05)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "is empty"),
        ("cal_live_1\n", "ends in a line break"),
        ("cal_live_1\r\n", "ends in a line break"),
        (" cal_live_1", "white space"),
        ("cal_live\t1", "white space"),
        ("cal_lïve", "characters"),
        ("cal\x00", "characters"),
    ],
)
def test_a_key_that_no_header_can_carry_is_refused_before_the_wire(key: str, words: str) -> None:
    with pytest.raises(AuthError, match=words) as caught:
        CalcomTransport(HTTPS, key)
    assert "cal_l" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        *("", "api.cal.com/v2", "ftp://api.cal.com", "https://", "https:///v2"),
        *("http://[::1/v2", "https://host:port/v2", "https://ho\x00st/v2", "https://xn--a/v2"),
        *("https://api.example.org/v2?key=1", "https://api.example.org/v2#top"),
    ],
)
def test_a_base_url_that_is_none_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match="no http"):
        CalcomTransport(url, "k")


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@api.example.org/v2",
        "https://hunter2@api.example.org/v2",
        "ftp://user:hunter2@api.example.org/v2",
        "user:hunter2@api.example.org/v2",
    ],
)
def test_a_base_url_with_credentials_is_refused_without_showing_them(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        CalcomTransport(url, "k")
    assert "hunter2" not in str(caught.value.as_dict())


def test_a_trailing_slash_of_the_base_url_does_not_matter() -> None:
    assert CalcomTransport(HTTPS + "/", "k").base_url == HTTPS


async def test_nothing_listens_there() -> None:
    async with CalcomTransport("http://127.0.0.1:9/v2", "k") as transport:
        with pytest.raises(VendorUnreachableError) as caught:
            await transport.send(WRITE, no_head)
    assert caught.value.fate_unknown is False
