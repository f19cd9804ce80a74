"""Tags and their generations: a fill counts only under the generation read before its request."""

from __future__ import annotations

from support.waiting import eventually

from askpro_cli.state.store import StateStore


def test_a_tag_starts_at_nothing_and_grows(state_store: StateStore) -> None:
    assert state_store.generations(["host:1", "host:2"]) == {"host:1": 0, "host:2": 0}
    state_store.bump("host:1")
    state_store.bump("host:1", "host:2")
    assert state_store.generations(["host:1", "host:2"]) == {"host:1": 2, "host:2": 1}
    assert state_store.generations([]) == {}


def test_bumping_nothing_is_nothing(state_store: StateStore) -> None:
    state_store.bump()
    assert state_store.generations(["a"]) == {"a": 0}


def test_a_fill_under_the_present_generations_is_stored_with_a_time_by_key(state_store: StateStore) -> None:
    tags = state_store.generations(["host:1", "company"])
    assert state_store.set_tagged({"mon": b"m", "tue": b""}, ttl={"mon": 300.0, "tue": 60.0}, tags=tags)
    found = state_store.get_entries(["mon", "tue"])
    assert {key: entry.value for key, entry in found.items()} == {"mon": b"m", "tue": b""}
    assert {key: round((entry.ttl or 0) / 60) for key, entry in found.items()} == {"mon": 5, "tue": 1}


def test_a_bump_between_the_reading_of_generations_and_the_fill_stores_nothing(
    state_store: StateStore,
) -> None:
    tags = state_store.generations(["host:1", "host:2"])
    state_store.bump("host:2")
    assert not state_store.set_tagged({"mon": b"stale"}, ttl={"mon": 300.0}, tags=tags)
    assert state_store.get_entries(["mon"]) == {}


def test_a_refused_fill_leaves_what_was_there(state_store: StateStore) -> None:
    state_store.set("mon", b"old")
    assert not state_store.set_tagged({"mon": b"new"}, ttl={}, tags={"host": 7})
    assert state_store.get("mon") == b"old"


def test_a_bump_makes_the_entry_absent_for_every_method(state_store: StateStore) -> None:
    state_store.set_tagged({"mon": b"1", "tue": b"1"}, ttl={}, tags={"host": 0, "company": 0})
    state_store.set_tagged({"other": b"2"}, ttl={}, tags={"host:9": 0})
    state_store.bump("host")
    assert state_store.get("mon") is None
    assert set(state_store.get_entries(["mon", "tue", "other"])) == {"other"}
    assert list(state_store.keys()) == ["other"]
    assert not state_store.compare_and_set("mon", b"1", b"2")
    assert state_store.delete("tue") == 0
    assert state_store.add("mon", b"3")
    assert state_store.get("mon") == b"3"


def test_clear_counts_only_what_was_live(state_store: StateStore) -> None:
    state_store.set_tagged({"mon": b"1"}, ttl={}, tags={"host": 0})
    state_store.set("tue", b"1")
    state_store.bump("host")
    assert state_store.clear() == 1


def test_a_new_fill_after_a_bump_is_live_and_an_older_generation_never_again(state_store: StateStore) -> None:
    state_store.bump("host")
    now = state_store.generations(["host"])
    assert state_store.set_tagged({"mon": b"1"}, ttl={}, tags=now)
    assert not state_store.set_tagged({"mon": b"0"}, ttl={}, tags={"host": 0})
    assert state_store.get("mon") == b"1"


def test_a_plain_store_over_a_tagged_entry_forgets_its_tags(state_store: StateStore) -> None:
    state_store.set_tagged({"mon": b"1"}, ttl={}, tags={"host": 0})
    state_store.set("mon", b"2")
    state_store.bump("host")
    assert state_store.get("mon") == b"2"


def test_a_fill_without_tags_is_always_stored(state_store: StateStore) -> None:
    assert state_store.set_tagged({"a": b"1"}, ttl={"a": 0.05}, tags={})
    eventually(lambda: state_store.get("a") is None)
    assert state_store.set_tagged({}, ttl={}, tags={})


def test_generations_outlive_a_clear(state_store: StateStore) -> None:
    """A clear must not give an old generation back to a fill that is on its way."""
    state_store.bump("host")
    state_store.clear()
    assert state_store.generations(["host"]) == {"host": 1}
    assert not state_store.set_tagged({"mon": b"1"}, ttl={}, tags={"host": 0})


def test_tags_with_odd_letters_work(state_store: StateStore) -> None:
    tag = 'host "Zoë" \\ {1}'
    assert state_store.set_tagged({"a": b"1"}, ttl={}, tags={tag: 0})
    assert state_store.get("a") == b"1"
    state_store.bump(tag)
    assert state_store.get("a") is None
