"""The ASGI application: ``/webhooks/…`` is plain ASGI and short, everything else is the API's."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from askpro_cli.server.daemon import Api, Daemon
from askpro_cli.server.intake import PREFIX, Intake
from askpro_cli.server.proxies import BehindProxies, Proxies


class Front:
    """Sends each request to intake or API.

    Args:
        intake: of the signed routes.
        api: of all others.
    """

    def __init__(self, intake: Intake, api: Api) -> None:
        self._intake = intake
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].startswith(PREFIX):
            await self._intake(scope, receive, send)
        else:
            await self._api(scope, receive, send)


def create_app(daemon: Daemon, api: Api) -> ASGIApp:
    """Return the application of *daemon*; HTTP scopes only, there is no lifespan.

    Raises:
        ConfigError: a proxy of the options is no address.
    """
    intake = Intake(daemon)
    daemon.before_stop(intake.settle)
    front = Front(intake, api)
    if not daemon.options.proxies:
        return front
    return BehindProxies(front, Proxies(daemon.options.proxies))
