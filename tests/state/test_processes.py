"""Many real processes on one store: one winner, nothing lost, nothing broken by a kill."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from support.processes import race, start
from support.stores import StorePlace
from support.waiting import eventually

_MANY = 16


def test_of_many_processes_adding_a_key_one_wins(store_place: StorePlace) -> None:
    source = store_place.source() + "import os; print(store.add('key', str(os.getpid()).encode()))"
    assert sorted(race(source, _MANY)) == ["False"] * (_MANY - 1) + ["True"]


def test_of_many_processes_taking_a_lock_one_gets_it(store_place: StorePlace) -> None:
    source = store_place.source() + "lock = store.acquire('fill', ttl=60); print(lock.token if lock else '')"
    tokens = [token for token in race(source, _MANY) if token]
    assert tokens == [store_place.open().locked("fill")]


def test_of_many_processes_replacing_a_value_one_does(store_place: StorePlace) -> None:
    store_place.open().set("state", b"closed")
    source = store_place.source() + "print(store.compare_and_set('state', b'closed', b'open'))"
    assert race(source, _MANY).count("True") == 1


def test_no_increment_of_many_processes_is_lost(store_place: StorePlace) -> None:
    source = store_place.source() + (
        "for number in range(25):\n"
        "    store.increment('one'); store.increment_many({'two': 2, 'three': 3})\n"
        "    store.append('log', b'x', limit=1000)\n"
    )
    race(source, _MANY)
    store = store_place.open()
    assert store.counters() == {"one": _MANY * 25, "two": _MANY * 50, "three": _MANY * 75}
    assert len(store.tail("log", 1000)) == _MANY * 25


def test_compare_and_set_loops_of_many_processes_add_up(store_place: StorePlace) -> None:
    store_place.open().set("sum", b"0")
    source = store_place.source() + (
        "for _ in range(10):\n"
        "    while True:\n"
        "        seen = store.get('sum')\n"
        "        if store.compare_and_set('sum', seen, str(int(seen) + 1).encode()): break\n"
    )
    race(source, 6)
    assert store_place.open().get("sum") == b"60"


def test_threads_may_share_a_store(store_place: StorePlace) -> None:
    store = store_place.open()
    barrier = threading.Barrier(8)

    def work(number: int) -> bool:
        barrier.wait()
        for _ in range(25):
            store.increment("n")
            store.set(f"k{number}", b"v")
            assert store.get(f"k{number}") == b"v"
        return store.add("winner", b"")

    with ThreadPoolExecutor(8) as pool:
        winners = list(pool.map(work, range(8)))
    assert winners.count(True) == 1
    assert store.counters() == {"n": 200}


def test_after_a_kill_in_the_middle_of_writes_the_store_is_whole(store_place: StorePlace) -> None:
    source = store_place.source() + (
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    pair = {f'a{number % 9}': b'x' * 500, f'b{number % 9}': b'x' * 500}\n"
        "    store.set_tagged(pair, ttl={}, tags={})\n"
        "    store.increment('writes')\n"
    )
    store = store_place.open()
    for _ in range(4):
        before = store.counters().get("writes", 0)
        writer = start(source)
        assert writer.stdin
        writer.stdin.write("\n")
        writer.stdin.flush()
        eventually(lambda before=before: store.counters().get("writes", 0) > before + 50)  # type: ignore[misc]
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        found = store.get_entries([f"{kind}{number}" for kind in "ab" for number in range(9)])
        assert {key[1:] for key in found if key[0] == "a"} == {key[1:] for key in found if key[0] == "b"}
        assert store_place.open().add(f"after {before}", b"")


def test_a_lock_of_a_killed_process_comes_free(store_place: StorePlace) -> None:
    source = store_place.source() + (
        "print(store.acquire('fill', ttl=0.5).token, flush=True)\nimport sys; sys.stdin.read()"
    )
    holder = start(source)
    assert holder.stdin
    assert holder.stdout
    holder.stdin.write("\n")
    holder.stdin.flush()
    token = holder.stdout.readline().strip()
    store = store_place.open()
    assert token
    holder.kill()
    holder.communicate()
    lock = eventually(lambda: store.acquire("fill", ttl=60))
    assert lock
    assert lock.token != token
