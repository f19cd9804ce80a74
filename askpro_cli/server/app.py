"""The ASGI application: ``/webhooks/…`` is plain ASGI and short, everything else Starlette.

The API is asked for as ``askpro_cli.server.api.app.create_api(daemon) -> ASGI application``; it is given HTTP
scopes only, never a lifespan (``Daemon.start`` and ``stop`` are that).
"""

from __future__ import annotations

from starlette.types import ASGIApp

from askpro_cli.server.daemon import Daemon


def create_app(daemon: Daemon) -> ASGIApp:
    """Return the application of *daemon*."""
    raise NotImplementedError
