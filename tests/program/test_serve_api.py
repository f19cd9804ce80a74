"""The installed ``askpro serve`` and ``askpro tokens`` together: who is answered what, over real sockets."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator

import httpx
import pytest
from support.cli import Program
from support.redis_server import RedisServer
from support.sandbox import SANDBOX_KEY
from support.waiting import eventually


@pytest.fixture
def daemon(
    program: Program, platform_url: str, sandbox_url: str, redis_server: RedisServer
) -> Iterator[httpx.Client]:
    """A client of a daemon that serves on each family, on servers with Redis, with a Cal.com beside it."""
    if not platform_url.startswith("sqlite"):
        program.env["ASKPRO_REDIS_URL"] = redis_server.url
    program.env |= {
        "ASKPRO_DATABASE_URL": platform_url,
        "ASKPRO_CALCOM_BASE_URL": sandbox_url,
        "ASKPRO_CALCOM_API_KEY": SANDBOX_KEY,
    }
    process = program.start("serve", "--json", "--port", "0")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        url = json.loads(process.stdout.readline())["data"]["url"]
        with httpx.Client(base_url=url, timeout=30) as client:
            eventually(lambda: client.get("/readyz").status_code == 200)
            yield client
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def _token(program: Program, name: str, *scopes: str) -> dict[str, str]:
    words = [word for scope in scopes for word in ("--scope", scope)]
    made = program("tokens", "create", "--name", name, *words).ok().stdout
    return {"Authorization": f"Bearer {made.strip()}"}


def test_a_daemon_answers_whom_it_should(program: Program, daemon: httpx.Client) -> None:
    for path in ("/api/health", "/metrics", "/api/v1/events", "/api/v2", "/nothing", "/"):
        assert daemon.get(path).status_code == 401, path
    assert daemon.get("/healthz").json() == {"status": "ok"}

    desk = _token(program, "desk", "health:read", "metrics:read", "events:read")
    health = daemon.get("/api/health", headers=desk).json()
    assert (health["status"], health["workers"]["running"]) == ("ok", True)
    calcom = daemon.get("/api/health/calcom", headers=desk).json()
    assert calcom["companies"][0]["status"] == "ok", calcom
    assert (calcom["status"], [one["company"] for one in calcom["companies"]]) == ("ok", ["default"])
    assert calcom["companies"][0]["breaker"]["state"] == "closed"
    metrics = daemon.get("/metrics", headers=desk).text
    assert re.search(r'^askpro_ready\{process="\d+"\} 1\.0$', metrics, re.MULTILINE)
    assert re.search(r'^askpro_vendor_tries_total\{.*outcome="ok".*\} [1-9]', metrics, re.MULTILINE)
    assert daemon.get("/api/v1/events", headers=desk).json() == {"events": [], "next": None}
    assert daemon.get("/api/v1/replays", headers=desk).status_code == 403
    assert daemon.head("/api/health", headers=desk).content == b""

    program("tokens", "revoke", "desk", "--yes").ok()
    assert daemon.get("/api/v1/events", headers=desk).status_code == 401
    eventually(lambda: len(_logged(program, "desk")) == 2)
    assert [one["status"] for one in _logged(program, "desk")] == [403, 200]


def _logged(program: Program, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = program("tokens", "log", "--token", name, "--json").ok().data["requests"]
    return found
