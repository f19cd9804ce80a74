"""The contract of values, over SQLite and Redis alike."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from support.stores import StorePlace
from support.waiting import eventually

from askpro_cli.base.errors import InvalidValueError, StateError
from askpro_cli.state.store import StateStore


def test_a_value_is_read_back_as_it_was_stored(state_store: StateStore) -> None:
    state_store.set("slots:1", b"\x00\xff binary\n")
    assert state_store.get("slots:1") == b"\x00\xff binary\n"
    assert state_store.get("slots:2") is None


def test_the_newest_value_wins(state_store: StateStore) -> None:
    state_store.set("a", b"1", ttl=0.001)
    state_store.set("a", b"")
    assert state_store.get("a") == b""
    assert state_store.get_entries(["a"])["a"].ttl is None


def test_a_value_is_gone_when_its_time_is_over(state_store: StateStore) -> None:
    state_store.set("a", b"1", ttl=0.05)
    eventually(lambda: state_store.get("a") is None)
    assert state_store.get_entries(["a"]) == {}
    assert list(state_store.keys()) == []


def test_entries_tell_age_and_time_to_live(state_store: StateStore) -> None:
    state_store.set("kept", b"k")
    state_store.set("short", b"s", ttl=60)
    eventually(lambda: state_store.get_entries(["short"])["short"].age > 0.01)
    found = state_store.get_entries(["kept", "short", "absent", "short"])
    assert set(found) == {"kept", "short"}
    assert found["kept"].ttl is None
    short = found["short"]
    assert short.value == b"s"
    assert short.ttl is not None
    assert short.age > 0.01
    assert short.age + short.ttl == pytest.approx(60, abs=0.005)


def test_asking_for_no_entries_answers_none(state_store: StateStore) -> None:
    assert state_store.get_entries([]) == {}


def test_the_age_starts_anew_with_every_store(state_store: StateStore) -> None:
    state_store.set("a", b"1")
    eventually(lambda: state_store.get_entries(["a"])["a"].age > 0.05)
    before = state_store.now()
    state_store.set("a", b"2")
    entry = state_store.get_entries(["a"])["a"]
    assert entry.read_at - entry.age >= before - 0.005


def test_add_stores_only_what_is_absent(state_store: StateStore) -> None:
    assert state_store.add("a", b"1", ttl=60)
    assert not state_store.add("a", b"2")
    state_store.set("a", b"1", ttl=0.02)
    assert eventually(lambda: state_store.add("a", b"3"))
    assert state_store.get("a") == b"3"


def test_compare_and_set_replaces_only_what_was_expected(state_store: StateStore) -> None:
    assert not state_store.compare_and_set("a", b"1", b"2")
    assert state_store.compare_and_set("a", None, b"1")
    assert not state_store.compare_and_set("a", None, b"9")
    assert state_store.compare_and_set("a", b"1", b"2", ttl=60)
    assert not state_store.compare_and_set("a", b"1", b"3")
    assert state_store.get("a") == b"2"
    assert state_store.get_entries(["a"])["a"].ttl is not None


def test_compare_and_set_tells_an_empty_value_from_an_absent_one(state_store: StateStore) -> None:
    assert not state_store.compare_and_set("a", b"", b"1")
    assert state_store.compare_and_set("a", None, b"")
    assert not state_store.compare_and_set("a", None, b"1")
    assert state_store.compare_and_set("a", b"", b"2")


def test_compare_and_set_deletes(state_store: StateStore) -> None:
    state_store.set("a", b"1")
    assert not state_store.compare_and_set("a", b"2", None)
    assert state_store.compare_and_set("a", b"1", None)
    assert state_store.get("a") is None
    assert state_store.compare_and_set("a", None, None)


def test_delete_counts_what_was_there(state_store: StateStore) -> None:
    state_store.set("a", b"1")
    state_store.set("b", b"1", ttl=0.001)
    state_store.increment("c")
    state_store.append("d", b"x", limit=3)
    eventually(lambda: state_store.get("b") is None)
    assert state_store.delete("a", "b", "c", "d", "e") == 3
    assert state_store.delete() == 0
    assert state_store.get("a") is None
    assert state_store.counters() == {}
    assert state_store.tail("d", 5) == []


def test_keys_and_clear_go_by_prefix(state_store: StateStore) -> None:
    for key in ("slots:1", "slots:2", "slot", "s*ots:3", "[x]"):
        state_store.set(key, b"1")
    state_store.increment("slots:4")
    assert set(state_store.keys("slots:")) == {"slots:1", "slots:2"}
    assert set(state_store.keys("s*")) == {"s*ots:3"}
    assert set(state_store.keys("[x")) == {"[x]"}
    assert state_store.clear("slots:") == 2
    assert set(state_store.keys()) == {"slot", "s*ots:3", "[x]"}
    assert state_store.clear() == 3
    assert state_store.counters() == {"slots:4": 1}


def test_many_keys_are_all_listed_and_cleared_once(state_store: StateStore) -> None:
    wanted = {f"key:{number}" for number in range(1200)}
    state_store.set_tagged(dict.fromkeys(wanted, b"v"), ttl={}, tags={})
    listed = list(state_store.keys("key:"))
    assert len(listed) == 1200
    assert set(listed) == wanted
    assert len(state_store.get_entries(listed)) == 1200
    assert state_store.clear("key:") == 1200


def test_companies_never_see_each_other(state_store: StateStore) -> None:
    other = state_store.for_namespace("praxis")
    vendor = other.for_namespace("_vendor")
    state_store.set("a", b"salon")
    other.set("a", b"praxis")
    other.increment("n")
    other.append("l", b"x", limit=1)
    other.bump("host")
    lock = other.acquire("lock", ttl=60)
    assert lock
    assert state_store.get("a") == b"salon"
    assert state_store.counters() == {}
    assert state_store.tail("l", 1) == []
    assert state_store.generations(["host"]) == {"host": 0}
    assert state_store.locked("lock") is None
    assert not state_store.release(lock)
    assert state_store.clear() == 1
    assert other.get("a") == b"praxis"
    assert vendor.get("a") is None
    assert (state_store.namespace, other.namespace) == ("salon", "praxis")


@pytest.mark.parametrize("name", ["salon:value", "sal", "salo?", "*"])
def test_a_namespace_that_looks_like_a_pattern_or_a_part_stays_apart(
    state_store: StateStore, name: str
) -> None:
    state_store.set("value:x", b"1")
    other = state_store.for_namespace(name)
    assert list(other.keys()) == []
    assert other.clear() == 0
    assert state_store.get("value:x") == b"1"


@pytest.mark.parametrize("key", ["", "a\nb", "\x00", "ä" * 257, "x" * 513])
def test_a_bad_key_is_refused_by_every_method(state_store: StateStore, key: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: state_store.get(key),
        lambda: state_store.get_entries([key]),
        lambda: state_store.set(key, b""),
        lambda: state_store.increment(key),
        lambda: state_store.append(key, b"", limit=1),
        lambda: state_store.tail(key, 1),
        lambda: state_store.bump(key),
        lambda: state_store.acquire(key, ttl=1),
        lambda: state_store.delete(key),
        lambda: state_store.set_tagged({key: b""}, ttl={}, tags={}),
        lambda: state_store.generations([key]),
    ]
    for call in calls:
        with pytest.raises(InvalidValueError, match="printable"):
            call()


def test_long_and_foreign_letters_are_fine_in_keys(state_store: StateStore) -> None:
    for key in ("x" * 512, "Übergrößenträger 💇", "a:b?c=d%", "\\[*]"):
        state_store.set(key, key.encode())
        assert state_store.get(key) == key.encode()
        assert list(state_store.keys(key)) == [key]


@pytest.mark.parametrize("name", ["", "{x}", "a\n"])
def test_a_bad_namespace_is_refused(state_store: StateStore, name: str) -> None:
    with pytest.raises(InvalidValueError, match="namespace"):
        state_store.for_namespace(name)


def test_the_clock_is_the_stores_and_near_ours_on_one_machine(state_store: StateStore) -> None:
    before = time.time()
    found = state_store.now()
    assert before - 1 < found < time.time() + 1


def test_a_second_connection_sees_the_same(store_place: StorePlace) -> None:
    one, two = store_place.open(), store_place.open()
    one.set("a", b"1")
    assert two.get("a") == b"1"


def test_use_after_close_is_an_error_that_says_so(store_place: StorePlace) -> None:
    store = store_place.open()
    other = store.for_namespace("praxis")
    store.get("a")
    store.close()
    for closed in (store, other):
        with pytest.raises(StateError, match="closed"):
            closed.get("a")


def test_describe_names_the_place(store_place: StorePlace) -> None:
    assert store_place.open().describe() == store_place.address


def test_an_entry_says_when_it_was_read_by_the_stores_clock(state_store: StateStore) -> None:
    state_store.set("a", b"1")
    before = state_store.now()
    read_at = state_store.get_entries(["a"])["a"].read_at
    assert before - 0.002 <= read_at <= state_store.now() + 0.002
