"""Which handler answers: by method, path and version, per resource.

A version header that is missing or unknown falls back to 2024-04-15. Then the resource must exist in that
version; where it does not, the answer is Nest's 404 `Cannot GET /v2/…`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.protocol.auth import Access
from askpro_cli.sandbox.protocol.call import Handler

V_2024_04_15 = "2024-04-15"
V_2024_06_11 = "2024-06-11"
V_2024_06_14 = "2024-06-14"
V_2024_08_13 = "2024-08-13"
V_2024_09_04 = "2024-09-04"
V_2026_02_25 = "2026-02-25"
FALLBACK = V_2024_04_15
SELF_HOSTED_VERSIONS = frozenset({V_2024_04_15, V_2024_06_11, V_2024_06_14, V_2024_08_13, V_2024_09_04})
ALL_VERSIONS = SELF_HOSTED_VERSIONS | {V_2026_02_25}
OLD_BOOKINGS = frozenset({V_2024_04_15, V_2024_06_11, V_2024_06_14})
BOOKINGS = frozenset({V_2024_08_13, V_2026_02_25})
EVENT_TYPES = frozenset({V_2024_06_14})
OLD_EVENT_TYPES = frozenset({V_2024_04_15, V_2024_06_11})
SCHEDULES = frozenset({V_2024_06_11, V_2024_06_14})
OLD_SCHEDULES = frozenset({V_2024_04_15})
SLOTS = frozenset({V_2024_09_04})
OLD_SLOTS = frozenset({V_2024_04_15, V_2024_06_11, V_2024_06_14, V_2024_08_13})

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: `pattern` has `{names}` for single path segments."""

    method: str
    pattern: str
    versions: frozenset[str]
    access: Access
    handler: Handler


@dataclass(frozen=True, slots=True)
class Match:
    """A route, the values of its path and the version that answers."""

    route: Route
    params: dict[str, str]
    version: str


class Router:
    """Finds routes; earlier ones win, so fixed paths stand before those with parameters."""

    def __init__(self, routes: Iterable[Route], known_versions: frozenset[str] = ALL_VERSIONS) -> None:
        self._known = known_versions
        self._routes = [(self._compiled(route.pattern), route) for route in routes]

    @staticmethod
    def _compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", pattern) + "/?")

    def effective_version(self, header: str | None) -> str:
        """Return the version that answers for a version header."""
        return header if header in self._known else FALLBACK

    def _matches(self, method: str, path: str) -> Iterator[tuple[Route, dict[str, str]]]:
        for pattern, route in self._routes:
            if route.method == method and (found := pattern.fullmatch(path)):
                yield route, found.groupdict()

    def find(self, method: str, path: str, version_header: str | None) -> Match:
        """Return the match for *path* (no query string); raises the vendor's 404."""
        version = self.effective_version(version_header)
        for route, params in self._matches(method, path):
            if version in route.versions:
                return Match(route, params, version)
        raise cannot(method, path)


def cannot(method: str, path: str) -> ApiError:
    """Return Nest's answer for a route that does not exist in this version."""
    return ApiError(404, f"Cannot {method} {path}")
