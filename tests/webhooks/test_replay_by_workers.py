"""Replays run by those who handle events: set back, handled, effects once, told by the job."""

from __future__ import annotations

import signal
from contextlib import closing
from typing import Any

import pytest
from support.cli import Program
from support.inbox_events import event_values as values
from support.inbox_events import put_event, put_events
from support.waiting import eventually
from support.working import SOON, Desk

from askpro_cli.platform.records import Records
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.replay.filling import create_job
from askpro_cli.webhooks.replay.jobs import Job, get_job
from askpro_cli.webhooks.replay.options import ReplayOptions
from askpro_cli.webhooks.replay.running import ReplayChore, ReplayTools
from askpro_cli.webhooks.wakeups import Wakeups
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.pool import WorkerPool


def job_of(records: Records, job_id: int) -> Job:
    return records.run_in_transaction(lambda session: get_job(session, job_id))


def replayed(desk: Desk, criteria: Criteria, **options: Any) -> Job:
    """Replay events with workers beside it, and return the job when it is over."""
    made = create_job(
        desk.records, criteria, ReplayOptions(**options), requested_by="test", correlation_id="abc"
    )
    with closing(Wakeups()) as wakeups:
        tools = ReplayTools(desk.records, "host/1", desk.log, announce=wakeups.announce)
        settings = WorkerOptions(**SOON)
        chores = [ReplayChore(tools)]
        pool = WorkerPool(desk.records, settings, None, wakeups, desk.log, chores=chores)
        pool.start()
        try:
            eventually(lambda: job_of(desk.records, made.id).state == "done")
        finally:
            pool.stop(30)
    return job_of(desk.records, made.id)


def test_dead_events_are_handled_once_more_with_their_effects(desk: Desk) -> None:
    events = [desk.receive(entity=f"booking:{number % 4}") for number in range(50)]
    for one in events:
        desk.change(one, state="dead", due_at_ms=None, attempts=10, reason="gave up")
    job = replayed(desk, Criteria(states=("dead",)), concurrency=8)
    assert (job.counts["done"], job.counts["failed"], job.total) == (50, 0, 50)
    assert sorted(desk.handled()) == events
    order = desk.handled()
    for entity in range(4):
        assert [one for one in order if one in events[entity::4]] == events[entity::4]


def test_past_dedup_what_was_done_has_its_effect_once_more(desk: Desk) -> None:
    event_id = desk.receive()
    desk.change(event_id, state="done", due_at_ms=None)
    job = replayed(desk, Criteria(ids=(event_id,)), bypass_dedup=True)
    assert job.counts["done"] == 1
    (handled,) = desk.handled()
    assert desk.event(handled).replay_of == event_id


def test_what_fails_again_is_told_with_its_reason(desk: Desk) -> None:
    good, bad = desk.receive(), desk.receive("refuse")
    for one in (good, bad):
        desk.change(one, state="dead", due_at_ms=None)
    job = replayed(desk, Criteria(ids=(good, bad)))
    assert (job.counts["done"], job.counts["failed"]) == (1, 1)


@pytest.mark.parametrize("role", [("worker",), ("serve", "--port", "0")], ids=["worker", "serve"])
def test_the_program_runs_replays_beside_its_events(
    program: Program, sqlite_platform: Records, sqlite_platform_url: str, role: tuple[str, ...]
) -> None:
    """Pings need no company: they are ignored with a reason, which is what a replay of them should end in."""
    program.env["ASKPRO_DATABASE_URL"] = sqlite_platform_url
    rows = [values(event_type="PING", body=b'{"triggerEvent": "PING"}', entity=None) for _ in range(5)]
    put_events(sqlite_platform, rows)
    put_event(sqlite_platform, state="done")
    with program.start(*role) as running:
        try:
            ended = program("webhooks", "replay", "--type", "PING", "--yes", "--wait", "60", "--json").ok()
        finally:
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=60)
    assert ended.data["replay"]["counts"]["done"] == 5
