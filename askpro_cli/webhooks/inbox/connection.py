"""The one connection that commits events: opened again by itself, honest about the disk."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import Engine, PoolProxiedConnection, event
from sqlalchemy.exc import DBAPIError

from askpro_cli.platform import dialects
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.pool import PoolSettings
from askpro_cli.platform.write_turns import turns_of
from askpro_cli.webhooks.arrivals import Admitted, Stored
from askpro_cli.webhooks.inbox.checkpoints import Checkpoints
from askpro_cli.webhooks.inbox.disk import SameFile
from askpro_cli.webhooks.inbox.durability import make_durable
from askpro_cli.webhooks.inbox.storing import store_new, store_rows, wrapped

T = TypeVar("T")

_LONGEST_CONNECT = 3.0
_CHECKPOINT_PAGES = 16_000
"""A commit moves SQLite's log into the file itself when 64 MB lie there: the thread for it could not."""
_FIRST_PAUSE = 0.0003
_LONGEST_PAUSE = 0.004
_ATTEMPTS = 3


class CommitConnection:
    """A connection of its own to the records, for one thread.

    Args:
        engine: whose database; its pool is left alone.
        seconds: longest wait for a statement, a lock or an answer.
    """

    def __init__(self, engine: Engine, seconds: float) -> None:
        self._seconds = seconds
        self._engine = open_engine(
            engine.url.render_as_string(hide_password=False),
            statement_timeout=seconds,
            connect_timeout=min(seconds, _LONGEST_CONNECT),
            pool=PoolSettings(size=1, overflow=0, timeout=seconds, recycle=-1, pre_ping=False),
        )
        event.listen(self._engine, "do_connect", self._limit_waits)
        self._family = engine.dialect.name
        self._turns = turns_of(engine)
        self._file = SameFile(engine)
        self._checkpoints = Checkpoints(engine)
        self._connection: PoolProxiedConnection | None = None
        self.warnings: tuple[str, ...] = ()

    @property
    def engine(self) -> Engine:
        """The engine behind it, for the words of errors."""
        return self._engine

    def write(self, batch: Sequence[Admitted]) -> list[Stored]:
        """Return what became of each event, once all are on disk.

        Raises:
            DBAPIError: none is kept, or nobody knows.
        """
        stored = self._persistently(
            lambda cursor: store_rows(cursor, self._family, batch),
            at_once=lambda cursor: store_new(cursor, batch),
        )
        self._checkpoints.written(batch)
        return stored

    def try_out(self) -> None:
        """Commit something small and take it back, to see whether the database keeps what it is given.

        Raises:
            DBAPIError: it does not.
        """
        self._persistently(_write_and_remove, whole=True)

    def abort(self) -> None:
        """Wake the thread that waits for an answer in vain; called by another thread."""
        connection = self._connection
        driver = connection.dbapi_connection if connection is not None else None
        if driver is not None and self._family == "postgresql":  # pymysql has time limits of its own
            _shut_down(driver)

    def close(self) -> None:
        """Close it; the next write opens it again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # what is broken cannot be closed well
                connection.invalidate()

    def dispose(self) -> None:
        """Close it for good."""
        self._checkpoints.close()
        self.close()
        self._engine.dispose()

    def _persistently(
        self,
        work: Callable[[Any], T],
        *,
        whole: bool = False,
        at_once: Callable[[Any], T | None] | None = None,
    ) -> T:
        """Do *work* and commit it; again where it was only in the way, or the connection was an old one."""
        until = time.monotonic() + self._seconds
        for attempt in range(1, _ATTEMPTS + 1):
            fresh = self._connection is None
            try:
                return self._committed(work, whole=whole, at_once=at_once)
            except DBAPIError as error:
                passing = dialects.is_passing(error) and not error.connection_invalidated
                if not passing:  # after a full disk or a lost server a new one is better
                    self.close()
                again = passing or (error.connection_invalidated and not fresh)
                if not again or attempt == _ATTEMPTS or time.monotonic() > until:
                    raise
        raise AssertionError

    def _committed(
        self, work: Callable[[Any], T], *, whole: bool, at_once: Callable[[Any], T | None] | None
    ) -> T:
        """Do *work* once.

        Args:
            work: on a cursor.
            whole: in one transaction also where each statement commits itself.
            at_once: tried before it on SQLite: the same with one statement, None where that cannot be.
        """
        with self._opened() as driver, closing(driver.cursor()) as cursor:
            if self._family != "sqlite":
                return _in_one(cursor, work) if whole else work(cursor)
            with self._turns.first():
                done = self._patiently(lambda: at_once(cursor)) if at_once is not None else None
                if done is not None:
                    return done
                self._patiently(lambda: cursor.execute("BEGIN IMMEDIATE"))
                return _to_its_end(cursor, work)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Return the driver's connection; its errors come out as SQLAlchemy's."""
        if self._connection is not None and not self._file.is_the_same():
            self.close()
        if self._connection is None:
            self._connection = self._connect()
        driver = self._connection.dbapi_connection
        try:
            yield driver
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise wrapped(self._engine.dialect, driver, error) from error

    def _connect(self) -> PoolProxiedConnection:
        """Open it: the server must flush at every commit, and each statement is one."""
        self._file.remember()
        try:
            connection = self._engine.raw_connection()
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise wrapped(self._engine.dialect, None, error) from error
        driver: Any = connection.dbapi_connection
        try:
            self.warnings = make_durable(driver, self._family)
            if self._family == "sqlite":
                driver.execute("PRAGMA busy_timeout=0")
                driver.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        except self._engine.dialect.loaded_dbapi.Error as error:
            connection.invalidate()
            raise wrapped(self._engine.dialect, driver, error) from error
        return connection

    def _patiently(self, take: Callable[[], T]) -> T:
        """Take the write lock when it is free; SQLite's own waiting would sleep up to 100 ms at a time."""
        deadline = time.monotonic() + self._seconds
        pause = _FIRST_PAUSE
        while True:
            try:
                return take()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(pause)
                pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _limit_waits(self, _dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        """Let no wait for the network be longer than a commit may take."""
        if self._family == "postgresql":
            options["tcp_user_timeout"] = round(self._seconds * 1000)
        elif self._family != "sqlite":
            options["read_timeout"] = options["write_timeout"] = max(1, round(self._seconds))


def _in_one(cursor: Any, work: Callable[[Any], T]) -> T:
    cursor.execute("BEGIN")
    return _to_its_end(cursor, work)


def _to_its_end(cursor: Any, work: Callable[[Any], T]) -> T:
    """Commit the transaction that was begun, or take it back."""
    try:
        done = work(cursor)
        cursor.execute("COMMIT")
    except BaseException:
        with suppress(Exception):  # the first error is the one to tell
            cursor.execute("ROLLBACK")
        raise
    return done


def _write_and_remove(cursor: Any) -> None:
    """Write a row that nobody sees; below zero no counter of ids moves, and no other trial is met."""
    key = -secrets.randbits(60) - 1
    cursor.execute(
        "INSERT INTO webhook_rejected (id, fold_hash, cause, method, path, hits, correlation_id,"  # noqa: S608 - a number of ours
        " received_at_ms, last_seen_ms, body_size)"
        f" VALUES ({key}, 'trial{key}', 'trial', 'POST', '', 0, 'trial', 0, 0, 0)"
    )
    cursor.execute(f"DELETE FROM webhook_rejected WHERE id = {key}")  # noqa: S608 - the same


def _shut_down(driver: Any) -> None:
    """Shut the socket of a connection that another thread reads from."""
    import os
    import socket

    with suppress(Exception), socket.socket(fileno=os.dup(driver.pgconn.socket)) as copy:  # maybe gone
        copy.shutdown(socket.SHUT_RDWR)
