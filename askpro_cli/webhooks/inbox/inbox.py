"""The inbox as the daemon uses it: committer, Redis gate and the log of rejected requests together."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from askpro_cli.base.clock import Clock
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.webhooks.arrivals import Admitted, Arrival, Refusal, Stored
from askpro_cli.webhooks.inbox.committer import Committer
from askpro_cli.webhooks.inbox.disk import DiskGuard
from askpro_cli.webhooks.inbox.gate import OpenGate, RedisGate
from askpro_cli.webhooks.inbox.options import InboxHealth, InboxOptions
from askpro_cli.webhooks.inbox.rejected_log import RejectedLog


class Inbox:
    """Keeps what was admitted and remembers what was refused; one a process, used from one event loop.

    Args:
        engine: of the records, from :func:`~askpro_cli.platform.engine.open_engine`; the inbox takes
            connections of its own from it and never waits for the pool.
        options: the settings.
        redis_url: of the shared state; None: no gate, the database stands alone.
        announce: told after a commit that gave workers something to do; called in the committer's thread,
            must not wait (``Wakeups.announce``).
        on_commit: told of each commit: (seconds it took, events in it); the same thread (metrics).
        log: of the daemon.
        clock: of the daemon; tells since when something is wrong.
    """

    def __init__(
        self,
        engine: Engine,
        options: InboxOptions,
        *,
        redis_url: str | None = None,
        announce: Callable[[], object] | None = None,
        on_commit: Callable[[float, int], object] | None = None,
        log: EventLog | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._disk = DiskGuard(engine, options.min_free_bytes)
        self._gate = RedisGate(redis_url, engine.url) if redis_url else OpenGate()
        self._committer = Committer(
            engine,
            options,
            gate=self._gate,
            disk=self._disk,
            announce=announce,
            on_commit=on_commit,
            log=log,
            clock=clock,
        )
        self._rejected = RejectedLog(engine, options.rejected_keep)

    def start(self) -> None:
        """Start the threads; a database that is gone is told by :meth:`health`, not here."""
        self._committer.start()
        self._rejected.start()

    async def keep(self, admitted: Admitted) -> Stored:
        """Return once the event is on disk (fsync), or was there already.

        Raises:
            IntakeFullError: too many wait already; nothing was done.
            IntakeUnavailableError: it was not kept in time, or nobody knows: do not acknowledge it.
        """
        return await self._committer.keep(admitted)

    def reject(self, arrival: Arrival, refusal: Refusal, *, body_known: bool = True) -> None:
        """Remember a request that was not let in: best effort, never waits, never raises.

        Args:
            arrival: the request.
            refusal: why.
            body_known: False where the body was not read to its end (too large, too slow): it is not kept.
        """
        self._rejected.add(arrival, refusal, body_known=body_known)

    def health(self) -> InboxHealth:
        """Return how it is; costs no query."""
        return InboxHealth(
            committer=self._committer.health(),
            gate=self._gate.health(),
            rejected=self._rejected.health(),
            free_bytes=self._disk.free_bytes(),
            disk_low=self._disk.is_low(),
        )

    def close(self, seconds: float = 10.0) -> None:
        """Keep what waits, for at most *seconds*, and stop; what is left was never acknowledged.

        It blocks: call it in another thread than the event loop's (``asyncio.to_thread``), so that requests
        still get their answers.
        """
        self._committer.close(seconds)
        self._rejected.close(min(seconds, 2.0))
        self._gate.close()
