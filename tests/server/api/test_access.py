"""Nothing but two words without a token; with one, what its scopes say."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from support.records import opened
from support.served import Serve, Served, serve

from askpro_cli.platform.api_tokens import revoke_token
from askpro_cli.server.access import ROUTES, SCOPES, Access, Route, api_routes
from askpro_cli.server.api.app import Api
from askpro_cli.server.api.doorkeeper import bearer
from askpro_cli.server.api.handlers import HANDLERS
from askpro_cli.server.api.needs import ApiOptions
from askpro_cli.state.sqlite_store import SqliteStore

_NEEDING = [route for route in api_routes() if route.access is not Access.PUBLIC]
_STRANGE_PATHS = ("/", "/api", "/api/", "/api/v2/events", "/api/v1/events/1/2", "/docs", "/healthz/")


def _path(route: Route) -> str:
    return re.sub(r"\{\w+\}", "1", route.path)


def test_every_route_of_the_table_has_its_handler_and_every_handler_a_route() -> None:
    assert set(HANDLERS) == {route.name for route in api_routes()}
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert {route.scope for route in ROUTES} - {None} <= set(SCOPES)


def test_no_route_answers_without_a_token(serve_with: Serve) -> None:
    served = serve_with(ApiOptions(address_limit=10_000))
    asked = [(route, method) for route in _NEEDING for method in (route.method, "OPTIONS", "TRACE", "DELETE")]
    for route, method in asked:
        answer = served.ask(_path(route), method=method)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert set(answer.json()) == {"error", "correlation_id"}


def test_a_path_that_does_not_exist_tells_so_only_with_a_token(served_embedded: Served) -> None:
    token = served_embedded.token("health:read")
    for path in _STRANGE_PATHS:
        url = f"http://askpro.example.org{path}"
        assert served_embedded.ask(url).status_code == 401
        assert served_embedded.ask(url, token=token).status_code == 404


def test_a_token_without_the_scope_is_told_which(served_embedded: Served) -> None:
    for route in (one for one in _NEEDING if one.scope is not None):
        token = served_embedded.token(*[scope for scope in SCOPES if scope != route.scope])
        answer = served_embedded.ask(_path(route), method=route.method, token=token)
        assert answer.status_code == 403
        assert str(route.scope) in answer.json()["error"]["message"]


def test_the_other_methods_of_a_route_are_named(served_embedded: Served) -> None:
    token = served_embedded.token("events:read")
    answer = served_embedded.ask("/api/v1/replays", method="DELETE", token=token)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer askpro_" + "0" * 40,
        "Bearer askpro_" + "0" * 39,
        "Bearer " + "ä" * 50,
        "Bearer askpro_" + "0" * 100_000,
        "Token askpro_" + "0" * 40,
    ],
)
def test_a_header_that_proves_nothing_is_refused(served_embedded: Served, authorization: str) -> None:
    headers = {b"Authorization": authorization.encode("latin-1")}
    assert served_embedded.ask("/api/health", headers=headers).status_code == 401


@given(st.text())
def test_no_header_that_is_not_ours_is_looked_up(words: str) -> None:
    assert bearer(f"Bearer {words}") is None


def test_a_revoked_token_is_refused_at_once(served: Served) -> None:
    token = served.token("health:read", name="desk")
    assert served.ask("/api/health", token=token).status_code == 200
    served.daemon.records.run_in_transaction(lambda session: revoke_token(session, "desk"))
    assert served.ask("/api/health", token=token).status_code == 401


def test_an_expired_token_is_refused(served: Served) -> None:
    assert served.ask("/api/health", token=served.token("health:read", expires_at_ms=1)).status_code == 401


def test_while_the_records_are_gone_a_token_seen_before_reads_health_and_nothing_else(
    served_embedded: Served,
) -> None:
    token = served_embedded.token("health:read", "metrics:read", "events:read")
    unseen = served_embedded.token("health:read")
    assert served_embedded.ask("/api/health", token=token).json()["status"] == "ok"
    _break(served_embedded)
    health = served_embedded.ask("/api/health", token=token)
    assert health.status_code == 200
    assert health.json()["stores"]["records"]["status"] == "unavailable"
    assert served_embedded.ask("/metrics", token=token).status_code == 200
    for refused in (
        served_embedded.ask("/api/v1/events", token=token),
        served_embedded.ask("/api/health", token=unseen),
    ):
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0


def _break(served: Served) -> None:
    with served.daemon.records.engine.begin() as connection:
        connection.execute(text("ALTER TABLE api_tokens RENAME TO gone"))
        connection.execute(text("ALTER TABLE webhook_events RENAME TO gone_too"))


def test_who_asks_too_often_without_a_token_waits(serve_with: Serve) -> None:
    served = serve_with(ApiOptions(address_limit=3))
    token = served.token("health:read")
    answers = [served.ask("/api/health") for _ in range(6)]
    assert [one.status_code for one in answers] == [401] * 3 + [429] * 3
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert served.ask("/api/health", token=token).status_code == 429, "a token never seen is not looked up"
    served.address = "192.0.2.8"
    assert served.ask("/api/health", token=token).status_code == 200
    served.address = "192.0.2.7"
    assert served.ask("/api/health", token=token).status_code == 200, "one that was seen is good from there"


def test_who_asks_too_often_with_a_token_waits(serve_with: Serve) -> None:
    served = serve_with(ApiOptions(token_limit=3))
    token, other = served.token("health:read", name="a"), served.token("health:read", name="b")
    answers = [served.ask("/api/health", token=token).status_code for _ in range(5)]
    assert answers == [200] * 3 + [429] * 2
    assert served.ask("/api/health", token=other).status_code == 200


def test_the_probes_of_an_orchestrator_are_never_limited(serve_with: Serve) -> None:
    served = serve_with(ApiOptions(address_limit=1))
    assert {served.ask(path).status_code for path in ("/healthz", "/readyz") for _ in range(5)} == {200}


@pytest.mark.parametrize(
    ("setting", "without", "with_token"), [("token", 401, 200), ("open", 200, 200), ("off", 401, 404)]
)
def test_metrics_are_for_whom_the_setting_says(
    serve_with: Serve, setting: str, without: int, with_token: int
) -> None:
    served = serve_with(ApiOptions(metrics=setting))
    assert served.ask("/metrics").status_code == without
    assert served.ask("/metrics", token=served.token("metrics:read")).status_code == with_token


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "PROPFIND"]),
    path=st.text(max_size=40).map(lambda text: "/" + text),
    query=st.binary(max_size=40),
    authorization=st.none()
    | st.builds(bytes.__add__, st.sampled_from([b"", b"Bearer "]), st.binary(max_size=60)),
)
def test_whatever_a_stranger_sends_tells_nothing(
    method: str, path: str, query: bytes, authorization: bytes | None, stranger: Api
) -> None:
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "query_string": query,
        "headers": [] if authorization is None else [(b"authorization", authorization)],
        "client": ("192.0.2.7", 50000),
    }
    answered: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answered.append(message)

    asyncio.run(stranger(scope, receive, send))
    assert answered[0]["status"] == 401


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API without records: nobody who has no token of the right shape needs any."""
    folder = tmp_path_factory.mktemp("stranger")
    state = SqliteStore(folder / "state.db", "_daemon")
    with (
        opened(f"sqlite:///{folder / 'records.db'}") as records,
        serve(records, state, ApiOptions(address_limit=1_000_000)) as served,
    ):
        yield served.api
    state.close()
