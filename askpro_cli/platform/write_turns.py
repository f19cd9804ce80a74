"""Who writes next to an embedded database, within one process: what senders wait for goes first.

SQLite has one writer. Another one that finds it busy sleeps and looks again, ever longer, in no order: an
event that waits to be acknowledged would lose against workers that write all the time. So the threads of a
process take turns before they begin. Servers need none; processes beside this one still meet in the file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from askpro_cli.platform import dialects

LONGEST_WAIT = 2.0
"""Seconds; whoever waited that long begins anyway and lets the database decide."""

PATIENCE = 0.05
"""Seconds that one who comes after lets others pass; then it is its turn, or it would never be."""


GAP = 0.5
"""Part of a turn's time that is left free behind it where nobody of this process goes first: those who do may
be in another process, and find a free moment only when they happen to look."""


class WriteTurns:
    """The turns of one database; see :func:`turns_of`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._first = 0
        self._is_home_of_first = False

    @property
    def wanted(self) -> bool:
        """Tell whether somebody who goes first waits: end soon."""
        return self._first > 0

    @contextmanager
    def first(self) -> Iterator[None]:
        """Write before all who come after: for intake, in short transactions."""
        self._is_home_of_first = True
        with self._changed:
            self._first += 1
            try:
                mine = self._changed.wait_for(lambda: not self._busy, LONGEST_WAIT)
            finally:
                self._first -= 1
            self._busy = self._busy or mine
        yield from self._turn(mine=mine)

    @contextmanager
    def after(self) -> Iterator[None]:
        """Write when nobody wants to who goes first; for work that nobody waits for."""
        patient_until = time.monotonic() + PATIENCE
        with self._changed:
            self._changed.wait_for(lambda: not self._busy and not self._first, PATIENCE)
            left = max(0.0, patient_until + LONGEST_WAIT - time.monotonic())
            mine = self._changed.wait_for(lambda: not self._busy, left)
            self._busy = self._busy or mine
        yield from self._turn(mine=mine, leave_gap=not self._is_home_of_first)

    def _turn(self, *, mine: bool, leave_gap: bool = False) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            if leave_gap:
                time.sleep(GAP * (time.monotonic() - begun))
            if mine:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()


class _NoTurns(WriteTurns):
    """Those of a server: everybody writes at once."""

    @contextmanager
    def first(self) -> Iterator[None]:
        yield

    @contextmanager
    def after(self) -> Iterator[None]:
        yield


_of_files: dict[Path, WriteTurns] = {}
_of_servers = _NoTurns()


def turns_of(engine: Engine) -> WriteTurns:
    """Return the turns of the database of *engine*: the same for all engines over one file."""
    if not dialects.is_sqlite(engine.url):
        return _of_servers
    return _of_files.setdefault(dialects.sqlite_path(engine.url).resolve(), WriteTurns())
