"""Keeping events: on disk before the answer, together, once; the same on every database."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from support.admissions import admitted
from support.inboxes import change, events, open_inbox, rows, until
from support.records import QuietLog

from askpro_cli.base.errors import IntakeFullError, IntakeUnavailableError
from askpro_cli.webhooks.arrivals import Stored
from askpro_cli.webhooks.inbox.options import InboxOptions

QUICK = InboxOptions(commit_timeout=1.0, min_free_bytes=0)


def test_the_row_is_committed_when_the_answer_comes(platform_url: str) -> None:
    async def run() -> None:
        async with open_inbox(platform_url) as inbox:
            stored = await inbox.keep(admitted())
            assert [event["id"] for event in events(platform_url)] == [stored.event_id]

    asyncio.run(run())


def test_a_thousand_identical_requests_are_one_event(platform_url: str) -> None:
    """Over 64 tasks: one is the first, 999 are counted duplicates with its row."""

    async def run() -> list[Stored]:
        left = iter(range(1000))
        async with open_inbox(platform_url) as inbox:

            async def line() -> list[Stored]:
                return [await inbox.keep(admitted(correlation_id=f"{number:012x}")) for number in left]

            found = await asyncio.gather(*(line() for _ in range(64)))
            health = inbox.health().committer
            assert (health.stored, health.duplicates, health.failed) == (1, 999, 0)
        return [stored for part in found for stored in part]

    stored = asyncio.run(run())
    [event] = events(platform_url)
    assert event["hits"] == 1000
    assert [one.duplicate for one in stored].count(False) == 1
    assert {(one.event_id, one.correlation_id) for one in stored} == {(event["id"], event["correlation_id"])}


def test_requests_that_come_together_share_a_commit(platform_url: str) -> None:
    async def run() -> int:
        async with open_inbox(platform_url) as inbox:
            await inbox.keep(admitted("first"))
            await asyncio.gather(*(inbox.keep(admitted(f"uid-{number}")) for number in range(200)))
            return inbox.health().committer.commits

    assert asyncio.run(run()) == 2
    assert len(events(platform_url)) == 201


def test_two_processes_worth_of_committers_keep_a_key_once(platform_url: str) -> None:
    """Two daemons at one database, all requests to both, in opposite order: deadlocks are run again."""
    uids = [f"uid-{number}" for number in range(150)]

    async def run() -> list[Stored]:
        async with open_inbox(platform_url) as one, open_inbox(platform_url) as two:
            wishes = [one.keep(admitted(uid)) for uid in uids]
            wishes += [two.keep(admitted(uid)) for uid in reversed(uids)]
            return await asyncio.gather(*wishes)

    stored = asyncio.run(run())
    assert [one.duplicate for one in stored].count(False) == 150
    assert [event["hits"] for event in events(platform_url)] == [2] * 150


def test_more_than_may_wait_are_refused_and_the_others_kept(platform_url: str) -> None:
    async def run() -> list[Any]:
        async with open_inbox(platform_url, InboxOptions(queue=50, min_free_bytes=0)) as inbox:
            wishes = [inbox.keep(admitted(f"uid-{number}")) for number in range(80)]
            answers = await asyncio.gather(*wishes, return_exceptions=True)
            assert not (await inbox.keep(admitted("later"))).duplicate
            return answers

    answers = asyncio.run(run())
    assert sum(isinstance(one, Stored) for one in answers) == 50
    assert sum(isinstance(one, IntakeFullError) and one.retry_after > 0 for one in answers) == 30
    assert len(events(platform_url)) == 51


def test_large_bodies_never_fill_the_memory(
    sqlite_platform_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askpro_cli.webhooks.inbox.committer.MOST_WAITING_BYTES", 1_000_000)

    async def run() -> list[Any]:
        async with open_inbox(sqlite_platform_url) as inbox:
            wishes = [inbox.keep(admitted(f"uid-{number}", body=bytes(300_000))) for number in range(9)]
            answers = await asyncio.gather(*wishes, return_exceptions=True)
            assert not (await inbox.keep(admitted("huge", body=bytes(2_000_000)))).duplicate
            return answers

    answers = asyncio.run(run())
    assert [isinstance(one, Stored) for one in answers].count(True) == 3
    assert sum(isinstance(one, IntakeFullError) for one in answers) == 6


def test_an_event_the_database_refuses_does_not_take_the_others_with_it(platform_url: str) -> None:
    log = QuietLog()

    async def run() -> list[Any]:
        async with open_inbox(platform_url, log=log) as inbox:
            wishes = [admitted("good-1"), admitted("bad", received_ms=2**70), admitted("good-2")]
            answers = await asyncio.gather(*map(inbox.keep, wishes), return_exceptions=True)
            assert inbox.health().ready
            return answers

    good, bad, other = asyncio.run(run())
    assert isinstance(good, Stored)
    assert isinstance(bad, IntakeUnavailableError)
    assert isinstance(other, Stored)
    assert [event["entity"] for event in events(platform_url)] == ["booking:good-1", "booking:good-2"]
    assert [name for name, _ in log.events] == ["inbox.event_not_kept"]


def test_a_mistake_after_a_commit_costs_the_answer_and_not_the_thread(sqlite_platform_url: str) -> None:
    told: list[int] = []

    def announce() -> None:
        told.append(1)
        if len(told) == 1:
            message = "a mistake of ours"
            raise RuntimeError(message)

    async def run() -> Stored:
        async with open_inbox(sqlite_platform_url, announce=announce) as inbox:
            with pytest.raises(IntakeUnavailableError, match="RuntimeError"):
                await inbox.keep(admitted("a"))
            await inbox.keep(admitted("b"))
            return await inbox.keep(admitted("a"))

    assert asyncio.run(run()).duplicate
    assert len(events(sqlite_platform_url)) == 2


def test_workers_are_told_of_new_and_woken_events_only(platform_url: str) -> None:
    told: list[int] = []

    async def run() -> None:
        async with open_inbox(platform_url, announce=lambda: told.append(1)) as inbox:
            await inbox.keep(admitted())
            assert len(told) == 1
            await inbox.keep(admitted())
            assert len(told) == 1
            change(platform_url, "UPDATE webhook_events SET state = 'dead', due_at_ms = NULL")
            await inbox.keep(admitted())
            assert len(told) == 2

    asyncio.run(run())


def test_what_waits_is_kept_before_it_closes(platform_url: str) -> None:
    async def run() -> None:
        async with open_inbox(platform_url) as inbox:
            waiting = [asyncio.ensure_future(inbox.keep(admitted(f"uid-{number}"))) for number in range(40)]
            await asyncio.sleep(0)
            await asyncio.to_thread(inbox.close, 20)
            assert len([one.event_id for one in await asyncio.gather(*waiting)]) == 40
            with pytest.raises(IntakeUnavailableError):
                await inbox.keep(admitted("too-late"))

    asyncio.run(run())
    assert len(events(platform_url)) == 40


def test_a_request_that_goes_away_does_not_stop_the_others(platform_url: str) -> None:
    async def run() -> None:
        async with open_inbox(platform_url) as inbox:
            gone = asyncio.ensure_future(inbox.keep(admitted("gone")))
            stays = asyncio.ensure_future(inbox.keep(admitted("stays")))
            await asyncio.sleep(0)
            gone.cancel()
            assert not (await stays).duplicate
            assert inbox.health().committer.waiting == 0

    asyncio.run(run())
    assert len(events(platform_url)) == 2


def test_tables_of_another_version_are_told_and_nothing_is_acknowledged(records_url: str) -> None:
    change(records_url, "DROP TABLE webhook_conflicts")
    change(records_url, "ALTER TABLE webhook_events DROP COLUMN body")

    async def run() -> None:
        async with open_inbox(records_url) as inbox:
            with pytest.raises(IntakeUnavailableError, match="body"):
                await inbox.keep(admitted())
            assert not inbox.health().ready

    asyncio.run(run())


def test_a_table_that_another_one_holds_is_waited_for_and_then_given_up(platform_url: str) -> None:
    """A short lock costs time, a long one an honest refusal; afterwards all is well by itself."""

    async def run() -> None:
        async with open_inbox(platform_url, QUICK) as inbox:
            held = _held(platform_url)
            waiting = asyncio.ensure_future(inbox.keep(admitted("short")))
            await asyncio.sleep(0.1)
            await asyncio.to_thread(held)
            assert not (await waiting).duplicate
            held = _held(platform_url)
            with pytest.raises(IntakeUnavailableError):
                await inbox.keep(admitted("long"))
            await until(lambda: not inbox.health().ready)
            assert inbox.health().committer.error_since_ms is not None
            await asyncio.to_thread(held)
            await until(lambda: inbox.health().ready)
            assert not (await inbox.keep(admitted("after"))).duplicate

    asyncio.run(run())


def _held(url: str) -> Any:
    """Hold the table of the events until the returned function is called."""
    engine = create_engine(make_url(url))
    connection = engine.connect()
    family = engine.dialect.name
    if family == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif family == "postgresql":
        connection.execute(text("LOCK TABLE webhook_events IN EXCLUSIVE MODE"))
    else:
        connection.execute(text("LOCK TABLES webhook_events WRITE"))

    def release() -> None:
        connection.invalidate() if family == "mariadb" else connection.rollback()
        connection.close()
        engine.dispose()

    return release


def test_the_disk_nearly_full_lets_nothing_in_until_there_is_room(
    sqlite_platform_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [10]
    monkeypatch.setattr("askpro_cli.webhooks.inbox.disk.os.statvfs", lambda _: _Space(free[0]))
    log = QuietLog()

    async def run() -> None:
        async with open_inbox(sqlite_platform_url, InboxOptions(min_free_bytes=1000), log=log) as inbox:
            with pytest.raises(IntakeUnavailableError, match="10 bytes"):
                await inbox.keep(admitted())
            assert inbox.health().disk_low
            assert not inbox.health().ready
            free[0] = 5000
            await until(lambda: inbox.health().ready)
            await inbox.keep(admitted())

    asyncio.run(run())
    assert len(events(sqlite_platform_url)) == 1
    assert [name for name, _ in log.events] == ["inbox.unavailable", "inbox.available"]


class _Space:
    f_frsize = 1

    def __init__(self, free: int) -> None:
        self.f_bavail = free


def test_trials_leave_nothing_behind(platform_url: str) -> None:
    async def run() -> None:
        async with open_inbox(platform_url) as inbox:
            await inbox.keep(admitted())

    asyncio.run(run())
    assert rows(platform_url, "SELECT * FROM webhook_rejected") == []


def test_its_thread_gives_way_to_nobody_elses_switches(sqlite_platform_url: str) -> None:
    """The inbox leaves the interpreter as it found it and no thread behind."""
    before, interval = threading.active_count(), sys.getswitchinterval()

    async def run() -> None:
        async with open_inbox(sqlite_platform_url) as inbox:
            await inbox.keep(admitted())

    asyncio.run(run())
    assert (threading.active_count(), sys.getswitchinterval()) == (before, interval)
