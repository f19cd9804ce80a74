"""The daemon's API as tests ask it: over HTTP in process, on real records and a real state store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.platform.api_requests import Logged, list_requests
from askpro_cli.platform.api_tokens import create_token
from askpro_cli.platform.records import Records
from askpro_cli.server.api.app import Api, create_api
from askpro_cli.server.api.needs import ApiOptions, CalcomHealth, Readiness
from askpro_cli.server.counters import Counters, samples_of
from askpro_cli.state.store import StateStore
from support.records import QuietLog, opened

_INBOX = {
    "committer": {
        **dict.fromkeys(("waiting", "queue", "commits", "stored", "duplicates", "conflicts", "failed"), 0),
        "ok": True,
    },
    "gate": None,
    "rejected": {"waiting": 0, "kept": 0, "dropped": 0, "error": None},
    "free_bytes": 1_000_000_000,
    "disk_low": False,
}


@dataclass
class SmallDaemon:
    """What the API needs of a daemon; records and state are real."""

    records: Records
    state: StateStore
    clock: Clock = field(default_factory=SystemClock)
    log: QuietLog = field(default_factory=QuietLog)
    counters: Counters = field(default_factory=Counters)
    calcom_health: CalcomHealth | None = None
    checks: dict[str, str | None] = field(default_factory=lambda: {"store": None})
    inbox: Mapping[str, Any] = field(default_factory=lambda: dict(_INBOX))
    workers: Mapping[str, Any] | None = None

    def readiness(self) -> Readiness:
        return Readiness(not any(self.checks.values()), dict(self.checks))

    def status(self) -> Mapping[str, Any]:
        return {"version": "0", "inbox": self.inbox, "workers": self.workers}

    def count_samples(self) -> Sequence[tuple[str, Mapping[str, str], float]]:
        return samples_of(self.counters)


@dataclass
class Served:
    """An API and those who ask it."""

    daemon: SmallDaemon
    api: Api
    address: str | None = "192.0.2.7"

    def ask(
        self,
        path: str,
        *,
        token: str | None = None,
        method: str = "GET",
        headers: Mapping[Any, Any] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Send one request and return the answer; *headers* are texts or bytes."""

        async def send() -> httpx.Response:
            client = (self.address, 50000) if self.address else None
            transport = httpx.ASGITransport(self.api, client=client)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://askpro.example.org") as http:
                own: dict[Any, Any] = {} if token is None else {"Authorization": f"Bearer {token}"}
                return await http.request(method, path, headers=own | dict(headers or {}), **more)

        return asyncio.run(send())

    def token(self, *scopes: str, name: str | None = None, expires_at_ms: int | None = None) -> str:
        """Make a token with these scopes."""
        made = self.daemon.records.run_in_transaction(
            lambda session: create_token(
                session,
                name=name or f"test {os.urandom(4).hex()}",
                scopes=scopes,
                expires_at_ms=expires_at_ms,
            )
        )
        return made.text

    def logged(self) -> list[Logged]:
        """Return what was written down, the newest first, once nothing waits any more; ends the log."""
        assert self.api.request_log.close(30)
        return self.daemon.records.run_in_transaction(list_requests)


@contextmanager
def serve(
    records: Records, state: StateStore, options: ApiOptions | None = None, **more: Any
) -> Iterator[Served]:
    """Serve the API of a small daemon."""
    daemon = SmallDaemon(records, state, **more)
    api = create_api(daemon, options or ApiOptions())
    api.start()
    try:
        yield Served(daemon, api)
    finally:
        api.close(30)


@pytest.fixture
def served(platform_url: str, sqlite_store: StateStore) -> Iterator[Served]:
    """The API over each family of records."""
    with opened(platform_url) as records, serve(records, sqlite_store) as one:
        yield one


@pytest.fixture
def served_embedded(sqlite_platform_url: str, sqlite_store: StateStore) -> Iterator[Served]:
    """The API over the embedded records, for tests to which the family does not matter."""
    with opened(sqlite_platform_url) as records, serve(records, sqlite_store) as one:
        yield one


Serve = Callable[..., Served]


@pytest.fixture
def serve_with(sqlite_platform_url: str, sqlite_store: StateStore) -> Iterator[Serve]:
    """Serve the embedded records with options of the API and parts of the daemon as they are given."""
    from contextlib import ExitStack

    with ExitStack() as stack, opened(sqlite_platform_url) as records:

        def start(options: ApiOptions | None = None, **more: Any) -> Served:
            return stack.enter_context(serve(records, sqlite_store, options, **more))

        yield start
