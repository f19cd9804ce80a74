"""The state stores of a test: the same suite runs over SQLite and over a real Redis."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from askpro_cli.state.redis_store import RedisStore
from askpro_cli.state.sqlite_store import SqliteStore
from askpro_cli.state.store import StateStore
from support.redis_server import RedisServer

STORES = ("sqlite", "redis")


@dataclass
class StorePlace:
    """One empty store, which several objects and processes may open at once."""

    kind: str
    address: str
    prefix: str = field(default_factory=lambda: f"askpro-test-{os.getpid()}-{uuid.uuid4().hex[:12]}")
    opened: list[StateStore] = field(default_factory=list)

    def open(self, namespace: str = "salon") -> StateStore:
        """Open it once more, as another process would; closed by the fixture."""
        store: StateStore
        if self.kind == "redis":
            store = RedisStore(self.address, namespace, prefix=self.prefix)
        else:
            store = SqliteStore(Path(self.address), namespace)
        self.opened.append(store)
        return store

    def source(self, namespace: str = "salon") -> str:
        """Return Python source that binds ``store`` in another process."""
        if self.kind == "redis":
            head = "from askpro_cli.state.redis_store import RedisStore\n"
            return head + f"store = RedisStore({self.address!r}, {namespace!r}, prefix={self.prefix!r})\n"
        head = "from pathlib import Path\nfrom askpro_cli.state.sqlite_store import SqliteStore\n"
        return head + f"store = SqliteStore(Path({self.address!r}), {namespace!r})\n"

    def remove(self) -> None:
        """Close all and delete what the test left on a server that others use too."""
        for store in self.opened:
            store.close()
        if self.kind == "redis":
            client = redis.Redis.from_url(self.address)
            for key in client.scan_iter(f"{self.prefix}:*"):
                client.delete(key)
            client.close()


def within_life(store: StateStore, act: Callable[[float], object]) -> float:
    """Do *act* with ever longer times to live until it was over before they were; return the last one.

    For what happens to something that has not expired yet, on however busy a machine.
    """
    ttl = 0.05
    while True:
        before = store.now()
        act(ttl)
        if store.now() - before < ttl - 0.005:
            return ttl
        ttl *= 2


@pytest.fixture(params=STORES)
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StorePlace]:
    """An empty store of each kind."""
    address = str(tmp_path / "state" / "state.db")
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        address = server.url
    place = StorePlace(request.param, address)
    yield place
    place.remove()


@pytest.fixture
def state_store(store_place: StorePlace) -> StateStore:
    """An open store of each kind, bound to the company ``salon``."""
    return store_place.open()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqliteStore]:
    """The embedded store, for tests to which the kind does not matter."""
    store = SqliteStore(tmp_path / "state" / "state.db", "salon")
    yield store
    store.close()
