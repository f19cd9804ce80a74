"""How workers learn that there is work, without asking all the time; polling stays as the floor.

In the process: an event of threads. Beyond it: PostgreSQL's NOTIFY, said in the transaction that keeps an
event (:data:`POSTGRES_CHANNEL`), and a Redis channel (:data:`REDIS_CHANNEL`), by :meth:`Wakeups.announce`.
A wake-up may be lost or come twice; nothing depends on it but how soon work begins.
"""

from __future__ import annotations

POSTGRES_CHANNEL = "askpro_webhooks"
REDIS_CHANNEL = "askpro:webhooks"


class Wakeups:
    """Wake-ups of one process, to be shared by its inbox and its workers.

    Args:
        database_url: of the records; listened to where it is PostgreSQL. None: not listened to.
        redis_url: of the shared state; None: there is none.
    """

    def __init__(self, *, database_url: str | None = None, redis_url: str | None = None) -> None:
        self._database_url = database_url
        self._redis_url = redis_url

    def start(self) -> None:
        """Listen from now on, in threads; a server that is gone is tried again, never an error."""
        raise NotImplementedError

    def announce(self) -> None:
        """Tell all workers, after a commit, that there is work; from any thread, never waits or raises."""
        raise NotImplementedError

    def wake(self) -> None:
        """Wake those of this process alone."""
        raise NotImplementedError

    def wait(self, seconds: float) -> bool:
        """Wait for work for at most *seconds*; True when something was announced. For one thread."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop listening, and wake who waits."""
        raise NotImplementedError
