"""Both stores against one model: whatever is done in whatever order, the answers are the model's."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from support.stores import StorePlace
from support.waiting import eventually

from askpro_cli.state.store import Lock, StateStore

_NAMESPACES = count()
_KEYS = st.sampled_from(["a", "a:1", "a:2", "b", "*"])
_TAGS = st.sampled_from(["host:1", "host:2", "company"])
_VALUES = st.binary(max_size=4)
_MAYBE = st.none() | st.sampled_from([b"", b"1", b"2"])


class StoreMachine(RuleBasedStateMachine):
    """A store beside a few dictionaries."""

    read_generations: Bundle[dict[str, int]] = Bundle("read_generations")
    held: Bundle[Lock] = Bundle("held")

    def __init__(self, store: StateStore) -> None:
        super().__init__()
        self.store = store.for_namespace(f"n{next(_NAMESPACES)}")
        self.values: dict[str, tuple[bytes, frozenset[str]]] = {}
        self.counters: dict[str, int] = {}
        self.lists: dict[str, list[bytes]] = {}
        self.generations = {"host:1": 0, "host:2": 0, "company": 0}
        self.locks: dict[str, str] = {}

    def value(self, key: str) -> bytes | None:
        return self.values.get(key, (None, None))[0]

    @rule(key=_KEYS, value=_VALUES, ttl=st.sampled_from([None, 600.0]))
    def put(self, key: str, value: bytes, ttl: float | None) -> None:
        self.store.set(key, value, ttl=ttl)
        self.values[key] = (value, frozenset())

    @rule(key=_KEYS)
    def put_and_expire(self, key: str) -> None:
        self.store.set(key, b"short", ttl=0.001)
        eventually(lambda: self.store.get(key) is None, every=0.001)
        self.values.pop(key, None)

    @rule(key=_KEYS, value=_VALUES)
    def add(self, key: str, value: bytes) -> None:
        assert self.store.add(key, value) == (key not in self.values)
        self.values.setdefault(key, (value, frozenset()))

    @rule(key=_KEYS, expected=_MAYBE, value=_MAYBE)
    def compare_and_set(self, key: str, expected: bytes | None, value: bytes | None) -> None:
        done = self.store.compare_and_set(key, expected, value)
        assert done == (self.value(key) == expected)
        if done:
            self.values.pop(key, None)
            if value is not None:
                self.values[key] = (value, frozenset())

    @rule(keys=st.lists(_KEYS, unique=True))
    def delete(self, keys: list[str]) -> None:
        kinds: tuple[dict[str, Any], ...] = (self.values, self.counters, self.lists)
        assert self.store.delete(*keys) == sum(key in kind for kind in kinds for key in keys)
        for kind in kinds:
            for key in keys:
                kind.pop(key, None)

    @rule(prefix=st.sampled_from(["", "a", "a:", "*", "z"]))
    def clear(self, prefix: str) -> None:
        gone = [key for key in self.values if key.startswith(prefix)]
        assert self.store.clear(prefix) == len(gone)
        for key in gone:
            del self.values[key]

    @rule(key=_KEYS, by=st.integers(-5, 5))
    def increment(self, key: str, by: int) -> None:
        self.counters[key] = self.counters.get(key, 0) + by
        assert self.store.increment(key, by) == self.counters[key]

    @rule(amounts=st.dictionaries(_KEYS, st.integers(-5, 5)))
    def increment_many(self, amounts: dict[str, int]) -> None:
        self.store.increment_many(amounts, ttl=600)
        for key, by in amounts.items():
            self.counters[key] = self.counters.get(key, 0) + by

    @rule(key=_KEYS, value=_VALUES, limit=st.integers(1, 3))
    def append(self, key: str, value: bytes, limit: int) -> None:
        self.store.append(key, value, limit=limit)
        self.lists[key] = [*self.lists.get(key, []), value][-limit:]

    @rule(target=read_generations)
    def read(self) -> dict[str, int]:
        found = self.store.generations(self.generations)
        assert found == self.generations
        return found

    @rule(tags=st.lists(_TAGS, min_size=1, unique=True))
    def bump(self, tags: list[str]) -> None:
        self.store.bump(*tags)
        for tag in tags:
            self.generations[tag] += 1
        self.values = {key: found for key, found in self.values.items() if not found[1] & set(tags)}

    @rule(
        read=read_generations, tags=st.sets(_TAGS), entries=st.dictionaries(_KEYS, _VALUES), ttl=st.booleans()
    )
    def fill(self, read: dict[str, int], tags: set[str], entries: dict[str, bytes], *, ttl: bool) -> None:
        under = {tag: read[tag] for tag in tags}
        times = dict.fromkeys(entries, 600.0) if ttl else {}
        stored = self.store.set_tagged(entries, ttl=times, tags=under)
        assert stored == all(self.generations[tag] == number for tag, number in under.items())
        if stored:
            self.values |= {key: (value, frozenset(tags)) for key, value in entries.items()}

    @rule(target=held, name=_KEYS)
    def acquire(self, name: str) -> Lock:
        lock = self.store.acquire(name, ttl=600)
        assert (lock is None) == (name in self.locks)
        if lock is None:
            return Lock(name, "0" * 32, 1)
        self.locks[name] = lock.token
        return lock

    @rule(lock=held)
    def renew(self, lock: Lock) -> None:
        assert self.store.renew(lock, ttl=600) == (self.locks.get(lock.name) == lock.token)

    @rule(lock=held)
    def release(self, lock: Lock) -> None:
        ours = self.locks.get(lock.name) == lock.token
        assert self.store.release(lock) == ours
        if ours:
            del self.locks[lock.name]

    @invariant()
    def answers_are_the_models(self) -> None:
        wanted = ["a", "a:1", "a:2", "b", "*"]
        values = {key: value for key, (value, _) in self.values.items()}
        assert {key: entry.value for key, entry in self.store.get_entries(wanted).items()} == values
        assert {key: self.store.get(key) for key in wanted} == {key: values.get(key) for key in wanted}
        assert set(self.store.keys("a")) == {key for key in values if key.startswith("a")}
        assert self.store.counters() == self.counters
        assert {key: self.store.tail(key, 9) for key in wanted} == {
            key: self.lists.get(key, []) for key in wanted
        }
        assert {key: self.store.locked(key) for key in wanted} == {key: self.locks.get(key) for key in wanted}


def test_any_sequence_of_calls_answers_as_the_model_does(store_place: StorePlace) -> None:
    store = store_place.open()
    run_state_machine_as_test(
        lambda: StoreMachine(store),  # type: ignore[arg-type]  # a factory is documented to do
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,  # a real server on a busy machine
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
