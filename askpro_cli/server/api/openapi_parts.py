"""The parts of the OpenAPI description that no table of routes can tell: parameters, bodies, results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from askpro_cli.server.api import wishes
from askpro_cli.server.api.paging import DEFAULT_LIMIT, HIGHEST_LIMIT
from askpro_cli.webhooks import states
from askpro_cli.webhooks.arrivals import Cause
from askpro_cli.webhooks.replay import states as replay_states

_JSON = "application/json"
Schema = dict[str, Any]


class Result(NamedTuple):
    """What a route answers when all is well.

    Args:
        schema: name of a component; None: not JSON.
        statuses: with what they mean.
        media_type: of the answer.
    """

    schema: str | None
    statuses: Mapping[int, str]
    media_type: str = _JSON


def _ok(schema: str, told: str) -> Result:
    return Result(schema, {200: told})


RESULTS: Mapping[str, Result] = {
    "healthz": _ok("Status", "Alive"),
    "readyz": Result("Status", {200: "Ready", 503: "Not ready"}),
    "metrics": Result(
        None, {200: "Metrics as Prometheus reads them, or as OpenMetrics where that is accepted"}
    ),
    "health": _ok("Health", "How everything is, whatever it is"),
    "health_calcom": _ok("CalcomHealth", "How Cal.com is for each company, whatever it is"),
    "openapi": _ok("Anything", "This description"),
    "events": _ok("Events", "A page, the newest first"),
    "event": _ok("Event", "The event"),
    "event_replay": Result("Replay", {202: "The replay; workers run it"}),
    "replays": _ok("Replays", "A page, the newest first"),
    "replay_start": Result("Replay", {200: "What it would be (dry_run)", 202: "The replay; workers run it"}),
    "replay": _ok("Replay", "The replay"),
    "replay_items": _ok("ReplayItems", "A page, in the order they are taken"),
    "replay_pause": _ok("Replay", "The replay as it is now"),
    "replay_resume": _ok("Replay", "The replay as it is now"),
    "replay_cancel": _ok("Replay", "The replay as it is now"),
    "rejected": _ok("RejectedPage", "A page, the newest first"),
    "rejection": _ok("Rejected", "The request"),
}
"""By the names of the routes."""

SENT: Mapping[str, str] = {"event_replay": "HandledHow", "replay_start": "WantedReplay"}
"""Route → the body it takes."""

SENT_KINDS = (wishes.HandledHow, wishes.WantedReplay)

_WORD: Schema = {"type": "string", "minLength": 1, "maxLength": wishes.LONGEST_WORD}
_MOMENT: Schema = _WORD | {"description": "2026-11-23T09:00:00Z, 2026-11-23, or back from now: 90m, 2h, 3d"}
_PAGE: dict[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT, "default": DEFAULT_LIMIT},
    "cursor": {"type": "string", "pattern": "^[1-9][0-9]{0,17}$", "description": "next of the page before"},
}


def _several(items: Schema) -> Schema:
    return {"type": "array", "items": items, "maxItems": wishes.MOST_VALUES}


QUERIES: Mapping[str, Mapping[str, Schema]] = {
    "events": _PAGE
    | {
        "source": _several(_WORD),
        "type": _several(_WORD),
        "state": _several({"enum": list(states.ALL)}),
        "company": _WORD,
        "no_company": {"type": "boolean"},
        "since": _MOMENT,
        "until": _MOMENT,
        "error": _WORD | {"description": "part of the reason"},
        "entity": _WORD | {"description": "booking:UID or call:ID"},
    },
    "event": {"reveal": {"type": "boolean"}},
    "rejection": {"reveal": {"type": "boolean"}},
    "replays": _PAGE | {"state": _several({"enum": list(replay_states.JOB_STATES)})},
    "replay_items": _PAGE | {"state": _several({"enum": list(replay_states.ITEM_STATES)})},
    "rejected": _PAGE
    | {
        "source": _WORD,
        "cause": {"enum": [str(cause) for cause in Cause]},
        "since": _MOMENT,
        "until": _MOMENT,
    },
}
"""By the names of the routes: parameter → schema."""


def _object(required: str = "", **properties: Schema) -> Schema:
    return {"type": "object", "required": required.split(), "properties": properties}


def _page(name: str, of: str) -> Schema:
    items: Schema = {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}
    properties: dict[str, Schema] = {name: items, "next": {"type": ["string", "null"]}}
    return _object(f"{name} next", **properties)


_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": "integer"}

COMPONENTS: dict[str, Schema] = {
    "Anything": {"type": "object"},
    "Status": _object("status", status=_TEXT),
    "Error": _object(
        "error correlation_id",
        error=_object("code message", code=_TEXT, message=_TEXT, hint=_TEXT, subject=_TEXT),
        correlation_id=_TEXT,
    ),
    "Health": _object("status ready checks stores", status=_TEXT, ready={"type": "boolean"}),
    "CalcomHealth": _object(
        "status checked_at age_seconds companies",
        status=_TEXT,
        checked_at=_TEXT,
        age_seconds={"type": "number"},
        companies={"type": "array", "items": _object("company status", company=_TEXT, status=_TEXT)},
    ),
    "Event": _object(
        "id source type state received_at hits",
        id=_NUMBER,
        source=_TEXT,
        type=_TEXT,
        state={"enum": list(states.ALL)},
        reason=_MAYBE,
        company=_MAYBE,
        entity=_MAYBE,
        received_at=_TEXT,
        hits=_NUMBER,
    ),
    "Events": _page("events", "Event"),
    "Replay": {"type": "object", "properties": {"id": _NUMBER, "state": _TEXT, "total": _NUMBER}},
    "Replays": _page("replays", "Replay"),
    "ReplayItem": _object("id event_id state", id=_NUMBER, event_id=_NUMBER, state=_TEXT, reason=_MAYBE),
    "ReplayItems": _page("items", "ReplayItem"),
    "Rejected": _object(
        "id cause method path hits", id=_NUMBER, cause=_TEXT, method=_TEXT, path=_TEXT, hits=_NUMBER
    ),
    "RejectedPage": _page("rejected", "Rejected"),
}
