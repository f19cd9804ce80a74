"""One process of ``askpro serve``: what it holds, and how it begins and ends.

The event loop owns it. The shell builds its parts (``shell/actions/daemon/serving.py``); tests build it with
fewer or invented ones.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import partial
from typing import Any, Protocol

from starlette.types import Receive, Scope, Send

from askpro_cli import __version__
from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.base.errors import AskproError
from askpro_cli.platform.records import Records
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.resilience.threads import hop
from askpro_cli.server.api.needs import CalcomHealth, Readiness
from askpro_cli.server.counters import Counters, samples_of
from askpro_cli.server.options import ServerOptions
from askpro_cli.server.readiness import Checks, Vitals
from askpro_cli.state.store import StateStore
from askpro_cli.webhooks.arrivals import Admitted, Arrival, Refusal, Secret, Stored
from askpro_cli.webhooks.inbox.options import InboxHealth


class Keeper(Protocol):
    """What the daemon needs of an inbox (:class:`askpro_cli.webhooks.inbox.inbox.Inbox`)."""

    def start(self) -> None:
        """Start its threads; called in the event loop."""
        ...

    async def keep(self, admitted: Admitted) -> Stored:
        """Return once the event is on disk.

        Raises:
            IntakeFullError: too many wait already.
            IntakeUnavailableError: the database cannot keep it, or not in time.
        """
        ...

    def reject(self, arrival: Arrival, refusal: Refusal, *, body_known: bool = True) -> None:
        """Note a request that was not let in; never waits, never fails."""
        ...

    def close(self, seconds: float) -> object:
        """Finish what was taken, within *seconds*; blocks, so it is called in a thread."""
        ...

    def health(self) -> InboxHealth:
        """Return how it is."""
        ...


class Secrets(Protocol):
    """What the daemon needs of the secrets (:class:`askpro_cli.webhooks.secrets.SecretBook`)."""

    def of(self, source: str) -> Sequence[Secret]:
        """Return the secrets of a source, () when it has none."""
        ...

    def sources(self) -> Sequence[str]:
        """Return who may send: the vendors and the configured senders, with a secret or without."""
        ...

    def reload(self) -> object:
        """Read them again: all of them or, when one cannot be read, none (ConfigError)."""
        ...


class Pool(Protocol):
    """What the daemon needs of the workers (:class:`askpro_cli.webhooks.worker.pool.WorkerPool`)."""

    def start(self) -> None:
        """Start its threads."""
        ...

    def stop(self, seconds: float) -> object:
        """Let what is under way finish, give back the rest; blocks."""
        ...

    def stats(self) -> Any:
        """Return what it did."""
        ...


class Api(Protocol):
    """What answers everything but the senders (:func:`askpro_cli.server.api.app.create_api`)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        ...

    def start(self) -> None:
        """Begin to write the log of requests."""
        ...

    def close(self, seconds: float) -> None:
        """Write what is still to be written."""
        ...


@dataclass(kw_only=True)
class Daemon:
    """What the routes work with; it fits :class:`~askpro_cli.server.api.needs.ApiDaemon` by its shape.

    Args:
        options: see :class:`~askpro_cli.server.options.ServerOptions`.
        inbox: keeps events.
        secrets: of the senders.
        records: the whole platform's records, for the routes that read and for tokens.
        state: the shared state.
        log: one JSON line an event.
        pool: workers of this process; None when others handle what comes in.
        calcom_health: the shell's probe of Cal.com.
        clock: the one clock.
        counters: see :class:`~askpro_cli.server.counters.Counters`.
    """

    options: ServerOptions
    inbox: Keeper
    secrets: Secrets
    records: Records
    state: StateStore
    log: EventLog
    pool: Pool | None = None
    calcom_health: CalcomHealth | None = None
    clock: Clock = field(default_factory=SystemClock)
    counters: Counters = field(default_factory=Counters)
    draining: bool = False

    def __post_init__(self) -> None:
        self._vitals = Vitals(self.records.engine, self._inbox_checks, self.log)
        self._begun = self.clock.monotonic()
        self._last_acts: list[Callable[[], Awaitable[None]]] = []

    def start(self) -> None:
        """Start inbox, workers and the look at the records; called in the event loop."""
        self.inbox.start()
        self._vitals.start()
        if self.pool is not None:
            self.pool.start()

    def drain(self) -> None:
        """Stop being ready; what is under way goes on."""
        if not self.draining:
            self.draining = True
            self.log.event("daemon.draining")

    def before_stop(self, act: Callable[[], Awaitable[None]]) -> None:
        """Have *act* awaited before the inbox closes."""
        self._last_acts.append(act)

    async def stop(self, seconds: float) -> None:
        """Keep and handle what was taken in, within *seconds* for each of inbox and workers."""
        self.drain()
        for act in self._last_acts:
            await act()
        parts = [hop(partial(self.inbox.close, seconds))]
        if self.pool is not None:
            parts.append(hop(partial(self.pool.stop, seconds)))
        await asyncio.gather(*parts)
        self._vitals.stop()
        self.log.event("daemon.stopped", seconds=round(self.clock.monotonic() - self._begun, 3))

    async def reload(self) -> bool:
        """Read the secrets again; False, with the reason in the log, when that failed and nothing changed."""
        try:
            await hop(self.secrets.reload)
        except AskproError as error:
            self.log.event("daemon.reload_failed", level="error", code=error.code, reason=error.message)
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the old ones stay in use and serve on
            self.log.event("daemon.reload_failed", level="error", code="bug", reason=type(error).__name__)
            return False
        self.counters.reloads += 1
        self.log.event("daemon.reloaded", sources=sorted(self.secrets.sources()))
        return True

    def readiness(self) -> Readiness:
        """Return whether events are taken, as last found out; never waits."""
        return self._vitals.readiness(draining=self.draining)

    def now_ms(self) -> int:
        """Return milliseconds since 1970 UTC by the daemon's clock."""
        return int(self.clock.now().timestamp() * 1000)

    def status(self) -> dict[str, Any]:
        """Return how its parts are, as JSON for ``/api/health``."""
        return {
            "version": __version__,
            "pid": os.getpid(),
            "uptime_s": round(self.clock.monotonic() - self._begun, 1),
            "draining": self.draining,
            "connections": self.counters.open,
            "reloads": self.counters.reloads,
            "inbox": _plain(self.inbox.health()),
            "workers": None if self.pool is None else _plain(self.pool.stats()),
        }

    def count_samples(self) -> list[tuple[str, Mapping[str, str], float]]:
        """Return the counters for ``/metrics``: name, labels, value."""
        return samples_of(self.counters)

    def _inbox_checks(self) -> Checks:
        health = self.inbox.health()
        disk = f"{health.free_bytes} bytes are free" if health.disk_low else None
        return {"disk": disk, "inbox": None if health.committer.ok else str(health.committer.error)}


def _plain(found: Any) -> Any:
    return asdict(found) if is_dataclass(found) and not isinstance(found, type) else found
