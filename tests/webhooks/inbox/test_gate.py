"""The Redis gate: it never loses an event, whatever happens to Redis or to the one who asked it."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import redis
from sqlalchemy import make_url
from support.admissions import admitted
from support.inboxes import change, events, open_inbox, rows, until
from support.redis_server import RedisServer, private_redis
from support.tcp_line import tcp_line

from askpro_cli.base.errors import IntakeUnavailableError
from askpro_cli.webhooks.arrivals import Stored
from askpro_cli.webhooks.inbox import gate
from askpro_cli.webhooks.inbox.gate import RedisGate
from askpro_cli.webhooks.inbox.options import InboxOptions

TESTS = str(Path(__file__).parents[2])
QUICK = InboxOptions(commit_timeout=1.0, min_free_bytes=0)


@pytest.fixture(autouse=True)
def _short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_PAUSE_SECONDS", 0.1)


def _values(server: RedisServer, url: str) -> list[bytes | None]:
    """Return what Redis knows about the events of a database."""
    found = RedisGate(server.url, make_url(url))
    found.close()
    client = redis.Redis.from_url(server.url)
    values = [client.get(key) for key in client.scan_iter(f"{found._prefix}*")]
    client.close()
    return values  # type: ignore[return-value]


def test_a_thousand_identical_requests_are_one_event(platform_url: str, redis_server: RedisServer) -> None:
    async def run() -> list[Stored]:
        async with (
            open_inbox(platform_url, redis_url=redis_server.url) as one,
            open_inbox(platform_url, redis_url=redis_server.url) as two,
        ):
            left = iter(range(1000))

            async def line(number: int) -> list[Stored]:
                inbox = (one, two)[number % 2]
                return [await inbox.keep(admitted()) for _ in left]

            found = await asyncio.gather(*(line(number) for number in range(64)))
        return [stored for part in found for stored in part]

    stored = asyncio.run(run())
    [event] = events(platform_url)
    assert event["hits"] == 1000
    assert [one.duplicate for one in stored].count(False) == 1


def test_pending_of_one_that_died_is_no_answer(sqlite_platform_url: str, redis_server: RedisServer) -> None:
    """SIGKILL between the gate and the commit: sent again, the event is new."""
    source = (
        f"import os, signal, sys\nsys.path.insert(0, {TESTS!r})\n"
        "from sqlalchemy import make_url\nfrom support.admissions import admitted\n"
        "from askpro_cli.webhooks.inbox.gate import RedisGate\n"
        f"gate = RedisGate({redis_server.url!r}, make_url({sqlite_platform_url!r}))\n"
        "assert gate.enter([admitted()]) == [None]\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", source], check=False).returncode == -signal.SIGKILL
    assert _values(redis_server, sqlite_platform_url) == [b"pending"]

    async def run() -> None:
        async with open_inbox(sqlite_platform_url, redis_url=redis_server.url) as inbox:
            assert not (await inbox.keep(admitted())).duplicate
            assert (await inbox.keep(admitted())).duplicate

    asyncio.run(run())
    assert [event["hits"] for event in events(sqlite_platform_url)] == [2]
    [value] = _values(redis_server, sqlite_platform_url)
    assert value is not None
    assert value.startswith(b"stored 1 ")


def test_what_is_stored_is_a_duplicate_while_the_database_is_away(
    platform_url: str, redis_server: RedisServer
) -> None:
    """And nothing else is: not a new event, not another body, not what is only pending."""
    parsed = make_url(platform_url)
    if parsed.get_backend_name() == "sqlite" or "unix_socket" in parsed.query:
        pytest.skip("there is no network to it")

    async def run() -> None:
        with tcp_line(parsed.host or "127.0.0.1", parsed.port or 0) as line:
            near = parsed.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)
            async with open_inbox(near, QUICK, redis_url=redis_server.url) as inbox:
                stored = await inbox.keep(admitted())
                await until(lambda: any(_values(redis_server, near)))
                line.cut()
                again = await inbox.keep(admitted())
                assert again == Stored(stored.event_id, duplicate=True, correlation_id=stored.correlation_id)
                for other in (admitted("new"), admitted(body=b"another body")):
                    with pytest.raises(IntakeUnavailableError):
                        await inbox.keep(other)
                with pytest.raises(IntakeUnavailableError):  # pending by now
                    await inbox.keep(admitted("new"))
                line.restore()
                await until(lambda: inbox.health().ready)
                assert not (await inbox.keep(admitted("new"))).duplicate

    asyncio.run(run())
    assert len(events(platform_url)) == 2


def test_what_redis_knows_and_the_database_lost_is_kept_again(
    sqlite_platform_url: str, redis_server: RedisServer
) -> None:
    """A database from a backup: the gate alone would throw away what came since."""

    async def run() -> None:
        async with open_inbox(sqlite_platform_url, redis_url=redis_server.url) as inbox:
            await inbox.keep(admitted())
            await until(lambda: any(_values(redis_server, sqlite_platform_url)))
            change(sqlite_platform_url, "DELETE FROM webhook_events")
            assert not (await inbox.keep(admitted())).duplicate

    asyncio.run(run())
    assert len(events(sqlite_platform_url)) == 1


def test_a_duplicate_at_the_gate_still_wakes_counts_and_conflicts(
    platform_url: str, redis_server: RedisServer
) -> None:
    async def run() -> None:
        async with open_inbox(platform_url, redis_url=redis_server.url) as inbox:
            await inbox.keep(admitted())
            await until(lambda: any(_values(redis_server, platform_url)))
            change(platform_url, "UPDATE webhook_events SET state = 'failed', due_at_ms = NULL")
            assert (await inbox.keep(admitted())).woken
            assert (await inbox.keep(admitted(body=b"{}"))).conflict

    asyncio.run(run())
    assert [(event["state"], event["hits"]) for event in events(platform_url)] == [("received", 3)]
    assert len(rows(platform_url, "SELECT id FROM webhook_conflicts")) == 1


def test_redis_that_goes_away_is_done_without_and_found_again(sqlite_platform_url: str) -> None:
    async def run() -> None:
        with private_redis() as server:
            async with open_inbox(sqlite_platform_url, redis_url=server.url) as inbox:
                await inbox.keep(admitted("before"))
                server.kill()
                assert not (await inbox.keep(admitted("during"))).duplicate
                health = inbox.health()
                assert health.ready
                assert health.gate is not None
                assert not health.gate.ok
                with private_redis(port=make_url(server.url).port):
                    numbers = iter(range(10_000))
                    while not (health := inbox.health()).gate or not health.gate.ok:
                        await inbox.keep(admitted(f"after-{next(numbers)}"))
                        await asyncio.sleep(0.01)

    asyncio.run(run())


def test_redis_that_is_slow_costs_one_short_wait(sqlite_platform_url: str) -> None:
    async def run() -> None:
        with private_redis() as server:
            async with open_inbox(sqlite_platform_url, redis_url=server.url) as inbox:
                await inbox.keep(admitted("before"))
                client = redis.Redis.from_url(server.url)
                client.client_pause(20_000)
                client.close()
                async with asyncio.timeout(5):
                    assert not (await inbox.keep(admitted("during"))).duplicate
                assert inbox.health().ready

    asyncio.run(run())


@pytest.mark.parametrize(
    "trouble",
    [
        lambda client: client.config_set("maxmemory", 1),
        lambda client: client.replicaof("127.0.0.1", 1),
    ],
    ids=["full", "read-only"],
)
def test_redis_that_takes_nothing_is_done_without(
    sqlite_platform_url: str, trouble: Callable[[redis.Redis], object]
) -> None:
    async def run() -> None:
        with private_redis() as server:
            async with open_inbox(sqlite_platform_url, redis_url=server.url) as inbox:
                client = redis.Redis.from_url(server.url)
                trouble(client)
                client.close()
                assert not (await inbox.keep(admitted())).duplicate
                assert (await inbox.keep(admitted())).duplicate
                health = inbox.health()
                assert health.ready
                assert health.gate is not None
                assert not health.gate.ok

    asyncio.run(run())
    assert [event["hits"] for event in events(sqlite_platform_url)] == [2]


@pytest.mark.parametrize(
    ("url", "shared"),
    [
        ("sqlite:////var/lib/askpro/records.db", False),
        ("postgresql+psycopg://u@localhost/askpro", False),
        ("postgresql+psycopg:///askpro", False),
        ("postgresql+psycopg://u@db.example.org/askpro", True),
    ],
)
def test_only_a_server_of_its_own_is_the_same_database_on_two_machines(
    monkeypatch: pytest.MonkeyPatch, redis_server: RedisServer, url: str, *, shared: bool
) -> None:
    prefixes = set()
    for machine in ("one", "two"):
        monkeypatch.setattr(socket, "gethostname", partial(str, machine))
        door = RedisGate(redis_server.url, make_url(url))
        prefixes.add(door._key(admitted("a")))
        door.close()
    assert len(prefixes) == (1 if shared else 2)


def test_two_databases_behind_one_redis_never_answer_for_each_other(
    sqlite_platform_url: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "records.db"
    other.parent.mkdir()
    other.write_bytes(Path(make_url(sqlite_platform_url).database or "").read_bytes())

    async def run() -> None:
        async with (
            open_inbox(sqlite_platform_url, redis_url=redis_server.url) as one,
            open_inbox(f"sqlite:///{other}", redis_url=redis_server.url) as two,
        ):
            await one.keep(admitted())
            assert not (await two.keep(admitted())).duplicate

    asyncio.run(run())
