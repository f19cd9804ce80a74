"""Which function answers which route: the names are those of ``server/access.py``."""

from __future__ import annotations

from collections.abc import Mapping

from askpro_cli.server.api import replays
from askpro_cli.server.api.calcom_health import health_calcom
from askpro_cli.server.api.call import Handler
from askpro_cli.server.api.events import event, events
from askpro_cli.server.api.health import health, healthz, readyz
from askpro_cli.server.api.metrics import metrics
from askpro_cli.server.api.openapi import openapi
from askpro_cli.server.api.rejected import rejected, rejection

HANDLERS: Mapping[str, Handler] = {
    "healthz": healthz,
    "readyz": readyz,
    "metrics": metrics,
    "health": health,
    "health_calcom": health_calcom,
    "openapi": openapi,
    "events": events,
    "event": event,
    "event_replay": replays.event_replay,
    "replays": replays.replays,
    "replay_start": replays.replay_start,
    "replay": replays.replay,
    "replay_items": replays.replay_items,
    "replay_pause": replays.replay_pause,
    "replay_resume": replays.replay_resume,
    "replay_cancel": replays.replay_cancel,
    "rejected": rejected,
    "rejection": rejection,
}
