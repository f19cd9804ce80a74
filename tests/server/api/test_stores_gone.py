"""A store that is gone: told as such, with a time to come back, and never in the way of what needs none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.records import opened
from support.redis_server import private_redis
from support.served import Served, serve
from support.services import free_port

from askpro_cli.server.api.needs import ApiOptions
from askpro_cli.state.redis_store import RedisStore
from askpro_cli.state.store import StateStore

_GONE = {
    "postgresql": "postgresql+psycopg://nobody@127.0.0.1:{port}/askpro",
    "mariadb": "mariadb+pymysql://nobody@127.0.0.1:{port}/askpro",
}
_TOKEN = "askpro_" + "0" * 40


@pytest.fixture(params=sorted(_GONE))
def without_records(request: pytest.FixtureRequest, sqlite_store: StateStore) -> Iterator[Served]:
    """An API whose database does not answer."""
    with (
        opened(_GONE[request.param].format(port=free_port())) as records,
        serve(records, sqlite_store) as served,
    ):
        yield served


def test_no_token_can_be_checked_without_the_database(without_records: Served) -> None:
    answer = without_records.ask("/api/v1/events", token=_TOKEN)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "records_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "nobody" not in answer.text


def test_what_needs_no_database_is_answered_all_the_same(without_records: Served) -> None:
    assert without_records.ask("/healthz").status_code == 200
    assert without_records.ask("/readyz", token=_TOKEN).json() == {"status": "ready"}
    assert without_records.ask("/api/v1/events").status_code == 401


def test_a_token_known_before_is_good_for_monitoring_alone(
    sqlite_platform_url: str, sqlite_store: StateStore
) -> None:
    """Nobody can say whether it was revoked meanwhile; it does not even open what asks no database."""
    with opened(sqlite_platform_url) as records, serve(records, sqlite_store) as served:
        token = served.token("metrics:read", "events:read")
        assert served.ask("/api/v1/openapi.json", token=token).status_code == 200
        path = Path(make_url(sqlite_platform_url).database or "")
        records.engine.dispose()
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        path.mkdir()
        assert served.ask("/metrics", token=token).status_code == 200
        answer = served.ask("/api/v1/openapi.json", token=token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "records_unavailable")


def test_the_end_is_not_held_up_by_a_log_that_cannot_be_written(without_records: Served) -> None:
    without_records.ask("/api/v1/events")
    begun = time.monotonic()
    without_records.api.close(0.5)
    assert time.monotonic() - begun < 10


def test_without_redis_limits_hold_and_metrics_say_what_is_missing(sqlite_platform_url: str) -> None:
    with private_redis() as server, opened(sqlite_platform_url) as records:
        state = RedisStore(server.url, "_daemon")
        with serve(records, state, ApiOptions(address_limit=3, redis_url=server.url)) as served:
            token = served.token("metrics:read", "events:read")
            assert 'askpro_source_up{source="state"} 1.0' in served.ask("/metrics", token=token).text
            server.kill()
            assert 'askpro_source_up{source="state"} 0.0' in served.ask("/metrics", token=token).text
            assert served.ask("/api/v1/events", token=token).status_code == 200
            statuses = [served.ask("/api/v1/events").status_code for _ in range(5)]
        state.close()
    assert statuses == [401] * 3 + [429] * 2
