"""A day of requests that uses every route of the sandbox and every method of the client, written down.

The client's methods are found by looking, not by a list: one that nobody calls here fails a test by its name.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.redaction import fingerprint
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.wire.transport import CalcomTransport
from askpro_cli.resilience.budget import GovernorSettings
from askpro_cli.resilience.policy import Policy, PolicySettings
from askpro_cli.sandbox.app import SandboxApp, create_app
from askpro_cli.sandbox.options import RateLimit, SandboxOptions
from askpro_cli.sandbox.world.loading import parse
from askpro_cli.sandbox.world.world import World
from askpro_cli.state.store import StateStore
from support.contract.exchange import Exchange, exchange_of
from support.sandbox import SANDBOX_BASE, SANDBOX_KEY, SANDBOX_NOW, SandboxTransport

WORLD_FILE = Path(__file__).resolve().parents[2] / "contract" / "world.yaml"
_NO_REQUESTS = frozenset({"aclose"})
_PLENTY = RateLimit(limit=100_000)


@dataclass
class Corpus:
    """What was said, and which method of the client said it."""

    exchanges: list[Exchange] = field(default_factory=list)
    by_method: dict[str, list[Exchange]] = field(default_factory=dict)


@dataclass
class Day:
    """What was said in a day, and which sessions broke off."""

    corpus: Corpus
    broken: dict[str, str]


class RecordingTransport(SandboxTransport):
    """httpx over the sandbox in process that writes everything down."""

    def __init__(self, app: SandboxApp, corpus: Corpus) -> None:
        super().__init__(app)
        self._corpus = corpus
        self._method: str | None = None

    @contextmanager
    def during(self, method: str) -> Iterator[None]:
        """Note what is said meanwhile under the name of a method of the client."""
        outer, self._method = self._method, method
        self._corpus.by_method.setdefault(method, [])
        try:
            yield
        finally:
            self._method = outer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        body = b"".join([part async for part in response.stream])
        exchange = exchange_of(request, response.status_code, body)
        self._corpus.exchanges.append(exchange)
        if self._method is not None:
            self._corpus.by_method[self._method].append(exchange)
        return response


@dataclass
class Place:
    """A practice and everything to speak to it."""

    app: SandboxApp
    clock: ManualClock
    store: StateStore
    corpus: Corpus
    transport: RecordingTransport

    @classmethod
    def build(cls, store: StateStore) -> Place:
        """Return a practice as new."""
        clock, corpus = ManualClock(SANDBOX_NOW), Corpus()
        world = World(parse(WORLD_FILE.read_text(encoding="utf-8"), WORLD_FILE.name), seed=1)
        app = create_app(world, clock=clock, options=SandboxOptions(rate_limit=_PLENTY))
        return cls(app, clock, store, corpus, RecordingTransport(app, corpus))

    def client(self, version: str = "2024-08-13", key: str = SANDBOX_KEY) -> CalcomClient:
        """Return a client whose methods are noted as they are called."""
        policy = Policy(
            self.store,
            vendor="calcom",
            key_id=fingerprint(key),
            settings=PolicySettings(governor=GovernorSettings(limit=_PLENTY.limit)),
            clock=self.clock,
            run_id="contract",
            company="practice",
            sleep=_at_once,
        )
        client = CalcomClient(CalcomTransport(SANDBOX_BASE, key, transport=self.transport), policy, version)
        for owner, name, method in _methods(client):
            setattr(owner, method, _noted(self.transport, name, getattr(owner, method)))
        return client

    async def ask(self, method: str, path: str, version: str | None, body: Any = None) -> Any:
        """Send a request no client of ours sends; return the answer's data, which must be a success."""
        headers = {"Authorization": f"Bearer {SANDBOX_KEY}"}
        if version:
            headers["cal-api-version"] = version
        async with httpx.AsyncClient(
            transport=self.transport, base_url=SANDBOX_BASE.removesuffix("/v2"), trust_env=False
        ) as client:
            answer = await client.request(method, path, headers=headers, json=body)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json().get("data")


async def _at_once(_: float) -> None:
    """Let a pause between tries pass."""


def client_methods() -> list[str]:
    """Return the name of every method of the client that asks something, with that of its group."""
    unplugged: Any = None
    return sorted(name for _, name, _ in _methods(CalcomClient(unplugged, unplugged)))


def _methods(client: CalcomClient) -> Iterator[tuple[Any, str, str]]:
    """Yield every public method that waits: whose it is, its name as callers write it, and its own."""
    groups = {name: group for name, group in vars(client).items() if not name.startswith("_")}
    for prefix, owner in {"": client, **{f"{name}.": group for name, group in groups.items()}}.items():
        for name, found in inspect.getmembers(type(owner), _waits):
            if not name.startswith("_") and name not in _NO_REQUESTS:
                yield owner, prefix + name, found.__name__


def _waits(member: object) -> bool:
    return inspect.iscoroutinefunction(member) or inspect.isasyncgenfunction(member)


def _noted(transport: RecordingTransport, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(method):

        async def listed(*args: Any, **more: Any) -> Any:
            with transport.during(name):
                async for item in method(*args, **more):
                    yield item

        return listed

    async def called(*args: Any, **more: Any) -> Any:
        with transport.during(name):
            result: Awaitable[Any] = method(*args, **more)
            return await result

    return called
