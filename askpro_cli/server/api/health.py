"""``/healthz``, ``/readyz`` and ``/api/health``: alive, ready, and how everything is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from askpro_cli.base.errors import AskproError
from askpro_cli.base.times import iso_utc
from askpro_cli.platform import dialects
from askpro_cli.server.access import HEALTH_READ
from askpro_cli.server.api.call import Call
from askpro_cli.server.api.needs import Readiness
from askpro_cli.webhooks.reading.backlog import Depth, backlog

_UNAVAILABLE = 503


async def healthz(call: Call) -> Response:
    """Answer that this process is alive; it asks nobody."""
    return call.answer({"status": "ok"})


async def readyz(call: Call) -> Response:
    """Answer whether events can be taken and kept; why not only to a token that may know."""
    readiness = call.daemon.readiness()
    told: dict[str, Any] = {"status": "ready" if readiness.ready else "not ready"}
    if call.allows(HEALTH_READ):
        told["checks"] = dict(readiness.checks)
    return call.answer(told, status=200 if readiness.ready else _UNAVAILABLE)


def health(call: Call) -> Response:
    """Answer how the daemon, its inbox, its workers and its stores are; 200 whatever they are."""
    readiness = call.daemon.readiness()
    stores = _stores(call)
    document = {
        "status": _word(readiness, stores),
        "ready": readiness.ready,
        "checks": dict(readiness.checks),
        "stores": stores,
        **call.daemon.status(),
        "api": {
            "refused_by_limits": call.api.limiter.refused,
            "limits_counted_alone": call.api.limiter.is_alone(),
            "requests_not_logged": call.api.request_log.dropped,
        },
    }
    return call.answer(document)


def _word(readiness: Readiness, stores: Mapping[str, Mapping[str, Any]]) -> str:
    if not readiness.ready:
        return "not ready"
    return "ok" if all(store["status"] == "ok" for store in stores.values()) else "degraded"


def _stores(call: Call) -> dict[str, dict[str, Any]]:
    return {
        "records": _store(lambda: _records(call)),
        "state": _store(lambda: _state(call)),
    }


def _store(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"status": "ok", **look()}
    except AskproError as error:
        return {"status": "unavailable", "reason": error.message}


def _records(call: Call) -> dict[str, Any]:
    records = call.daemon.records
    depths = records.run_in_transaction(backlog, context="count what waits in the inbox")
    return {
        "where": dialects.shown(records.engine.url),
        "events": {depth.state: _depth(depth) for depth in depths},
    }


def _depth(depth: Depth) -> dict[str, Any]:
    return {
        "count": depth.number,
        "oldest": iso_utc(datetime.fromtimestamp(depth.oldest_ms / 1000, UTC)),
    }


def _state(call: Call) -> dict[str, Any]:
    state = call.daemon.state
    state.now()
    return {"where": state.describe()}
