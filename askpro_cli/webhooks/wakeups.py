"""How workers learn that there is work, without asking all the time; polling stays as the floor.

In the process: an event of threads. Beyond it: PostgreSQL's NOTIFY, said in the transaction that keeps an
event (:data:`POSTGRES_CHANNEL`), and a Redis channel (:data:`REDIS_CHANNEL`), by :meth:`Wakeups.announce`.
A wake-up may be lost or come twice; nothing depends on it but how soon work begins.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

POSTGRES_CHANNEL = "askpro_webhooks"
REDIS_CHANNEL = "askpro:webhooks"

_LISTEN_SECONDS = 0.5
"""How long a listener waits before it looks whether it should end."""

_AGAIN_SECONDS = 5.0
"""Pause before a server that is gone is tried again."""

_ANNOUNCE_SECONDS = 0.02
"""Pause between two announcements to other processes: one wake-up is as good as many."""


class Wakeups:
    """Wake-ups of one process, to be shared by its inbox and its workers.

    Args:
        database_url: of the records; listened to where it is PostgreSQL. None: not listened to.
        redis_url: of the shared state; None: there is none.
    """

    def __init__(self, *, database_url: str | None = None, redis_url: str | None = None) -> None:
        self._database_url = database_url
        self._redis_url = redis_url
        self._work = threading.Event()
        self._to_announce = threading.Event()
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Listen from now on, in threads; a server that is gone is tried again, never an error."""
        if self._database_url is not None and _is_postgresql(self._database_url):
            self._in_thread("postgresql", self._listen_to_postgresql)
        if self._redis_url is not None:
            self._in_thread("redis", self._listen_to_redis)
            self._in_thread("announcer", self._announce_to_redis)

    def announce(self) -> None:
        """Tell all workers, after a commit, that there is work; from any thread, never waits or raises."""
        self._work.set()
        self._to_announce.set()

    def wake(self) -> None:
        """Wake those of this process alone."""
        self._work.set()

    def wait(self, seconds: float) -> bool:
        """Wait for work for at most *seconds*; True when something was announced. For one thread."""
        if self._closed.is_set():
            return False
        found = self._work.wait(seconds)
        self._work.clear()
        return found

    def close(self) -> None:
        """Stop listening, and wake who waits."""
        self._closed.set()
        self._work.set()
        self._to_announce.set()
        for thread in self._threads:
            thread.join(2 * _LISTEN_SECONDS + 1)

    def _in_thread(self, name: str, work: Callable[[], None]) -> None:
        def again_and_again() -> None:
            while not self._closed.is_set():
                with suppress(Exception):  # whatever it is, polling finds the work, a little later
                    work()
                self._closed.wait(_AGAIN_SECONDS)

        thread = threading.Thread(target=again_and_again, name=f"askpro-wakeups-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen_to_postgresql(self) -> None:
        from sqlalchemy import make_url

        psycopg = import_module("psycopg")  # of the extra [postgresql]; without it no such URL gets so far
        url = make_url(self._database_url or "").set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            connection.execute(f"LISTEN {POSTGRES_CHANNEL}")
            self._work.set()  # what came while nobody listened
            while not self._closed.is_set():
                for _ in connection.notifies(timeout=_LISTEN_SECONDS, stop_after=1):
                    self._work.set()

    def _listen_to_redis(self) -> None:
        import redis

        client = redis.Redis.from_url(self._redis_url or "", socket_connect_timeout=2)
        with client, client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(REDIS_CHANNEL)
            self._work.set()
            while not self._closed.is_set():
                if channel.get_message(timeout=_LISTEN_SECONDS):
                    self._work.set()

    def _announce_to_redis(self) -> None:
        import redis

        client = redis.Redis.from_url(self._redis_url or "", socket_connect_timeout=2, socket_timeout=2)
        with client:
            while not self._closed.is_set():
                self._to_announce.wait()
                self._to_announce.clear()
                if not self._closed.is_set():
                    client.publish(REDIS_CHANNEL, b"")
                self._closed.wait(_ANNOUNCE_SECONDS)


def _is_postgresql(url: str) -> bool:
    return url.startswith(("postgresql", "postgres:"))
