"""From method and path to a route of the table and its handler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.routing import compile_path

from askpro_cli.server.access import Route
from askpro_cli.server.api.answers import ApiRefusal
from askpro_cli.server.api.call import Handler


class Found(NamedTuple):
    """A route, its handler, and what the path says for its parameters."""

    route: Route
    handler: Handler
    params: Mapping[str, str]


class Routing:
    """The routes of the API.

    Args:
        routes: of the table.
        handlers: by the names of the routes.
    """

    def __init__(self, routes: Sequence[Route], handlers: Mapping[str, Handler]) -> None:
        self._routes = [(compile_path(route.path)[0], route, handlers[route.name]) for route in routes]

    def find(self, method: str, path: str) -> Found | None:
        """Return the route that answers, None when there is none; HEAD is answered like GET."""
        wanted = "GET" if method == "HEAD" else method
        return next((found for found in self._at(path) if found.route.method == wanted), None)

    def refusal(self, path: str) -> ApiRefusal:
        """Return why no route answers: no such path, or not by that method."""
        methods = {found.route.method for found in self._at(path)}
        if not methods:
            return ApiRefusal(404, "not_found", "there is no such route", hint="/api/v1/openapi.json")
        allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
        return ApiRefusal(405, "method", "there is no such method here", headers={"Allow": allowed})

    def _at(self, path: str) -> list[Found]:
        matches = ((pattern.match(path), route, handler) for pattern, route, handler in self._routes)
        return [Found(route, handler, match.groupdict()) for match, route, handler in matches if match]
