"""One connection to the state file, shared by all threads under one lock, that heals itself.

A lock rather than a connection per thread: SQLite has one writer anyway, every call takes well under a
millisecond, and pools of worker threads leave nothing open behind them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from askpro_cli.base.errors import StateError
from askpro_cli.state import sqlite_files
from askpro_cli.state.limits import ignore_notice

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_OPEN_TRIES = 10  # each lost race means that another process replaced the file meanwhile
_ELSEWHERE = "or set ASKPRO_STATE_DIR to a directory of your own"


class StateDatabase:
    """The state file *path*: opened at the first use, replaced when it turns out damaged or foreign.

    A file that was removed or replaced by another process is noticed at the next call and left.

    Args:
        path: the file; its directory is made when missing.
        on_notice: told in one sentence when a damaged file was moved aside.
    """

    def __init__(self, path: Path, on_notice: Callable[[str], None] = ignore_notice) -> None:
        self.path = path
        self._on_notice = on_notice
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._closed = False

    def read(self, work: Work[T]) -> T:
        """Return what *work* reads from one snapshot.

        Raises:
            StateError: the file cannot be used.
        """
        return self._healing("BEGIN", work)

    def write(self, work: Work[T]) -> T:
        """Return the result of *work*, done in one transaction by one process at a time.

        Raises:
            StateError: the file cannot be used.
        """
        return self._healing("BEGIN IMMEDIATE", work)

    def close(self) -> None:
        """Close the file; further calls raise StateError."""
        with self._lock:
            self._closed = True
            self._drop()

    def _healing(self, begin: str, work: Work[T]) -> T:
        """Do *work*; when the file shows damage, replace it and do it once more."""
        with self._lock:
            try:
                try:
                    return self._transaction(begin, work)
                except sqlite3.DatabaseError as error:
                    if not _is_damage(error):
                        raise
                    self._replace(str(error))
                    return self._transaction(begin, work)
            except (sqlite3.Error, OSError) as error:
                raise _explained(self.path, error) from error

    def _transaction(self, begin: str, work: Work[T]) -> T:
        """Run *work* between *begin* and COMMIT, or roll back."""
        connection = self._current()
        try:
            connection.execute(begin)
            found = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.rollback()
            raise
        return found

    def _current(self) -> sqlite3.Connection:
        """Return a connection to the file that has the name now."""
        if self._closed:
            message = f"state {self.path} was used after it was closed"
            raise StateError(message, subject=str(self.path))
        if self._connection is None or sqlite_files.identity(self.path) != self._identity:
            self._drop()
            self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        """Open the file, making or replacing it when needed."""
        for _ in range(_OPEN_TRIES):
            self._identity = sqlite_files.identity(self.path)
            if self._identity is None:
                sqlite_files.create(self.path)
                continue
            connection, complaint = self._inspected()
            if connection is not None:
                return connection
            if complaint:
                self._set_aside(complaint)
        message = f"state file {self.path} was replaced again and again while it was opened"
        raise StateError(message, hint="look who else writes there", subject=str(self.path))

    def _inspected(self) -> tuple[sqlite3.Connection | None, str]:
        """Return an open connection, or None and what is wrong (empty: the file went away)."""
        connection = None
        try:
            connection = sqlite_files.connect(self.path)
            complaint = sqlite_files.foreign(connection)
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            if sqlite_files.identity(self.path) != self._identity:
                return None, ""
            if not _is_damage(error):
                raise
            return None, str(error)
        if complaint is None:
            return connection, ""
        connection.close()
        return None, complaint

    def _replace(self, complaint: str) -> None:
        """Leave the damaged file and move it aside."""
        self._drop()
        self._set_aside(complaint)

    def _set_aside(self, complaint: str) -> None:
        """Move the file aside and say so, unless another process was first."""
        aside = self._identity and sqlite_files.set_aside(self.path, self._identity)
        if aside:
            self._on_notice(f"state file {self.path} was moved to {aside.name} and rebuilt: {complaint}")

    def _drop(self) -> None:
        """Close the connection, however broken."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _code(error: BaseException) -> int:
    """Return SQLite's primary result code, 0 when there is none."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return (code or 0) & 0xFF


def _is_damage(error: sqlite3.Error) -> bool:
    """Tell whether the file itself is broken or not ours, as against busy, full or unreadable."""
    broken = _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return broken or str(error).startswith(("no such table", "no such column"))


def _explained(path: Path, error: Exception) -> StateError:
    """Turn an error of SQLite or the file system into ours, with what to do about it."""
    code = _code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        hint = "try again; with many processes use Redis for state (ASKPRO_REDIS_URL)"
    elif code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        hint = f"free space on the disk of {path.parent}, {_ELSEWHERE}"
    else:
        hint = f"make {path.parent} writable for you, {_ELSEWHERE}"
    return StateError(f"cannot use the state file {path}: {error}", hint=hint, subject=str(path))
