"""Locks: one holder, an end by the store's clock, and a token that proves who holds."""

from __future__ import annotations

from dataclasses import replace

from support.stores import StorePlace, within_life
from support.waiting import eventually

from askpro_cli.state.store import Lock, StateStore


def test_a_lock_has_one_holder(store_place: StorePlace) -> None:
    one, two = store_place.open(), store_place.open()
    lock = one.acquire("fill", ttl=60)
    assert lock
    assert two.acquire("fill", ttl=60) is None
    assert one.acquire("fill", ttl=60) is None
    assert two.locked("fill") == lock.token
    assert two.acquire("other", ttl=60)


def test_a_released_lock_is_free(state_store: StateStore) -> None:
    lock = state_store.acquire("fill", ttl=60)
    assert lock
    assert state_store.release(lock)
    assert state_store.locked("fill") is None
    assert not state_store.release(lock)
    assert state_store.acquire("fill", ttl=60)


def test_a_dead_holders_lock_ends_by_itself(state_store: StateStore) -> None:
    assert state_store.acquire("fill", ttl=0.1)
    taken = eventually(lambda: state_store.acquire("fill", ttl=60))
    assert taken
    assert state_store.locked("fill") == taken.token


def test_who_lost_the_lock_can_neither_renew_nor_release_it(state_store: StateStore) -> None:
    lost = state_store.acquire("fill", ttl=0.05)
    assert lost
    held = eventually(lambda: state_store.acquire("fill", ttl=60))
    assert held
    assert not state_store.renew(lost, ttl=60)
    assert not state_store.release(lost)
    assert state_store.locked("fill") == held.token
    assert state_store.release(held)


def test_a_lock_that_is_over_cannot_be_renewed_even_if_nobody_took_it(state_store: StateStore) -> None:
    lock = state_store.acquire("fill", ttl=0.05)
    assert lock
    eventually(lambda: state_store.locked("fill") is None)
    assert not state_store.renew(lock, ttl=60)
    assert not state_store.release(lock)
    assert state_store.locked("fill") is None


def test_renewal_extends_and_can_shorten(state_store: StateStore) -> None:
    renewed: list[Lock] = []

    def take_and_renew(ttl: float) -> None:
        lock = state_store.acquire(f"fill:{ttl}", ttl=ttl)
        assert lock
        if state_store.renew(lock, ttl=60):
            renewed.append(lock)

    state_store.set("mark", b"", ttl=within_life(state_store, take_and_renew))
    eventually(lambda: state_store.get("mark") is None)
    lock = renewed[-1]
    assert state_store.locked(lock.name) == lock.token
    assert state_store.renew(lock, ttl=0.02)
    eventually(lambda: state_store.locked(lock.name) is None)


def test_only_the_token_counts(state_store: StateStore) -> None:
    lock = state_store.acquire("fill", ttl=60)
    assert lock
    assert not state_store.release(replace(lock, token="0" * 32))
    assert not state_store.renew(replace(lock, token=""), ttl=60)
    assert state_store.release(replace(lock, ttl=1))


def test_tokens_are_never_alike(state_store: StateStore) -> None:
    tokens = set()
    for _ in range(20):
        lock = state_store.acquire("fill", ttl=60)
        assert lock
        tokens.add(lock.token)
        state_store.release(lock)
    assert len(tokens) == 20
