"""The time a handler may take: looked at before each of its statements, and before its commit.

A statement itself is bounded by the database (the engine's statement timeout). A handler that neither says a
statement nor returns cannot be stopped; its connection is closed under it (:func:`sever_overdue`), so that
its locks are free and nothing of it is ever committed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, event

from askpro_cli.base.errors import HandlerOverdueError

_mine = threading.local()
_watched: WeakSet[Engine] = WeakSet()
_lock = threading.Lock()


def watch_engine(engine: Engine) -> None:
    """Look at the time before every statement that a thread says on *engine* inside a limit."""
    with _lock:
        if engine not in _watched:
            event.listen(engine, "before_cursor_execute", _look)
            _watched.add(engine)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit what this thread does in the block.

    Raises:
        HandlerOverdueError: it took longer; noticed at a statement or at the end.
    """
    _mine.seconds, _mine.until = seconds, time.monotonic() + seconds
    try:
        yield
        _look()
    finally:
        _mine.until = None


def _look(*_: Any) -> None:
    until = getattr(_mine, "until", None)
    if until is not None and time.monotonic() > until:
        raise HandlerOverdueError(
            f"the handler took longer than {_mine.seconds:g} s",
            hint="askpro webhooks show names the event; worker.handler_timeout is the limit",
        )


class Running:
    """The transactions in which handlers are at work now, by thread; for whoever watches over them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: dict[int, tuple[float, Connection]] = {}

    @contextmanager
    def noted(self, connection: Connection) -> Iterator[None]:
        """Note the transaction of this thread while the block runs."""
        thread = threading.get_ident()
        with self._lock:
            self._connections[thread] = (time.monotonic(), connection)
        try:
            yield
        finally:
            with self._lock:
                self._connections.pop(thread, None)

    def sever_overdue(self, seconds: float) -> int:
        """Close the connections of transactions older than *seconds*; return how many.

        Only for those that cannot be inside a statement any more: *seconds* is more than two limits.
        """
        begun_before = time.monotonic() - seconds
        with self._lock:
            overdue = [thread for thread, (begun, _) in self._connections.items() if begun < begun_before]
            severed = [self._connections.pop(thread)[1] for thread in overdue]
        for connection in severed:
            _sever(connection)
        return len(severed)


def _sever(connection: Connection) -> None:
    """Close the driver's connection: the database rolls back what was not committed."""
    with suppress(Exception):  # it may be gone already, which is as well
        raw: Any = connection.connection.dbapi_connection
        raw.close()
