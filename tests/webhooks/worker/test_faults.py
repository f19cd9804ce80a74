"""Workers that die, stall or lose the database: every event is handled, its effects are there once."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import make_url, text
from support.databases import _admin, server
from support.processes import start
from support.waiting import eventually
from support.working import SOON, Desk, worker_process

from askpro_cli.platform.engine import open_engine
from askpro_cli.webhooks.handling import Effect

QUICK: dict[str, Any] = {**SOON, "lease": 1.0, "handler_timeout": 0.9}


@contextmanager
def worker(desk: Desk, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a worker process until the block ends, or it died."""
    url = desk.records.engine.url.render_as_string(hide_password=False)
    process = start(worker_process(url, {**QUICK, **options}))
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_what_a_killed_worker_was_at_is_handled_once_by_another(desk: Desk) -> None:
    deadly = desk.receive("die", until=1, entity="booking:deadly")
    others = [desk.receive(entity=f"booking:{number % 5}") for number in range(40)]
    with worker(desk) as first:
        eventually(lambda: first.poll() is not None)
        assert first.returncode == -signal.SIGKILL
    with worker(desk):
        desk.settled(deadly, *others)
    assert sorted(desk.handled()) == [deadly, *others]


def test_workers_killed_again_and_again_lose_nothing_and_do_nothing_twice(desk: Desk) -> None:
    events = [desk.receive(entity=f"booking:{number % 17}") for number in range(150)]
    for kill in range(1, 5):
        with worker(desk, batch=8) as process:
            eventually(partial(_more_handled, desk, 10 * kill))
            process.send_signal(signal.SIGKILL)
    with worker(desk), worker(desk):
        desk.settled(*events)
    assert sorted(desk.handled()) == events


def test_an_event_that_kills_its_workers_is_given_up_and_takes_no_other_with_it(desk: Desk) -> None:
    poison = desk.receive("die")
    others = [desk.receive() for _ in range(10)]

    def all_over() -> bool:
        with worker(desk, attempts=3) as process:
            eventually(
                lambda: (
                    process.poll() is not None
                    or {desk.event(one).state for one in [poison, *others]} == {"dead", "done"}
                )
            )
        return desk.event(poison).state == "dead"

    eventually(all_over)
    row = desk.event(poison)
    assert row.reason == "given up: 3 workers ended, or lost it, while they were at it"
    desk.settled(*others)
    assert sorted(desk.handled()) == others
    assert max(desk.event(one).attempts for one in others) <= 3


def test_who_lost_the_lease_changes_nothing_any_more(desk: Desk) -> None:
    if desk.one_writer:
        pytest.skip("nobody can take a lease while a handler writes")
    event = desk.receive("hang", seconds=0.8)
    with desk.pool() as pool:
        eventually(lambda: desk.event(event).state == "claimed")
        desk.change(event, claim_id="0" * 32, claimed_by="another")
        eventually(lambda: pool.stats().outcomes.get("lost"))
    assert desk.handled() == []
    row = desk.event(event)
    assert (row.state, row.claimed_by) == ("claimed", "another")
    assert desk.attempts(event)[-1].outcome == "lost"


def test_a_lease_is_kept_while_a_handler_works(desk: Desk) -> None:
    event = desk.receive("hang", seconds=2)
    with desk.pool(lease=2.4, handler_timeout=2.3), desk.pool(lease=2.4, handler_timeout=2.3):
        desk.settled(event)
    assert desk.handled() == [event]


@pytest.mark.parametrize("jump_ms", [-3_600_000, 3_600_000])
def test_a_jump_of_the_clock_handles_nothing_twice(desk: Desk, jump_ms: int) -> None:
    """Leases are instants of the database's clock: its jump is the same as all of them moving."""
    if desk.one_writer:
        pytest.skip("nobody can move a lease while a handler writes")
    events = [desk.receive("hang", seconds=0.2) for _ in range(4)]
    moved = text(
        "UPDATE webhook_events SET due_at_ms = due_at_ms + :jump WHERE state = 'claimed'"
    ).bindparams(jump=-jump_ms)
    with desk.pool(), desk.pool():
        eventually(lambda: any(desk.event(one).state == "claimed" for one in events))
        desk.records.run_in_transaction(lambda session: session.connection().execute(moved))
        desk.settled(*events)
    assert sorted(desk.handled()) == events


def test_the_database_may_go_and_come_back(desk: Desk) -> None:
    url = desk.records.engine.url
    if url.get_backend_name() == "sqlite":
        pytest.skip("a file does not hang up")
    with desk.pool(base_delay=0.1) as pool:
        first = [desk.receive() for _ in range(5)]
        desk.settled(*first)
        hang_up(url.get_backend_name(), url.database or "")
        second = eventually(lambda: _received(desk))
        desk.settled(*second)
        assert eventually(lambda: pool.stats().error is None)
    assert sorted(desk.handled()) == [*first, *second]


def _more_handled(desk: Desk, number: int) -> bool:
    return len(desk.handled()) >= number


def _received(desk: Desk) -> list[int] | None:
    try:
        return [desk.receive() for _ in range(5)]
    except Exception:  # noqa: BLE001 - the connections of this test were closed, too
        return None


def hang_up(family: str, database: str) -> None:
    """Close all connections to a database from the server's side."""
    url = server(family)
    assert url is not None
    with _admin(url) as engine, engine.connect() as connection:
        if family == "postgresql":
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                {"name": database},
            )
            return
        query = text("SELECT id FROM information_schema.processlist WHERE db = :name")
        for (process,) in connection.execute(query, {"name": database}).all():
            connection.execute(text(f"KILL {int(process)}"))


def test_a_database_that_cannot_be_written_is_told_and_tried_again(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    event = desk.receive()
    url = make_url(str(desk.records.engine.url))
    blocker = open_engine(url.render_as_string(hide_password=False))
    with blocker.connect() as connection:
        connection.execute(text("ALTER TABLE webhook_attempts RENAME TO away"))
        connection.commit()
    with desk.pool() as pool:
        eventually(lambda: desk.log.events)
        with blocker.connect() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO webhook_attempts"))
            connection.commit()
        desk.settled(event)
        assert pool.stats().running
    blocker.dispose()
    assert desk.handled() == [event]


def test_effects_of_a_worker_that_died_after_the_commit_are_made_to_happen(desk: Desk) -> None:
    happened: list[Effect] = []
    event = desk.receive("effect")
    with desk.pool(tools=_never) as pool:  # as good as dead: it commits, and nothing comes of it
        desk.settled(event)
        eventually(lambda: pool.stats().effects.get("failed"))
    assert desk.effects_left() == 1
    with desk.pool(tools=happened.append):
        eventually(lambda: happened and desk.effects_left() == 0)
    assert happened == [Effect("test.effect", "salon", {"event": event})]


def _never(_: Effect) -> None:
    raise ConnectionError
