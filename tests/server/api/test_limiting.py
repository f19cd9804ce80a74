"""Limits: the same rule over the embedded store and over Redis, and none without a store."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.redis_server import private_redis
from support.stores import StorePlace

from askpro_cli.server.api.counted_limits import CountedLimits
from askpro_cli.server.api.limiting import ADDRESS, TOKEN, RateLimiter, address_key, open_limiter
from askpro_cli.state.store import StateStore


class MovableStore:
    """A state store whose clock the test moves; everything else is the real one's."""

    def __init__(self, store: StateStore, now: float) -> None:
        self._store = store
        self.time = now

    def for_namespace(self, namespace: str) -> MovableStore:
        moved = MovableStore(self._store.for_namespace(namespace), self.time)
        self.moved = moved
        return moved

    def now(self) -> float:
        return self.time

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


@pytest.fixture
def limiter(store_place: StorePlace) -> RateLimiter:
    """One process's limiter over each kind of store."""
    return _another(store_place)


def _another(place: StorePlace) -> RateLimiter:
    url = place.address if place.kind == "redis" else None
    return open_limiter(place.open(), url, prefix=f"{place.prefix}:limits")


def test_as_many_as_allowed_are_answered_and_then_none(limiter: RateLimiter) -> None:
    waits = [limiter.wait_for(ADDRESS, "192.0.2.7", 5) for _ in range(8)]
    assert waits[:5] == [0.0] * 5
    assert all(0 < wait <= 60 for wait in waits[5:])
    assert limiter.refused == 3
    assert limiter.wait_for(ADDRESS, "192.0.2.8", 5) == 0.0
    assert limiter.wait_for(TOKEN, "192.0.2.7", 5) == 0.0


def test_processes_count_together(store_place: StorePlace) -> None:
    first, second = _another(store_place), _another(store_place)
    answered = [one.wait_for(TOKEN, "17", 6) == 0.0 for one in (first, second) * 5]
    assert answered.count(True) == 6


def test_never_more_than_allowed_however_many_ask_at_once(store_place: StorePlace) -> None:
    answered: list[float] = []
    limiters = [_another(store_place) for _ in range(4)]

    def ask(limiter: RateLimiter) -> None:
        answered.extend(limiter.wait_for(ADDRESS, "192.0.2.7", 10) for _ in range(10))

    threads = [threading.Thread(target=ask, args=(one,)) for one in limiters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0 < answered.count(0.0) <= 10


def test_the_window_slides(sqlite_store: StateStore) -> None:
    """At the turn of a minute nobody gets twice as much: the minute before still weighs."""
    store = MovableStore(sqlite_store, 6000.0)
    storage = CountedLimits(store)  # type: ignore[arg-type]

    def hits(count: int) -> int:
        return sum(storage.acquire_sliding_window_entry("one", 10, 60) for _ in range(count))

    store.moved.time = 6059.0
    assert hits(20) == 10
    store.moved.time = 6061.0
    assert hits(20) == 1  # 59/60 of the ten before still count: nine, rounded down
    store.moved.time = 6090.0
    assert hits(20) == 4
    store.moved.time = 6180.0
    assert hits(20) == 10


@pytest.mark.parametrize("jump", [-7200.0, -1.0, 7200.0])
def test_a_clock_that_jumps_locks_nobody_out(sqlite_store: StateStore, jump: float) -> None:
    store = MovableStore(sqlite_store, 100_000.0)
    storage = CountedLimits(store)  # type: ignore[arg-type]
    assert storage.acquire_sliding_window_entry("one", 2, 60)
    store.moved.time += jump
    assert storage.acquire_sliding_window_entry("one", 2, 60)
    store.moved.time += 120
    assert storage.acquire_sliding_window_entry("one", 2, 60)


def test_who_was_refused_costs_no_store(limiter: RateLimiter, store_place: StorePlace) -> None:
    while not limiter.wait_for(ADDRESS, "192.0.2.7", 3):
        pass
    store_place.remove()  # closed: any further question would fail
    assert limiter.blocked_for(ADDRESS, "192.0.2.7") > 0
    assert limiter.wait_for(ADDRESS, "192.0.2.7", 3) > 0
    assert not limiter.is_alone()


def test_a_process_counts_for_itself_while_the_store_is_gone(sqlite_store: StateStore) -> None:
    with private_redis() as server:
        limiter = open_limiter(sqlite_store, server.url)
        assert limiter.wait_for(ADDRESS, "192.0.2.7", 3) == 0.0
        server.kill()
        waits = [limiter.wait_for(ADDRESS, "192.0.2.7", 3) for _ in range(6)]
        assert limiter.is_alone()
    assert waits.count(0.0) == 3


def test_a_store_that_is_back_is_asked_again(sqlite_store: StateStore) -> None:
    clock = [0.0]
    with private_redis() as server:
        port = int(server.url.rpartition(":")[2].partition("/")[0])
        limiter = open_limiter(sqlite_store, server.url)
        limiter._monotonic = lambda: clock[0]
        server.kill()
        limiter.wait_for(ADDRESS, "192.0.2.7", 3)
        assert limiter.is_alone()
        with private_redis(port=port):
            clock[0] = 6.0
            assert not limiter.is_alone()
            assert limiter.wait_for(ADDRESS, "192.0.2.7", 3) == 0.0
            assert not limiter.is_alone()


@pytest.mark.parametrize(
    ("client", "key"),
    [
        (None, "local"),
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("'; DROP TABLE", "unknown"),
    ],
)
def test_an_address_is_counted_as(client: str | None, key: str) -> None:
    assert address_key(client) == key


@given(st.text())
def test_whatever_a_proxy_says_is_a_key(client: str) -> None:
    assert address_key(client).isprintable()
