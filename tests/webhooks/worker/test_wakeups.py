"""Workers learn at once that there is work, whoever kept it; a server that is gone is no failure."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text
from support.databases import private_database
from support.redis_server import RedisServer
from support.services import free_port
from support.waiting import eventually
from support.working import Desk

from askpro_cli.platform.engine import open_engine
from askpro_cli.webhooks.wakeups import POSTGRES_CHANNEL, Wakeups


def test_in_the_process_an_announcement_wakes() -> None:
    with closing(Wakeups()) as wakeups:
        assert not wakeups.wait(0.01)
        wakeups.announce()
        assert wakeups.wait(60)
        assert not wakeups.wait(0.01)


def test_over_redis_an_announcement_wakes_another_process(redis_server: RedisServer) -> None:
    with (
        closing(Wakeups(redis_url=redis_server.url)) as here,
        closing(Wakeups(redis_url=redis_server.url)) as there,
    ):
        here.start()
        there.start()
        assert there.wait(30)  # it listens from now on
        while there.wait(0.2):
            pass
        here.announce()
        assert there.wait(30)


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The URL of an empty database on PostgreSQL."""
    with private_database("postgresql") as url:
        yield url


def test_over_postgresql_a_commit_wakes(postgresql: str) -> None:
    engine = open_engine(postgresql)
    with closing(Wakeups(database_url=postgresql)) as wakeups:
        wakeups.start()
        assert wakeups.wait(30)  # it listens from now on
        assert not wakeups.wait(0.01)
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": POSTGRES_CHANNEL})
        assert wakeups.wait(30)
    engine.dispose()


def test_a_server_that_is_gone_neither_fails_nor_delays() -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    with closing(Wakeups(redis_url=nowhere, database_url="postgresql://nobody@127.0.0.1:9/none")) as wakeups:
        wakeups.start()
        before = time.monotonic()
        wakeups.announce()
        assert wakeups.wait(60)
        assert time.monotonic() - before < 1


def test_without_a_wake_up_polling_finds_the_work(sqlite_desk: Desk) -> None:
    with sqlite_desk.pool(poll=0.2):
        event = sqlite_desk.receive()
        sqlite_desk.settled(event, within=10)
    assert eventually(sqlite_desk.handled) == [event]
