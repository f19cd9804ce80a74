"""The contract of counters and bounded lists, over SQLite and Redis alike."""

from __future__ import annotations

import pytest
from support.stores import within_life
from support.waiting import eventually

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.state.recent import recent_bookings, remember_booking
from askpro_cli.state.store import StateStore


def test_a_counter_starts_at_nothing_and_adds_up(state_store: StateStore) -> None:
    assert state_store.increment("calls") == 1
    assert state_store.increment("calls", 41) == 42
    assert state_store.increment("calls", -2) == 40
    assert state_store.counters("calls") == {"calls": 40}


def test_several_counters_grow_in_one_call(state_store: StateStore) -> None:
    state_store.increment("a:1")
    state_store.increment_many({"a:1": 2, "a:2": 5, "b": 7})
    state_store.increment_many({})
    assert state_store.counters("a:") == {"a:1": 3, "a:2": 5}
    assert state_store.counters() == {"a:1": 3, "a:2": 5, "b": 7}


def test_a_counters_life_counts_from_its_creation(state_store: StateStore) -> None:
    def count_twice(ttl: float) -> None:
        state_store.delete("window")
        state_store.increment("window", ttl=ttl)
        state_store.increment("window", ttl=600)

    within_life(state_store, count_twice)
    assert eventually(lambda: state_store.counters() == {})
    assert state_store.increment("window", ttl=600) == 1


def test_counters_do_not_collide_with_values_lists_and_locks(state_store: StateStore) -> None:
    state_store.set("x", b"v")
    state_store.increment("x")
    state_store.append("x", b"i", limit=2)
    lock = state_store.acquire("x", ttl=60)
    assert (state_store.get("x"), state_store.counters(), state_store.tail("x", 2)) == (
        b"v",
        {"x": 1},
        [b"i"],
    )
    assert lock
    assert state_store.locked("x") == lock.token


def test_a_list_keeps_its_newest_items_in_order(state_store: StateStore) -> None:
    for number in range(7):
        state_store.append("log", str(number).encode(), limit=3)
    assert state_store.tail("log", 10) == [b"4", b"5", b"6"]
    assert state_store.tail("log", 2) == [b"5", b"6"]
    assert state_store.tail("log", 0) == []
    assert state_store.tail("other", 5) == []


def test_a_list_grows_and_shrinks_with_its_limit(state_store: StateStore) -> None:
    for number in range(4):
        state_store.append("log", str(number).encode(), limit=2)
    state_store.append("log", b"4", limit=10)
    assert state_store.tail("log", 10) == [b"2", b"3", b"4"]
    state_store.append("log", b"5", limit=1)
    assert state_store.tail("log", 10) == [b"5"]


def test_a_list_lives_from_its_newest_item(state_store: StateStore) -> None:
    state_store.append("log", b"1", limit=9, ttl=0.05)
    assert eventually(lambda: state_store.tail("log", 9) == [])

    def append_two(ttl: float) -> None:
        state_store.delete("log")
        state_store.append("log", b"2", limit=9, ttl=ttl)
        state_store.append("log", b"3", limit=9)

    state_store.set("mark", b"", ttl=within_life(state_store, append_two))
    eventually(lambda: state_store.get("mark") is None)
    assert state_store.tail("log", 9) == [b"2", b"3"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_list_without_room_is_refused(state_store: StateStore, limit: int) -> None:
    with pytest.raises(InvalidValueError, match="at least 1"):
        state_store.append("log", b"", limit=limit)


def test_recent_bookings_are_listed_newest_first_each_once(state_store: StateStore) -> None:
    for uid in ("a", "b", "a", "c"):
        remember_booking(state_store, "api.cal.com", uid)
    assert recent_bookings(state_store, "api.cal.com") == ["c", "a", "b"]
    assert recent_bookings(state_store, "api.cal.com", 1) == ["c"]
    assert recent_bookings(state_store.for_namespace("praxis"), "api.cal.com") == []
    assert recent_bookings(state_store, "cal.example.org") == []


def test_recent_bookings_forget_the_oldest(state_store: StateStore) -> None:
    for number in range(60):
        remember_booking(state_store, "api.cal.com", f"uid-{number}")
    found = recent_bookings(state_store, "api.cal.com", 100)
    assert (len(found), found[0], found[-1]) == (50, "uid-59", "uid-10")


def test_counters_and_a_list_are_written_in_one_step(state_store: StateStore) -> None:
    state_store.increment("ok", 2)
    for number in range(3):
        state_store.record({"ok": 1, "ms": 10 * number}, "log", str(number).encode(), limit=2)
    state_store.record({}, "log", b"last", limit=2)
    assert state_store.counters("") == {"ok": 5, "ms": 30}
    assert state_store.tail("log", 9) == [b"2", b"last"]


def test_several_lines_are_recorded_in_their_order_and_the_newest_stay(state_store: StateStore) -> None:
    state_store.append("log", b"0", limit=4)
    state_store.record({"ok": 3}, "log", b"1", b"2", b"3", limit=4)
    assert state_store.tail("log", 9) == [b"0", b"1", b"2", b"3"]
    state_store.record({"ok": 6}, "log", *(str(number).encode() for number in range(4, 10)), limit=4)
    assert state_store.tail("log", 9) == [b"6", b"7", b"8", b"9"]
    state_store.record({"ok": 1}, "log", limit=4)
    assert (state_store.counters(""), state_store.tail("log", 1)) == ({"ok": 10}, [b"9"])


def test_recording_keeps_the_end_of_a_counter_that_has_one(state_store: StateStore) -> None:
    def count_twice(ttl: float) -> None:
        state_store.delete("short")
        state_store.increment("short", ttl=ttl)
        state_store.record({"short": 1}, "log", b"x", limit=2)

    within_life(state_store, count_twice)
    eventually(lambda: state_store.counters("short") == {})


def test_a_record_that_cannot_be_written_whole_is_not_written_at_all(state_store: StateStore) -> None:
    with pytest.raises(InvalidValueError):
        state_store.record({"ok": 1}, "log", b"x", limit=0)
    assert state_store.counters("") == {}
