"""Replays that let events be handled again: each once, followed to its end, on every database."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from support.inbox_events import event_of, put_event, settle, settling
from support.records import QuietLog

from askpro_cli.base.errors import InvalidValueError, NotFoundError, RefusedError, UsageError
from askpro_cli.platform.records import Records
from askpro_cli.webhooks import states
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.replay import jobs
from askpro_cli.webhooks.replay.changing import cancel_job, pause_job, resume_job
from askpro_cli.webhooks.replay.filling import create_job
from askpro_cli.webhooks.replay.jobs import Item, Job
from askpro_cli.webhooks.replay.options import ReplayOptions, check_options
from askpro_cli.webhooks.replay.planning import preview
from askpro_cli.webhooks.replay.running import ReplayTools, run_next

INSIDE = ReplayOptions()


def make(records: Records, criteria: Criteria, options: ReplayOptions = INSIDE) -> Job:
    """Write a replay down."""
    return create_job(records, criteria, options, requested_by="test", correlation_id="abc")


def run(records: Records, **more: Any) -> int | None:
    """Run what is due to its end."""
    return run_next(ReplayTools(records, "host/1", QuietLog(), **more), lambda: False)


def job_of(records: Records, job_id: int) -> Job:
    return records.run_in_transaction(lambda session: jobs.get_job(session, job_id))


def items_of(records: Records, job_id: int) -> dict[int, Item]:
    found = records.run_in_transaction(lambda session: jobs.list_items(session, job_id, limit=1000))
    return {item.event_id: item for item in found}


def turns(number: int) -> Any:
    """Return a ``stopping`` that lets so many turns pass."""
    left = iter(range(number))
    return lambda: next(left, None) is None


def test_the_preview_counts_shows_a_sample_and_changes_nothing(platform: Records) -> None:
    dead = [put_event(platform) for _ in range(7)]
    put_event(platform, state=states.DONE)
    moving = put_event(platform, state=states.RECEIVED, due_at_ms=0)
    seen = platform.run_in_transaction(lambda session: preview(session, Criteria(), INSIDE))
    assert (seen.total, seen.skipped) == (9, 2)
    assert seen.count_by("state") == {"dead": 7, "done": 1, "received": 1}
    assert [row.id for row in seen.sample] == [moving, moving - 1, *dead[:-4:-1]]
    assert all(event_of(platform, one).state == states.DEAD for one in dead)
    assert platform.run_in_transaction(lambda session: jobs.list_jobs(session, limit=9)) == []


def test_an_empty_preview_is_empty(platform: Records) -> None:
    seen = platform.run_in_transaction(lambda session: preview(session, Criteria(), INSIDE))
    assert (seen.total, seen.oldest_ms, seen.newest_ms, seen.sample) == (0, None, None, ())


def test_what_failed_is_handled_again_and_what_is_done_is_skipped(platform: Records) -> None:
    again = [
        put_event(platform, state=state, attempts=9, reason="old")
        for state in (states.FAILED, states.DEAD, states.UNHANDLED, states.IGNORED)
    ]
    done = put_event(platform, state=states.DONE)
    moving = put_event(platform, state=states.CLAIMED, due_at_ms=2**40, claim_id="c", claimed_by="w")
    pruned = put_event(platform, body=None)
    job = make(platform, Criteria())
    with settling(platform):
        assert run(platform) == job.id
    found = items_of(platform, job.id)
    assert {found[one].state for one in again} == {"done"}
    assert (found[done].state, found[moving].state) == ("skipped", "skipped")
    assert (found[pruned].state, found[pruned].reason) == ("failed", "its body is no longer kept")
    after = job_of(platform, job.id)
    assert (after.state, after.total, after.held_by) == ("done", 7, None)
    assert after.counts["done"] == 4
    assert after.finished_at_ms is not None
    assert all(event_of(platform, one).attempts == 1 for one in again)
    assert event_of(platform, moving).claim_id == "c"


@pytest.mark.parametrize(
    ("state", "reason", "item", "said"),
    [
        (states.DONE, None, "done", None),
        (states.IGNORED, "a ping", "done", "a ping"),
        (states.FAILED, "no such booking", "failed", "no such booking"),
        (states.DEAD, "gave up", "failed", "gave up"),
        (states.UNHANDLED, None, "failed", "nothing here handles it yet"),
    ],
)
def test_an_item_ends_as_its_handling_did(
    platform: Records, state: str, reason: str | None, item: str, said: str | None
) -> None:
    event_id = put_event(platform)
    job = make(platform, Criteria(ids=(event_id,)))
    with settling(platform, state, reason):
        run(platform)
    found = items_of(platform, job.id)[event_id]
    assert (found.state, found.reason) == (item, said)


def test_past_dedup_what_was_done_is_a_new_event(platform: Records) -> None:
    event_id = put_event(platform, state=states.DONE, company="salon-nord", body=b'{"a": 1}')
    job = make(platform, Criteria(ids=(event_id,)), ReplayOptions(bypass_dedup=True))
    with settling(platform):
        run(platform)
    item = items_of(platform, job.id)[event_id]
    assert item.new_event_id is not None
    made, old = event_of(platform, item.new_event_id), event_of(platform, event_id)
    assert (made.replay_of, made.dedup_key) == (event_id, f"replay:{job.id}:{event_id}")
    assert (made.body, made.headers, made.entity, made.company) == (
        old.body,
        old.headers,
        old.entity,
        "salon-nord",
    )
    assert (item.state, old.state, made.state) == ("done", states.DONE, states.DONE)


def test_what_failed_past_dedup_is_tried_again_under_the_same_new_event(platform: Records) -> None:
    event_id = put_event(platform, state=states.DONE)
    job = make(platform, Criteria(ids=(event_id,)), ReplayOptions(bypass_dedup=True))
    with settling(platform, states.DEAD, "no"):
        run(platform)
    first = items_of(platform, job.id)[event_id]
    platform.run_in_transaction(lambda session: resume_job(session, job.id, again=("failed",)))
    with settling(platform):
        run(platform)
    second = items_of(platform, job.id)[event_id]
    assert (first.state, second.state) == ("failed", "done")
    assert (second.new_event_id, second.attempts) == (first.new_event_id, 2)


def test_few_are_under_way_at_once(platform: Records) -> None:
    """Workers take the oldest first: a replay of many must not stand before what comes in now."""
    ids = [put_event(platform) for _ in range(5)]
    make(platform, Criteria(ids=tuple(ids)), ReplayOptions(concurrency=2))
    run_next(ReplayTools(platform, "host/1", QuietLog()), turns(2))
    assert Counter(event_of(platform, one).state for one in ids) == {states.RECEIVED: 2, states.DEAD: 3}


def test_a_stopped_run_is_gone_on_with_by_the_next(platform: Records) -> None:
    ids = [put_event(platform) for _ in range(5)]
    job = make(platform, Criteria(ids=tuple(ids)), ReplayOptions(concurrency=2))
    run_next(ReplayTools(platform, "host/1", QuietLog()), turns(1))
    half = job_of(platform, job.id)
    assert (half.state, half.held_by) == ("ready", None)
    with settling(platform):
        assert run(platform) == job.id
    assert job_of(platform, job.id).counts["done"] == 5
    assert {item.attempts for item in items_of(platform, job.id).values()} == {1}


def test_a_job_has_one_run_at_a_time(platform: Records) -> None:
    put_event(platform)
    job = make(platform, Criteria())
    others: list[int | None] = []

    def look() -> bool:
        if not others:
            others.append(run(platform))
        settle(platform)
        return False

    run_next(ReplayTools(platform, "host/1", QuietLog()), look)
    assert others == [None]
    assert job_of(platform, job.id).state == "done"


def test_a_run_that_lost_its_lease_changes_nothing_more(platform: Records) -> None:
    """It stood still for longer than its lease, and another one has the job."""
    ids = [put_event(platform) for _ in range(3)]
    job = make(platform, Criteria(), ReplayOptions(concurrency=1))
    taken: list[int | None] = []

    def stand_still() -> bool:
        if not taken:
            with settling(platform):
                taken.append(run(platform))
        return False

    run_next(ReplayTools(platform, "slow/1", QuietLog(), lease_ms=-1000), stand_still)
    assert taken == [job.id]
    after = job_of(platform, job.id)
    assert (after.state, after.counts["done"]) == ("done", 3)
    assert {item.attempts for item in items_of(platform, job.id).values()} == {1}
    assert all(event_of(platform, one).state == states.DONE for one in ids)


def test_a_paused_replay_stands_until_it_is_resumed(platform: Records) -> None:
    put_event(platform)
    job = make(platform, Criteria())
    platform.run_in_transaction(lambda session: pause_job(session, job.id))
    assert run(platform) == job.id  # looked at once more, in case its run had died
    assert run(platform) is None
    assert job_of(platform, job.id).state == "paused"
    platform.run_in_transaction(lambda session: pause_job(session, job.id))
    platform.run_in_transaction(lambda session: resume_job(session, job.id))
    with settling(platform):
        assert run(platform) == job.id
    assert job_of(platform, job.id).state == "done"


def test_a_replay_is_paused_under_way_before_its_next_event(platform: Records) -> None:
    ids = [put_event(platform) for _ in range(4)]
    job = make(platform, Criteria(ids=tuple(ids)), ReplayOptions(concurrency=1))
    looks = []

    def pause_second() -> bool:
        looks.append(1)
        if len(looks) == 2:
            platform.run_in_transaction(lambda session: pause_job(session, job.id, reason="by hand"))
        return False

    assert run_next(ReplayTools(platform, "host/1", QuietLog()), pause_second) == job.id
    half = job_of(platform, job.id)
    assert (half.state, half.reason, half.held_by) == ("paused", "by hand", None)
    assert half.counts == {"waiting": 3, "sending": 1, "done": 0, "failed": 0, "skipped": 0, "unknown": 0}
    with settling(platform):
        platform.run_in_transaction(lambda session: resume_job(session, job.id))
        run(platform)
    assert job_of(platform, job.id).counts["done"] == 4


def test_a_cancelled_replay_skips_what_waits_and_says_what_was_under_way(platform: Records) -> None:
    ids = [put_event(platform) for _ in range(4)]
    job = make(platform, Criteria(ids=tuple(ids)), ReplayOptions(concurrency=1))
    looks = []

    def cancel_second() -> bool:
        looks.append(1)
        if len(looks) == 2:
            platform.run_in_transaction(lambda session: cancel_job(session, job.id))
        return False

    run_next(ReplayTools(platform, "host/1", QuietLog()), cancel_second)
    over = job_of(platform, job.id)
    assert (over.state, over.counts["skipped"], over.counts["unknown"]) == ("cancelled", 3, 1)
    assert platform.run_in_transaction(lambda session: cancel_job(session, job.id)).state == "cancelled"
    with pytest.raises(RefusedError, match="is cancelled; it cannot be resumed"):
        platform.run_in_transaction(lambda session: resume_job(session, job.id))
    with pytest.raises(RefusedError, match="is cancelled; it cannot be paused"):
        platform.run_in_transaction(lambda session: pause_job(session, job.id))
    assert [event_of(platform, one).state for one in ids[1:]] == [states.DEAD] * 3


def test_a_done_replay_is_neither_paused_nor_cancelled_nor_resumed(platform: Records) -> None:
    put_event(platform, state=states.DONE)
    job = make(platform, Criteria())
    run(platform)
    for change in (pause_job, cancel_job, resume_job):
        with pytest.raises(RefusedError, match=f"replay {job.id} is done"):
            platform.run_in_transaction(lambda session, change=change: change(session, job.id))  # type: ignore[misc]


def test_a_replay_that_is_not_there_is_not_found(platform: Records) -> None:
    changes: tuple[Any, ...] = (pause_job, cancel_job, resume_job, jobs.get_job)
    for change in changes:
        with pytest.raises(NotFoundError, match="no replay 9"):
            platform.run_in_transaction(lambda session, change=change: change(session, 9))  # type: ignore[misc]


def test_ids_that_are_not_there_are_named_and_nothing_is_written(platform: Records) -> None:
    known = put_event(platform)
    with pytest.raises(NotFoundError, match="no event 998, 999"):
        make(platform, Criteria(ids=(999, known, 998)))
    assert platform.run_in_transaction(lambda session: jobs.list_jobs(session, limit=9)) == []


def test_what_came_after_the_preview_is_no_part_of_it(platform: Records) -> None:
    first = put_event(platform)
    seen = platform.run_in_transaction(lambda session: preview(session, Criteria(), INSIDE))
    put_event(platform)
    job = make(platform, seen.criteria)
    assert list(items_of(platform, job.id)) == [first]


def test_a_rate_is_kept(platform: Records) -> None:
    for _ in range(4):
        put_event(platform)
    make(platform, Criteria(), ReplayOptions(rate=0.001))
    run_next(ReplayTools(platform, "host/1", QuietLog()), turns(5))
    assert settle(platform) == 1


@pytest.mark.parametrize(
    "options",
    [
        ReplayOptions(to="http://127.0.0.1:1/", bypass_dedup=True),
        ReplayOptions(resign=True),
        ReplayOptions(rate=0),
        ReplayOptions(rate=float("nan")),
        ReplayOptions(concurrency=0),
        ReplayOptions(concurrency=1000),
        ReplayOptions(to="ftp://example.org/"),
        ReplayOptions(to="https:///nowhere"),
        ReplayOptions(to="https://user:word@example.org/"),
        ReplayOptions(to="https://example.org/a b"),
        ReplayOptions(to="https://example.org:99999/"),
        ReplayOptions(to="https://exämple.org/"),
    ],
)
def test_options_that_cannot_be_are_refused(options: ReplayOptions) -> None:
    with pytest.raises((UsageError, InvalidValueError)):
        check_options(options)


def test_jobs_are_listed_the_newest_first(platform: Records) -> None:
    put_event(platform)
    made = [make(platform, Criteria()).id for _ in range(3)]
    listed = platform.run_in_transaction(lambda session: jobs.list_jobs(session, limit=2))
    assert [job.id for job in listed] == made[:0:-1]
    older = platform.run_in_transaction(
        lambda session: jobs.list_jobs(session, limit=2, before_id=listed[-1].id, wanted=("ready",))
    )
    assert [job.id for job in older] == made[:1]


def test_a_list_of_replays_counts_as_each_of_them_does(platform: Records) -> None:
    put_event(platform)
    put_event(platform, state=states.DONE)
    over, cancelled, waiting = (make(platform, Criteria()) for _ in range(3))
    platform.run_in_transaction(lambda session: cancel_job(session, cancelled.id))
    with settling(platform):
        run_next(ReplayTools(platform, "host/1", QuietLog()), lambda: False, job_id=over.id)
    listed = platform.run_in_transaction(lambda session: jobs.list_jobs(session, limit=9))
    assert {job.id: job.counts for job in listed} == {
        job.id: job_of(platform, job.id).counts for job in (over, cancelled, waiting)
    }
    assert [job.state for job in listed] == ["ready", "cancelled", "done"]
