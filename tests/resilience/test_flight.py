"""Many ask at once, one works: tasks, processes, a leader that dies, a leader that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import pytest
from support.processes import race, start
from support.resilience import Bench
from support.stores import StorePlace
from support.waiting import eventually

from askpro_cli.base.errors import StateError, UnknownError, VendorServerError
from askpro_cli.resilience import flight
from askpro_cli.resilience.flight import Flight, single_flight
from askpro_cli.state.sqlite_store import SqliteStore
from askpro_cli.state.store import StateStore

pytestmark = pytest.mark.anyio


class Question:
    """One question to a vendor, whose answer lies in the store."""

    def __init__(self, store: StateStore) -> None:
        self.store = store
        self.asked = 0
        self.outdated = False
        self.at_work = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.error: Exception | None = None

    def read(self) -> bytes | None:
        return None if self.outdated else self.store.get("answer")

    async def work(self) -> bytes:
        self.asked += 1
        self.at_work.set()
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        self.store.set("answer", b"free at ten")
        return b"free at ten"

    async def ask(
        self,
        *,
        ttl: float = 30.0,
        max_wait: float = 60.0,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> Flight[bytes]:
        return await single_flight(
            self.store,
            "slots",
            ttl=ttl,
            read=self.read,
            work=self.work,
            poll=0.005,
            max_wait=max_wait,
            sleep=sleep,
        )

    async def under_way(self) -> asyncio.Task[Flight[bytes]]:
        """Start a leader and return when it is at work."""
        self.may_answer.clear()
        leader = asyncio.create_task(self.ask())
        await self.at_work.wait()
        return leader

    async def waiting(self) -> asyncio.Task[Flight[bytes]]:
        """Start an asker and return when it waits for the leader."""
        waits = asyncio.Event()

        async def sleep(seconds: float) -> None:
            waits.set()
            await asyncio.sleep(seconds)

        task = asyncio.create_task(self.ask(sleep=sleep))
        await waits.wait()
        return task


async def test_forty_askers_cause_one_request(state_store: StateStore) -> None:
    question = Question(state_store)
    answers = await asyncio.gather(*(question.ask() for _ in range(40)))
    assert question.asked == 1
    assert {answer.value for answer in answers} == {b"free at ten"}
    assert [answer.leader for answer in answers].count(True) == 1


async def test_an_answer_that_is_there_needs_no_flight(state_store: StateStore) -> None:
    state_store.set("answer", b"here")
    question = Question(state_store)
    assert await question.ask() == Flight(b"here", leader=False)
    assert question.asked == 0


CROWD = """
import asyncio
from askpro_cli.resilience.flight import single_flight
async def work():
    store.increment("asked")
    await asyncio.sleep(0.2)
    store.set("answer", b"x")
    return b"x"
async def main():
    ask = lambda: single_flight(store, "slots", ttl=20, read=lambda: store.get("answer"), work=work)
    found = await asyncio.gather(*(ask() for _ in range(10)))
    assert all(flight.value == b"x" for flight in found)
asyncio.run(main())
"""


def test_a_crowd_in_many_processes_causes_one_request(store_place: StorePlace) -> None:
    race(store_place.source() + CROWD, 8)
    assert store_place.open().increment("asked", 0) == 1


DOOMED = """
import asyncio
from askpro_cli.resilience.flight import single_flight
async def work():
    print("at work", flush=True)
    await asyncio.sleep(600)
asyncio.run(single_flight(store, "slots", ttl=1.0, read=lambda: None, work=work))
"""


async def test_when_the_leader_is_killed_another_takes_over(store_place: StorePlace) -> None:
    leader = start(store_place.source() + DOOMED)
    assert leader.stdin is not None
    assert leader.stdout is not None
    leader.stdin.write("\n")
    leader.stdin.flush()
    assert leader.stdout.readline() == "at work\n"
    question = Question(store_place.open())
    waiting = await question.waiting()
    leader.kill()
    leader.communicate()
    assert await asyncio.wait_for(waiting, 20) == Flight(b"free at ten", leader=True)


async def test_a_slow_leader_keeps_its_lock(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of its lock moves on while it works; how often depends on no clock but the store's."""
    monkeypatch.setattr(flight, "_RENEWALS", 1200)
    question = Question(sqlite_store)
    question.may_answer.clear()
    leader = asyncio.create_task(question.ask(ttl=60))
    await question.at_work.wait()
    token, first_end = sqlite_store.locked("flight:slots"), end_of_locks(sqlite_store)
    await asyncio.to_thread(eventually, lambda: end_of_locks(sqlite_store) > first_end + 0.2)
    assert token is not None
    assert sqlite_store.locked("flight:slots") == token
    question.may_answer.set()
    assert (await leader).leader
    assert sqlite_store.locked("flight:slots") is None


def end_of_locks(store: SqliteStore) -> float:
    return float(
        store._database.read(lambda file: file.execute("SELECT max(expires) FROM locks").fetchone()[0])
    )


async def test_those_who_waited_for_a_failed_flight_get_its_error_and_later_ones_do_not(
    state_store: StateStore,
) -> None:
    question = Question(state_store)
    leader = await question.under_way()
    waiting = [await question.waiting() for _ in range(3)]
    question.error = VendorServerError("calcom answered 503", status=503)
    question.may_answer.set()
    found = await asyncio.gather(leader, *waiting, return_exceptions=True)
    assert [type(error) for error in found] == [VendorServerError] * 4
    assert {cast("VendorServerError", error).status for error in found} == {503}
    assert question.asked == 1
    question.error = None
    assert (await question.ask()).leader


async def test_when_the_leader_is_cancelled_another_takes_over_at_once(sqlite_store: SqliteStore) -> None:
    question = Question(sqlite_store)
    leader = await question.under_way()
    waiting = await question.waiting()
    leader.cancel()
    question.may_answer.set()
    assert (await asyncio.wait_for(waiting, 10)).leader
    with pytest.raises(asyncio.CancelledError):
        await leader


async def test_an_answer_that_was_outdated_on_arrival_is_asked_for_again(sqlite_store: SqliteStore) -> None:
    question = Question(sqlite_store)
    leader = await question.under_way()
    waiting = await question.waiting()
    question.outdated = True
    question.may_answer.set()
    await leader
    assert (await asyncio.wait_for(waiting, 10)).leader
    assert question.asked == 2


async def test_who_waits_too_long_is_told_so(sqlite_store: SqliteStore) -> None:
    bench = Bench(sqlite_store)
    assert sqlite_store.acquire("flight:slots", ttl=60)
    with pytest.raises(UnknownError, match="not through after"):
        await Question(sqlite_store).ask(max_wait=3.0, sleep=bench.sleep)
    assert bench.slept[0] < bench.slept[-1]
    assert 3.0 <= sum(bench.slept) < 4.0


async def test_without_a_state_store_everybody_asks(sqlite_store: SqliteStore) -> None:
    bench = Bench(sqlite_store)
    bench.plug.out = True

    async def work() -> str:
        return "asked"

    def read() -> str | None:
        raise StateError("cannot reach the state store")

    found = await single_flight(bench.store, "slots", ttl=5, read=read, work=work)
    assert found == Flight("asked", leader=True)


async def test_a_store_that_is_lost_while_the_leader_works_does_not_cost_its_answer(
    sqlite_store: SqliteStore,
) -> None:
    bench = Bench(sqlite_store)

    async def work() -> str:
        bench.plug.out = True
        return "asked"

    found = await single_flight(bench.store, "slots", ttl=5, read=lambda: None, work=work)
    assert found == Flight("asked", leader=True)


async def test_a_cancelled_asker_leaves_no_lock_behind(sqlite_store: SqliteStore) -> None:
    question = Question(sqlite_store)
    task = asyncio.create_task(question.ask())
    await asyncio.sleep(0)  # it stands in its first look now
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert question.asked == 0
    assert sqlite_store.locked("flight:slots") is None
