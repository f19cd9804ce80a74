"""One process of ``askpro serve``: what it holds, and how it begins and ends.

The event loop owns it; :meth:`Daemon.readiness` hops to a thread for what asks the database. The shell builds
its parts (``shell/actions/daemon/serving.py``); tests build it with fewer or invented ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.server.counters import Counters
from askpro_cli.server.options import ServerOptions
from askpro_cli.server.readiness import Readiness
from askpro_cli.webhooks.arrivals import Admitted, Arrival, Refusal, Secret, Stored

if TYPE_CHECKING:
    from askpro_cli.platform.records import Records


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

    def reject(self, arrival: Arrival, refusal: Refusal) -> None:
        """Note a request that was not let in; never waits, never fails."""
        ...

    def close(self, seconds: float) -> None:
        """Finish what was taken, within *seconds*; blocks, so it is called in a thread."""
        ...

    def health(self) -> Any:
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

    def reload(self) -> None:
        """Read them again: all of them or, when one cannot be read, none (ConfigError)."""
        ...


class Pool(Protocol):
    """What the daemon needs of the workers (:class:`askpro_cli.webhooks.worker.pool.WorkerPool`)."""

    def start(self) -> None:
        """Start its threads."""
        ...

    def stop(self, seconds: float) -> None:
        """Let what is under way finish, give back the rest; blocks."""
        ...

    def stats(self) -> Any:
        """Return what it did."""
        ...


@dataclass(kw_only=True)
class Daemon:
    """What the routes work with. ``create_api(daemon)`` makes all routes but ``/webhooks/…``.

    Args:
        options: see :class:`~askpro_cli.server.options.ServerOptions`.
        inbox: keeps events.
        secrets: of the senders.
        records: the whole platform's records, for the routes that read and for tokens.
        log: one JSON line an event.
        pool: workers of this process; None when others handle what comes in.
        clock: the one clock.
        counters: see :class:`~askpro_cli.server.counters.Counters`.
        tools: what the API needs from the shell by name, so that the server knows nothing above it:
            ``state`` (a thunk of the StateStore of the daemon), ``companies`` (a thunk of the slugs),
            ``calcom_health`` (a function of a slug, see server/api).
    """

    options: ServerOptions
    inbox: Keeper
    secrets: Secrets
    records: Records
    log: EventLog
    pool: Pool | None = None
    clock: Clock = field(default_factory=SystemClock)
    counters: Counters = field(default_factory=Counters)
    tools: Mapping[str, Any] = field(default_factory=dict)
    draining: bool = False

    async def start(self) -> None:
        """Start inbox and workers; the socket may be open already, requests wait until this is done."""
        raise NotImplementedError

    def drain(self) -> None:
        """Stop being ready; what is under way goes on."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Finish what was taken in, within ``options.drain``."""
        raise NotImplementedError

    async def reload(self) -> bool:
        """Read the secrets again; False, with the reason in the log, when that failed and nothing changed."""
        raise NotImplementedError

    async def readiness(self) -> Readiness:
        """Return whether events are taken; asks the database at most once a second."""
        raise NotImplementedError

    def now_ms(self) -> int:
        """Return milliseconds since 1970 UTC by the daemon's clock."""
        raise NotImplementedError
