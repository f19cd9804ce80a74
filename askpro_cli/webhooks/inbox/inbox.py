"""The inbox as the daemon uses it: committer, Redis gate and the log of rejected requests together."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from askpro_cli.base.clock import Clock
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.webhooks.arrivals import Admitted, Arrival, Refusal, Stored
from askpro_cli.webhooks.inbox.options import InboxHealth, InboxOptions


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
        raise NotImplementedError

    def start(self) -> None:
        """Start the threads; a database that is gone is told by :meth:`health`, not here."""
        raise NotImplementedError

    async def keep(self, admitted: Admitted) -> Stored:
        """Return once the event is on disk (fsync), or was there already.

        Raises:
            IntakeFullError: too many wait already; nothing was done.
            IntakeUnavailableError: it was not kept in time, or nobody knows: do not acknowledge it.
        """
        raise NotImplementedError

    def reject(self, arrival: Arrival, refusal: Refusal, *, body_known: bool = True) -> None:
        """Remember a request that was not let in: best effort, never waits, never raises.

        Args:
            arrival: the request.
            refusal: why.
            body_known: False where the body was not read to its end (too large, too slow): it is not kept.
        """
        raise NotImplementedError

    def health(self) -> InboxHealth:
        """Return how it is; costs no query."""
        raise NotImplementedError

    def close(self, seconds: float = 10.0) -> bool:
        """Keep what waits, for at most *seconds*, and stop; True when nothing was left."""
        raise NotImplementedError
