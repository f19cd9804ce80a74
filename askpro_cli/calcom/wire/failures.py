"""What a failure of httpx means: an error of our own tree that says whether the vendor may have the request.

What may have reached the vendor decides whether a write can be sent again, so every failure says it:
no connection (DNS, refused, TLS, pool) was never sent; a broken or silent one may have been.
"""

from __future__ import annotations

import ssl

import httpx

from askpro_cli.base.errors import (
    VendorError,
    VendorProtocolError,
    VendorTimeoutError,
    VendorUnreachableError,
)


def failure_of(error: Exception, what: str) -> VendorError:
    """Return what *error* means; the caller raises it.

    Args:
        error: of httpx or the operating system, without an answer.
        what: method, path and host, for the message.
    """
    for kinds, judge in _JUDGES:
        if isinstance(error, kinds):
            return judge(error, what)
    return _broken(error, what)


def _not_connected(error: Exception, what: str) -> VendorError:
    if _caused_by(error, ssl.SSLError):
        return VendorUnreachableError(
            f"no secure connection for {what}: {_innermost(error)}",
            sent=False,
            retryable=False,
            hint="check the certificate, calcom.base_url and this machine's clock;"
            " SSL_CERT_FILE adds an authority",
        )
    return VendorUnreachableError(
        f"no connection for {what}: {_innermost(error)}",
        sent=False,
        hint="check the network, calcom.base_url and the proxy settings",
    )


def _crowded(_: Exception, what: str) -> VendorError:
    error = VendorUnreachableError(
        f"no connection was free for {what}: this process uses all it may",
        sent=False,
        hint="try again, or ask for less at once",
    )
    error.counts_for_breaker = False  # our own crowd says nothing about the vendor's health
    return error


def _too_slow(error: Exception, what: str) -> VendorError:
    return VendorTimeoutError(
        f"no answer in time to {what} ({type(error).__name__})", hint="try again, or raise calcom.timeout"
    )


def _undecodable(_: Exception, what: str) -> VendorError:
    return VendorProtocolError(
        f"the answer to {what} cannot be decompressed", hint="a proxy on the way may have damaged it"
    )


def _unsendable(error: Exception, what: str) -> VendorError:
    return VendorUnreachableError(
        f"{what} cannot be sent: {error}", sent=False, retryable=False, hint="check calcom.base_url"
    )


def _broken(error: Exception, what: str) -> VendorError:
    return VendorUnreachableError(
        f"the connection for {what} broke: {_innermost(error)}",
        sent=True,
        hint="try again; `askpro health` tells how the vendor does",
    )


_JUDGES = (
    ((httpx.PoolTimeout,), _crowded),
    ((httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError), _not_connected),
    ((httpx.TimeoutException,), _too_slow),
    ((httpx.DecodingError,), _undecodable),
    ((httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL), _unsendable),
)
"""In this order; everything else (read, write, remote protocol errors) is a connection that broke."""


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


def _innermost(error: Exception) -> str:
    return str(error) or type(error).__name__
