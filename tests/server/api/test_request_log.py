"""The log of requests: who asked what, bounded, and never in the way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from support.cli import Cli
from support.served import Serve, Served
from support.waiting import eventually

from askpro_cli.base.clock import ManualClock
from askpro_cli.platform.api_requests import list_requests
from askpro_cli.platform.api_tokens import named_token
from askpro_cli.server.api.needs import ApiOptions


def test_who_asked_what_is_written_down(served: Served) -> None:
    token = served.token("events:read", name="desk")
    served.ask("/api/v1/events?entity=anna%40example.org", token=token)
    served.ask("/api/v1/replays", token=token)
    served.ask("/api/v1/events")
    served.address = None
    served.ask("/api/v1/nothing", token=token)
    found = [
        (one.token, one.asked.client, one.asked.method, one.asked.path, one.asked.status)
        for one in served.logged()
    ]
    assert found == [
        ("desk", None, "GET", "/api/v1/nothing", 404),
        (None, "192.0.2.7", "GET", "/api/v1/events", 401),
        ("desk", "192.0.2.7", "GET", "/api/v1/replays", 403),
        ("desk", "192.0.2.7", "GET", "/api/v1/events?entity=a***@e***.org", 200),
    ]


def test_what_monitors_ask_is_no_row_but_a_use_of_their_token(served: Served) -> None:
    token = served.token("health:read", "metrics:read", name="monitor")
    for path in ("/api/health", "/metrics", "/readyz", "/healthz"):
        assert served.ask(path, token=token).status_code == 200
    assert served.ask("/api/v1/events", token=token).status_code == 403
    assert [one.asked.path for one in served.logged()] == ["/api/v1/events"]
    known = served.daemon.records.run_in_transaction(lambda session: named_token(session, "monitor"))
    assert known.last_used_ms is not None


@pytest.mark.parametrize(
    "path", ["/%00", "/%ff%fe", "/" + "a" * 3000, "/%0a%1b[31m", "/%F0%9F%92%87", "/\u202e"]
)
def test_no_path_stops_the_log(served: Served, path: str) -> None:
    token = served.token("events:read")
    served.ask(path, token=token)
    served.ask("/api/v1/events", token=token)
    logged = served.logged()
    assert len(logged) == 2
    assert all(one.asked.path.isprintable() and len(one.asked.path) <= 500 for one in logged)


def test_a_flood_of_strangers_pushes_nothing_out(serve_with: Serve) -> None:
    served = serve_with()
    token = served.token("events:read", name="desk")
    for _ in range(70):
        served.ask("/api/v1/events")
    served.ask("/api/v1/events", token=token)
    logged = served.logged()
    assert [one.token for one in logged].count(None) == 60
    assert logged[0].token == "desk"
    assert served.api.request_log.dropped == 10


def test_a_token_that_asks_too_often_is_named(serve_with: Serve) -> None:
    served = serve_with(ApiOptions(token_limit=1))
    token = served.token("events:read", name="desk")
    for _ in range(2):
        served.ask("/api/v1/events", token=token)
    assert [(one.token, one.asked.status) for one in served.logged()] == [("desk", 429), ("desk", 200)]


def test_what_is_too_old_goes_by_itself(serve_with: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askpro_cli.server.api.request_log._FIRST_PRUNE_SECONDS", 0.0)
    served = serve_with(ApiOptions(audit_keep_days=1), clock=ManualClock(datetime(2020, 1, 1, tzinfo=UTC)))
    served.ask("/api/v1/events")
    eventually(lambda: served.api.request_log.written == 1)
    eventually(lambda: not served.daemon.records.run_in_transaction(list_requests))


def test_what_could_not_be_written_is_written_when_the_records_are_back(
    serve_with: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askpro_cli.server.api.request_log._AGAIN_SECONDS", 0.05)
    served = serve_with()
    token = served.token("events:read")
    engine = served.daemon.records.engine
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE api_requests RENAME TO gone"))
    assert served.ask("/api/v1/events", token=token).status_code == 200
    eventually(lambda: "request_log.failed" in [name for name, _ in served.daemon.log.events])
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO api_requests"))
    eventually(lambda: len(served.daemon.records.run_in_transaction(list_requests)) == 1)


def test_operators_read_it(cli: Cli, served_embedded: Served, sqlite_platform_url: str) -> None:
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_platform_url
    token = served_embedded.token("events:read", name="desk")
    served_embedded.ask("/api/v1/events", token=token)
    served_embedded.ask("/api/v1/events")
    assert len(served_embedded.logged()) == 2
    (asked,) = cli("tokens", "log", "--token", "desk", "--json").ok().data["requests"]
    assert (asked["path"], asked["status"]) == ("/api/v1/events", 200)
    (refused,) = cli("tokens", "log", "--refused", "--json").ok().data["requests"]
    assert (refused["token"], refused["status"]) == (None, 401)
    assert "desk" in cli("tokens", "log").ok().stdout
