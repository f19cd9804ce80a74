"""Whose ``X-Forwarded-For`` is believed, so that an address is the sender's and not the proxy's."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

from askpro_cli.base.errors import ConfigError

UNIX = "unix"
"""Stands for whoever connects over the Unix socket."""


class Proxies:
    """The proxies that are believed.

    Args:
        told: addresses, networks (``10.0.0.0/8``) and ``unix``.

    Raises:
        ConfigError: one of them is none.
    """

    def __init__(self, told: Iterable[str]) -> None:
        names = list(told)
        self._unix = UNIX in names
        self._networks = [_network(name) for name in names if name != UNIX]

    def believed(self, address: str | None) -> bool:
        """Tell whether what *address* says about others counts; None: the Unix socket."""
        if address is None:
            return self._unix
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:  # a socket for both families
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)

    def sender(self, peer: str | None, forwarded: Iterable[bytes]) -> str | None:
        """Return who sent a request: the last address of the chain that is not a believed proxy.

        Args:
            peer: who is connected.
            forwarded: the values of ``X-Forwarded-For``, in their order.
        """
        chain = [part.strip() for value in forwarded for part in value.decode("latin-1").split(",")]
        found = peer
        for address in reversed(chain):
            if not self.believed(found) or not _is_address(address):
                break
            found = address
        return found


class BehindProxies:
    """An ASGI application whose scopes name the sender in place of the proxy."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the sender and pass the request on."""
        peer = scope["client"]
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        if forwarded:
            sender = self._proxies.sender(peer[0] if peer else None, forwarded)
            scope["client"] = (sender, 0) if sender else None
        await self._app(scope, receive, send)


def _network(name: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(name)
    except ValueError:
        raise ConfigError(
            f"{name!r} is no address and no network",
            hint="write server.proxies like 127.0.0.1, 10.0.0.0/8, unix",
            subject="server.proxies",
        ) from None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
