"""Moving SQLite's log into its file beside the commits, so that none of them has to wait for it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing, suppress

from sqlalchemy import Engine

from askpro_cli.platform import dialects
from askpro_cli.platform.write_turns import turns_of
from askpro_cli.webhooks.arrivals import Admitted

_PAGE = 4096
_PAGES_OF_EVENT = 2
"""Of the table and its indexes, beside the body."""
_EVERY_PAGES = 4000
_NEVER_OVERDUE = 3600.0
_MOVE = "PRAGMA wal_checkpoint(PASSIVE)"
_END_SECONDS = 5.0


class Checkpoints:
    """A thread that moves the log each time about 16 MB were written to it.

    Args:
        engine: of the records; on a server there is nothing to do.
    """

    def __init__(self, engine: Engine) -> None:
        self._path = dialects.sqlite_path(engine.url) if dialects.is_sqlite(engine.url) else None
        self._turns = turns_of(engine)
        self._pages = 0
        self._due = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def written(self, batch: Sequence[Admitted]) -> None:
        """Note what was committed; by the committer's thread, and it does not wait."""
        if self._path is None:
            return
        bodies = sum(len(admitted.arrival.body) for admitted in batch)
        self._pages += _PAGES_OF_EVENT * len(batch) + bodies // _PAGE
        if self._pages < _EVERY_PAGES:
            return
        self._pages = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="askpro-checkpoints", daemon=True)
            self._thread.start()
        self._due.set()

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._due.set()
        if self._thread is not None:
            self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        while self._due.wait() and not self._closed:
            self._due.clear()
            with suppress(sqlite3.Error):  # a disk that is full or gone is told by the commits
                self._move()

    def _move(self) -> None:
        """Move most of it while others write, then the rest while nobody does: only so it starts anew."""
        assert self._path is not None  # noqa: S101 - the thread runs on SQLite alone
        with closing(
            dialects.connect_sqlite(self._path, read_only=False, statement_timeout=_NEVER_OVERDUE)
        ) as connection:
            connection.execute(_MOVE).fetchall()
            with self._turns.after():
                connection.execute(_MOVE).fetchall()
