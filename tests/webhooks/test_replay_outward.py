"""Replays that send events to a URL: byte for byte, each once, and an answer that was lost is said to be."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import update
from support.inbox_events import put_event
from support.receiver import Receiver, receiving
from support.records import QuietLog

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import ReplayItem
from askpro_cli.webhooks.arrivals import Secret
from askpro_cli.webhooks.inbox.headers import packed
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.replay import jobs, states
from askpro_cli.webhooks.replay.changing import cancel_job, pause_job, resume_job
from askpro_cli.webhooks.replay.claims import claim_job
from askpro_cli.webhooks.replay.filling import create_job
from askpro_cli.webhooks.replay.items import Outcome, record
from askpro_cli.webhooks.replay.jobs import Item, Job
from askpro_cli.webhooks.replay.options import ReplayOptions
from askpro_cli.webhooks.replay.running import ReplayTools, run_next


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def make(records: Records, to: str, **options: Any) -> Job:
    return create_job(
        records, Criteria(), ReplayOptions(to=to, **options), requested_by="test", correlation_id="abc"
    )


def run(records: Records, stopping: Any = lambda: False, **more: Any) -> int | None:
    return run_next(ReplayTools(records, "host/1", QuietLog(), **more), stopping)


def job_of(records: Records, job_id: int) -> Job:
    return records.run_in_transaction(lambda session: jobs.get_job(session, job_id))


def items_of(records: Records, job_id: int) -> list[Item]:
    return records.run_in_transaction(lambda session: jobs.list_items(session, job_id, limit=1000))


@contextmanager
def hanging_up() -> Iterator[str]:
    """Run a receiver that reads a request and hangs up without an answer."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connection.recv(65_536)
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def test_an_event_is_sent_byte_for_byte_with_its_headers_and_our_marks(
    platform: Records, receiver: Receiver
) -> None:
    body = b'{"a":  1, "name": "J\xc3\xbcrgen"}\n'
    headers = (
        (b"X-CaL-Signature-256", b"00ff"),
        (b"Content-Type", b"application/json; charset=utf-8"),
        (b"Authorization", b"Bearer geheim"),
        (b"Host", b"old.example.org"),
        (b"Connection", b"close"),
        (b"Content-Length", b"1"),
        (b"X-Two", b"1"),
    )
    event_id = put_event(platform, body=body, headers=packed(headers))
    job = make(platform, receiver.url)
    assert run(platform) == job.id
    (got,) = receiver.got
    assert got.body == body
    assert got.headers["X-CaL-Signature-256"] == "00ff"
    assert got.headers["Content-Type"] == "application/json; charset=utf-8"
    assert got.headers["X-Askpro-Replay-Of"] == str(event_id)
    assert got.headers["X-Askpro-Replay-Job"] == str(job.id)
    assert got.headers["Host"] != "old.example.org"
    assert {"Authorization", "Connection", "User-Agent"} & set(got.headers) == set()
    (item,) = items_of(platform, job.id)
    assert (item.state, item.http_status, item.attempts) == ("done", 200, 1)
    assert job_of(platform, job.id).state == "done"


def test_signed_anew_it_carries_our_signature_of_now(sqlite_platform: Records, receiver: Receiver) -> None:
    body = b'{"triggerEvent": "PING"}'
    put_event(sqlite_platform, body=body)
    put_event(sqlite_platform, source="retell", body=body)
    make(sqlite_platform, receiver.url, resign=True, concurrency=1)
    run(
        sqlite_platform,
        secrets_of=lambda source: (
            [Secret("one", "geheim"), Secret("two", "alt")] if source == "calcom" else []
        ),
    )
    (got,) = receiver.got
    digest = hmac.new(b"geheim", body, hashlib.sha256).hexdigest()
    assert {name.lower(): value for name, value in got.headers.items()}["x-cal-signature-256"] == digest
    done, failed = items_of(sqlite_platform, 1)
    assert (done.state, failed.state) == ("done", "failed")
    assert failed.reason == "no secret of retell is configured to sign with"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(500, "answered 500"), (302, "answered 302: a redirect is not followed"), (401, "answered 401")],
)
def test_what_the_receiver_refuses_has_failed(
    sqlite_platform: Records, receiver: Receiver, status: int, reason: str
) -> None:
    put_event(sqlite_platform)
    receiver.status = status
    job = make(sqlite_platform, receiver.url)
    run(sqlite_platform)
    (item,) = items_of(sqlite_platform, job.id)
    assert (item.state, item.http_status, item.reason) == ("failed", status, reason)
    assert len(receiver.got) == 1


def test_a_receiver_that_is_not_there_is_a_failure_and_not_unknown(sqlite_platform: Records) -> None:
    put_event(sqlite_platform)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    job = make(sqlite_platform, f"http://127.0.0.1:{port}/?token=geheim")
    run(sqlite_platform)
    (item,) = items_of(sqlite_platform, job.id)
    assert (item.state, item.reason) == ("failed", "could not be sent: no connection")


def test_an_answer_that_was_lost_is_unknown_and_sent_again_only_on_demand(platform: Records) -> None:
    put_event(platform)
    with hanging_up() as url:
        job = make(platform, url)
        run(platform)
    (item,) = items_of(platform, job.id)
    assert (item.state, item.http_status) == ("unknown", None)
    assert "may have arrived" in (item.reason or "")
    assert job_of(platform, job.id).counts["unknown"] == 1
    assert run(platform) is None
    again = platform.run_in_transaction(lambda session: resume_job(session, job.id, again=("unknown",)))
    assert again.state == "ready"


def test_no_answer_in_time_is_unknown(sqlite_platform: Records, receiver: Receiver) -> None:
    put_event(sqlite_platform)
    receiver.pause = 0.5
    job = make(sqlite_platform, receiver.url)
    run(sqlite_platform, answer_timeout=0.05)
    (item,) = items_of(sqlite_platform, job.id)
    assert (item.state, "no answer in time" in (item.reason or "")) == ("unknown", True)


def test_many_are_sent_once_each_by_several_lanes(platform: Records, receiver: Receiver) -> None:
    ids = [put_event(platform) for _ in range(40)]
    job = make(platform, receiver.url, concurrency=8)
    run(platform)
    assert sorted(int(got.headers["X-Askpro-Replay-Of"]) for got in receiver.got) == ids
    assert job_of(platform, job.id).counts["done"] == 40


def test_what_a_dead_run_had_sent_is_unknown_and_the_rest_is_sent(
    platform: Records, receiver: Receiver
) -> None:
    """As after a kill -9: the lease has ended, one item was sent and never answered."""
    ids = [put_event(platform) for _ in range(3)]
    job = make(platform, receiver.url, concurrency=1)

    def die(session: Any) -> None:
        assert claim_job(session, holder="dead/1", lease_ms=-1000) is not None
        query = update(ReplayItem).where(ReplayItem.event_id == ids[0])
        session.execute(query.values(state="sending", attempts=1))

    platform.run_in_transaction(die)
    assert run(platform) == job.id
    assert [item.state for item in items_of(platform, job.id)] == ["unknown", "done", "done"]
    assert [int(got.headers["X-Askpro-Replay-Of"]) for got in receiver.got] == ids[1:]
    platform.run_in_transaction(lambda session: resume_job(session, job.id, again=("unknown",)))
    run(platform)
    first = items_of(platform, job.id)[0]
    assert (first.state, first.attempts) == ("done", 2)


def test_paused_and_cancelled_under_way_it_still_says_what_became_of_what_was_sent(
    platform: Records, receiver: Receiver
) -> None:
    for _ in range(6):
        put_event(platform)
    receiver.pause = 0.05
    job = make(platform, receiver.url, concurrency=2)
    running = threading.Thread(target=lambda: run(platform), daemon=True)
    running.start()
    receiver.expect(1)
    platform.run_in_transaction(lambda session: pause_job(session, job.id))
    running.join()
    half = job_of(platform, job.id)
    assert (half.state, half.counts["sending"], half.counts["unknown"]) == ("paused", 0, 0)
    assert half.counts["done"] == len(receiver.got)
    over = platform.run_in_transaction(lambda session: cancel_job(session, job.id))
    assert over.counts["skipped"] == 6 - over.counts["done"]


def test_an_answer_of_a_run_that_lost_its_lease_says_nothing_of_what_was_sent_again(
    platform: Records, receiver: Receiver
) -> None:
    put_event(platform)
    job = make(platform, receiver.url)
    late = Outcome(states.FAILED, "late", 500)

    def item_is(state: str, attempts: int) -> Item:
        values = {"state": state, "attempts": attempts, "reason": None}
        change = update(ReplayItem).where(ReplayItem.job_id == job.id).values(**values)
        platform.run_in_transaction(lambda session: session.execute(change))
        (item,) = items_of(platform, job.id)
        platform.run_in_transaction(lambda session: record(session, item.id, late, attempt=1))
        return items_of(platform, job.id)[0]

    assert item_is(states.UNKNOWN, 1).state == states.FAILED  # the next run could not know; now it is known
    assert item_is(states.SENDING, 2).state == states.SENDING
    assert item_is(states.ITEM_DONE, 1).state == states.ITEM_DONE
    assert item_is(states.SKIPPED, 1).state == states.SKIPPED


def test_a_process_that_stops_gives_the_job_back(sqlite_platform: Records, receiver: Receiver) -> None:
    for _ in range(3):
        put_event(sqlite_platform)
    job = make(sqlite_platform, receiver.url, rate=0.01)
    run(sqlite_platform, lambda: len(receiver.got) > 0)
    after = job_of(sqlite_platform, job.id)
    assert (after.state, after.counts["done"], after.counts["waiting"]) == ("ready", 1, 2)


def test_an_event_without_its_body_has_failed(sqlite_platform: Records, receiver: Receiver) -> None:
    put_event(sqlite_platform, body=None)
    put_event(sqlite_platform)
    job = make(sqlite_platform, receiver.url)
    run(sqlite_platform)
    assert [item.state for item in items_of(sqlite_platform, job.id)] == ["failed", "done"]


def test_a_receiver_that_puts_us_off_is_asked_again_and_then_has_failed(
    sqlite_platform: Records, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askpro_cli.webhooks.replay.sending.asyncio.sleep", _no_sleep(receiver, answers=1))
    receiver.status = 503
    put_event(sqlite_platform)
    job = make(sqlite_platform, receiver.url)
    run(sqlite_platform)
    (item,) = items_of(sqlite_platform, job.id)
    assert (item.state, item.attempts, len(receiver.got)) == ("done", 1, 2)


def _no_sleep(receiver: Receiver, *, answers: int) -> Any:
    """Return a sleep that takes no time for whole seconds, after which the receiver takes events again."""
    real, left = asyncio.sleep, [answers]

    async def sleep(seconds: float) -> None:
        if seconds == 1.0:
            left[0] -= 1
            receiver.status = 200 if left[0] <= 0 else receiver.status
            seconds = 0
        await real(seconds)

    return sleep
