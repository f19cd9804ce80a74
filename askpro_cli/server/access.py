"""Who may ask what: the one table of the daemon's routes. It steers it, and docs/routes.md prints it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import NamedTuple


@unique
class Access(StrEnum):
    """What a request must bring."""

    PUBLIC = "public"
    """Nothing; the answer says a status and no detail."""
    SIGNED = "signed"
    """A signature of its sender over the body."""
    TOKEN = "token"  # noqa: S105 (the word, not one)
    """A bearer token, with the route's scope where it has one."""
    SETTING = "setting"
    """What the setting ``server.metrics`` says: a token, nothing, or the route is off."""


HEALTH_READ = "health:read"
METRICS_READ = "metrics:read"
EVENTS_READ = "events:read"
EVENTS_REVEAL = "events:reveal"
REJECTED_READ = "rejected:read"
REPLAYS_READ = "replays:read"
REPLAYS_WRITE = "replays:write"

SCOPES: Mapping[str, str] = {
    HEALTH_READ: "how the daemon, its stores and Cal.com are, with details",
    METRICS_READ: "the metrics",
    EVENTS_READ: "list and show events, people masked",
    EVENTS_REVEAL: "with events:read or rejected:read: bodies unmasked where `reveal=true` asks for it",
    REJECTED_READ: "list and show requests that were not let in, people masked",
    REPLAYS_READ: "list and show replays",
    REPLAYS_WRITE: "start, pause, resume and cancel replays",
}
"""Scope → what it allows."""


class Route(NamedTuple):
    """One route.

    Args:
        name: of its handler.
        method: of HTTP; a route for GET answers HEAD, too.
        path: with ``{parameters}``.
        access: what a request must bring.
        scope: which scope its token needs; None: any token will do.
        summary: one line for the docs and the OpenAPI description.
    """

    name: str
    method: str
    path: str
    access: Access
    scope: str | None
    summary: str


def _signed(name: str, path: str, summary: str) -> Route:
    return Route(name, "POST", path, Access.SIGNED, None, summary)


def _token(name: str, method: str, path: str, scope: str | None, summary: str) -> Route:
    return Route(name, method, path, Access.TOKEN, scope, summary)


ROUTES: tuple[Route, ...] = (
    _signed("calcom", "/webhooks/calcom", "Events of Cal.com"),
    _signed("retell", "/webhooks/retell", "Events of Retell"),
    _signed("retell_inbound", "/webhooks/retell/inbound", "Retell asks how to take an incoming call"),
    _signed("stripe", "/webhooks/stripe", "Events of Stripe"),
    _signed("sender", "/webhooks/{name}", "Events of a Standard Webhooks sender of the settings"),
    Route("healthz", "GET", "/healthz", Access.PUBLIC, None, "Alive"),
    Route(
        "readyz",
        "GET",
        "/readyz",
        Access.PUBLIC,
        None,
        "Whether it can take and keep an event; with a token of `health:read` also why not",
    ),
    Route("metrics", "GET", "/metrics", Access.SETTING, METRICS_READ, "Metrics for Prometheus"),
    _token("health", "GET", "/api/health", HEALTH_READ, "How the daemon and its stores are"),
    _token(
        "health_calcom",
        "GET",
        "/api/health/calcom",
        HEALTH_READ,
        "Whether Cal.com answers, for each company, with the breaker's state; asked at most twice a minute",
    ),
    _token("openapi", "GET", "/api/v1/openapi.json", None, "This API described in OpenAPI 3.1"),
    _token("events", "GET", "/api/v1/events", EVENTS_READ, "Events, the newest first, by page"),
    _token("event", "GET", "/api/v1/events/{id}", EVENTS_READ, "One event with its timeline"),
    _token("event_replay", "POST", "/api/v1/events/{id}/replay", REPLAYS_WRITE, "Replay one event"),
    _token("replays", "GET", "/api/v1/replays", REPLAYS_READ, "Replays, the newest first, by page"),
    _token(
        "replay_start", "POST", "/api/v1/replays", REPLAYS_WRITE, "Start a replay, or see what it would be"
    ),
    _token("replay", "GET", "/api/v1/replays/{id}", REPLAYS_READ, "How far a replay is"),
    _token(
        "replay_items", "GET", "/api/v1/replays/{id}/items", REPLAYS_READ, "What became of each of its events"
    ),
    _token("replay_pause", "POST", "/api/v1/replays/{id}/pause", REPLAYS_WRITE, "Pause a replay"),
    _token("replay_resume", "POST", "/api/v1/replays/{id}/resume", REPLAYS_WRITE, "Let it go on"),
    _token("replay_cancel", "POST", "/api/v1/replays/{id}/cancel", REPLAYS_WRITE, "End it for good"),
    _token("rejected", "GET", "/api/v1/rejected", REJECTED_READ, "Requests that were not let in, by page"),
    _token("rejection", "GET", "/api/v1/rejected/{id}", REJECTED_READ, "One of them"),
)

PUBLIC_PATHS = frozenset(route.path for route in ROUTES if route.access is Access.PUBLIC)
METRICS_PATH = "/metrics"


def api_routes() -> tuple[Route, ...]:
    """Return the routes of the API: all but those of signed senders."""
    return tuple(route for route in ROUTES if route.access is not Access.SIGNED)
