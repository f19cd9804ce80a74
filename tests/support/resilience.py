"""A vendor that answers by script, and a policy whose time passes only while it sleeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import StateError
from askpro_cli.resilience.policy import Attempt, Policy, PolicySettings, RateWindow
from askpro_cli.state.store import Entry, StateStore

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class ClockedStore:
    """A real store whose clock is the test's, and which can be unplugged."""

    def __init__(self, store: StateStore, clock: ManualClock, plug: Plug | None = None) -> None:
        self._store = store
        self._clock = clock
        self.plug = plug or Plug()

    def now(self) -> float:
        """Return the test's time."""
        self.plug.check()
        return self._clock.now().timestamp()

    def get_entries(self, keys: Sequence[str]) -> dict[str, Entry]:
        """Return the store's entries as read at the test's time."""
        now = self.now()
        return {key: replace(entry, read_at=now) for key, entry in self._store.get_entries(keys).items()}

    def for_namespace(self, namespace: str) -> ClockedStore:
        """Return the same store for another namespace, on the same plug."""
        return ClockedStore(self._store.for_namespace(namespace), self._clock, self.plug)

    def __getattr__(self, name: str) -> Any:
        self.plug.check()
        return getattr(self._store, name)


@dataclass
class Plug:
    """Whether the store can be reached; ``asked`` counts how often somebody tried."""

    out: bool = False
    asked: int = 0

    def check(self) -> None:
        """Fail as a store that is gone does."""
        self.asked += 1
        if self.out:
            raise StateError("cannot reach the state store")


@dataclass
class Vendor:
    """Answers by script: an exception is raised, anything else returned; the last one is repeated.

    A function in the script is called for its answer (an exception instance serves one raise only).
    """

    script: Sequence[Any] = ("ok",)
    rate: Sequence[RateWindow] = ()
    calls: int = 0
    before: Callable[[], None] = lambda: None

    async def send(self, attempt: Attempt) -> Any:
        """Make one try."""
        answer = self.script[min(self.calls, len(self.script) - 1)]
        if callable(answer):
            answer = answer()
        self.calls += 1
        self.before()
        failed = isinstance(answer, BaseException)
        attempt.report(
            status=getattr(answer, "status", None) if failed else 200,
            request_id=f"req-{self.calls}",
            rate=self.rate,
        )
        if failed:
            raise cast("BaseException", answer)
        return answer


@dataclass
class Events:
    """A run log that keeps what it is told."""

    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def event(self, name: str, *, level: str = "info", **fields: Any) -> None:
        """Keep one event."""
        self.seen.append((name, {"level": level, **fields}))

    def names(self) -> list[str]:
        """Return the names in order."""
        return [name for name, _ in self.seen]


class Bench:
    """A policy on a real store, with time that only passes when it is told to."""

    def __init__(self, store: StateStore) -> None:
        self.clock = ManualClock(START)
        self.clocked = ClockedStore(store, self.clock)
        self.store = cast("StateStore", self.clocked)
        self.plug = self.clocked.plug
        self.slept: list[float] = []
        self.events = Events()

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept.append(seconds)
        self.clock.advance(seconds)

    def policy(
        self,
        settings: PolicySettings | None = None,
        *,
        key_id: str = "0123456789ab",
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> Policy:
        """Return a policy as a process of its own would have it."""
        return Policy(
            self.store,
            vendor="calcom",
            key_id=key_id,
            settings=settings or PolicySettings(),
            clock=self.clock,
            run_id="feedc0ffee00",
            company="salon",
            log=self.events,
            sleep=sleep or self.sleep,
            rng=lambda: 1.0,
        )
