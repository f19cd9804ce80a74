"""The API: everything the daemon answers but its senders."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from askpro_cli.server.api.needs import ApiDaemon, ApiOptions


class Api:
    """An ASGI application; :meth:`start` and :meth:`close` belong to the daemon's life."""

    def __init__(self, daemon: ApiDaemon, options: ApiOptions) -> None:
        self._daemon = daemon
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to write the log of requests."""

    def close(self, seconds: float = 2.0) -> None:
        """Write what is still to be written, for at most *seconds*."""


def create_api(daemon: ApiDaemon, options: ApiOptions | None = None) -> Api:
    """Return the API of *daemon*: ``/healthz``, ``/readyz``, ``/metrics``, ``/api/…``; all else is refused.

    Without a token only ``/healthz`` and ``/readyz`` are answered; any other path gets 401, also one that
    does not exist.
    """
    return Api(daemon, options or ApiOptions())
