"""How the threads of a source share what waits: slow work each a part, quick work together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from support.waiting import eventually

from askpro_cli.webhooks.worker import lanes
from askpro_cli.webhooks.worker.claims import Claim
from askpro_cli.webhooks.worker.lanes import Lane, Work


def claims(count: int) -> list[Claim]:
    return [Claim(nth, "calcom", "X", None, None, 1, "", 0, b"", "c") for nth in range(count)]


@contextmanager
def lane(work: Work) -> Iterator[Lane]:
    made = Lane("calcom", threads=4, room=32, together=8, work=work)
    try:
        yield made
    finally:
        made.close()
        assert made.join(time.monotonic() + 10)


def test_slow_work_is_shared_by_all_threads() -> None:
    at_work = threading.Barrier(4)
    done: list[Claim] = []

    def work(some: Sequence[Claim]) -> Sequence[Claim]:
        at_work.wait(10)
        done.extend(some)
        return []

    with lane(work) as made:
        made.put(claims(4))
        eventually(lambda: len(done) == 4)
    assert not at_work.broken


def test_quick_work_goes_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "QUICK", 60.0)
    taken: list[int] = []
    idle = threading.Event()

    def work(some: Sequence[Claim]) -> Sequence[Claim]:
        idle.wait(10)
        taken.append(len(some))
        return []

    with lane(work) as made:
        idle.set()
        made.put(claims(1))
        eventually(lambda: made.is_idle and taken == [1])
        idle.clear()
        made.put(claims(10))
        idle.set()
        eventually(lambda: len(taken) == 3)
    assert sorted(taken) == [1, 2, 8]


def test_what_is_left_of_a_share_is_taken_up_again() -> None:
    done: list[int] = []

    def work(some: Sequence[Claim]) -> Sequence[Claim]:
        done.append(some[0].event_id)
        return some[1:]

    with lane(work) as made:
        made.put(claims(1))
        made.put(claims(8)[1:])
        eventually(lambda: len(done) == 8)
    assert sorted(done) == list(range(8))
