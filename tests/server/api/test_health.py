"""``/healthz``, ``/readyz``, ``/api/health``: alive, ready, and how everything is, to whom may know."""

from __future__ import annotations

from typing import Any

import pytest
from support.inbox_rows import put_event
from support.records import opened
from support.redis_server import private_redis
from support.served import Serve, Served, serve

from askpro_cli.base.clock import ManualClock
from askpro_cli.state.redis_store import RedisStore


def test_alive_asks_nobody(served_embedded: Served) -> None:
    served_embedded.daemon.records.engine.dispose()
    answer = served_embedded.ask("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["X-Correlation-Id"]
    head = served_embedded.ask("/healthz", method="HEAD")
    assert head.status_code == 200


def test_ready_says_a_status_and_why_not_only_to_whom_may_know(serve_with: Serve) -> None:
    served = serve_with(checks={"store": None, "disk": "17 bytes are free"})
    knowing, other = served.token("health:read"), served.token("events:read")
    for token in (None, other, "askpro_" + "0" * 40, "rubbish"):
        answer = served.ask("/readyz", token=token)
        assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    told = served.ask("/readyz", token=knowing).json()
    assert told["checks"] == {"store": None, "disk": "17 bytes are free"}
    served.daemon.checks["disk"] = None
    assert (served.ask("/readyz").status_code, served.ask("/readyz").json()) == (200, {"status": "ready"})


def test_health_tells_of_stores_and_of_what_waits(served: Served) -> None:
    put_event(served.daemon.records, 1)
    put_event(served.daemon.records, 2, state="received", due_at_ms=0, reason=None)
    put_event(served.daemon.records, 3, state="done", reason=None)
    told = served.ask("/api/health", token=served.token("health:read")).json()
    assert (told["status"], told["ready"]) == ("ok", True)
    events = told["stores"]["records"]["events"]
    assert {state: depth["count"] for state, depth in events.items()} == {"failed": 1, "received": 1}
    assert events["failed"]["oldest"].startswith("2026-")
    assert "password" not in told["stores"]["records"]["where"]
    assert told["stores"]["state"]["status"] == "ok"


def test_a_store_that_is_gone_is_told_and_the_rest_too(sqlite_platform_url: str) -> None:
    with private_redis() as server, opened(sqlite_platform_url) as records:
        state = RedisStore(server.url, "_daemon")
        with serve(records, state) as served:
            token = served.token("health:read")
            assert served.ask("/api/health", token=token).json()["status"] == "ok"
            server.kill()
            told = served.ask("/api/health", token=token).json()
        state.close()
    assert told["status"] == "degraded"
    assert told["stores"]["state"]["status"] == "unavailable"
    assert told["stores"]["records"]["status"] == "ok"


class Cal:
    """Plays the shell's probe."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = "ok"

    async def __call__(self) -> list[dict[str, Any]]:
        self.asked += 1
        return [{"company": "salon", "status": self.status}]


@pytest.fixture
def clock(sandbox_clock: ManualClock) -> ManualClock:
    return sandbox_clock


def test_cal_com_is_asked_at_most_every_half_minute(serve_with: Serve, clock: ManualClock) -> None:
    probe = Cal()
    served = serve_with(calcom_health=probe, clock=clock)
    token = served.token("health:read")

    def told() -> Any:
        return served.ask("/api/health/calcom", token=token).json()

    assert (told()["status"], told()["age_seconds"], probe.asked) == ("ok", 0.0, 1)
    probe.status = "vendor_timeout"
    clock.advance(29)
    assert (told()["status"], told()["age_seconds"]) == ("ok", 29.0)
    clock.advance(1)
    assert (told()["status"], probe.asked) == ("degraded", 2)
    assert told()["companies"] == [{"company": "salon", "status": "vendor_timeout"}]


def test_a_daemon_that_cannot_ask_cal_com_says_so(served_embedded: Served) -> None:
    token = served_embedded.token("health:read")
    assert served_embedded.ask("/api/health/calcom", token=token).status_code == 404
