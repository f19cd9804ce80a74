"""The state file as a file: made complete in one step, moved aside when it is damaged or foreign.

Making and moving happen under a file lock beside it, so that of many processes that find the same
damage one moves the file and the others take its successor. Opening a sound file takes no lock.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from askpro_cli.base.folders import make_private_folder
from askpro_cli.state import sqlite_schema
from askpro_cli.state.file_lock import alone

BUSY_SECONDS = 15.0
"""How long a statement waits for another process's write; one write takes well under a millisecond."""

_SIDE_FILES = ("-wal", "-shm")


def identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode of the file, None when there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked at every call; Path.stat costs twice as much
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def connect(path: Path) -> sqlite3.Connection:
    """Open an existing state file; it may be used from any thread, one at a time.

    Raises:
        sqlite3.Error: missing, not readable, damaged.
    """
    quoted = str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = sqlite3.connect(
        f"file:{quoted}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA synchronous=NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def foreign(connection: sqlite3.Connection) -> str | None:
    """Return why this database is not a state file of this version, or None."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != sqlite_schema.APPLICATION_ID:
        return "it is not a state file of askpro"
    if version != sqlite_schema.VERSION:
        return f"it has version {version}, this askpro needs {sqlite_schema.VERSION}"
    return None


def create(path: Path) -> None:
    """Make an empty state file (0600, in a directory 0700) unless there is one.

    Raises:
        OSError, sqlite3.Error: the directory cannot be made or written.
    """
    make_private_folder(path.parent)
    with alone(path):
        if identity(path) is None:
            _build(path)


def set_aside(path: Path, seen: tuple[int, int]) -> Path | None:
    """Move the damaged file *seen* and its side files away; None when another process already did.

    Raises:
        OSError: the directory cannot be written.
    """
    with alone(path):
        if identity(path) != seen:
            return None
        aside = path.with_name(f"{path.name}.corrupt-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
        if aside.exists():
            aside = aside.with_name(f"{aside.name}-{seen[1]}")
        path.rename(aside)
        for ending in _SIDE_FILES:
            with suppress(FileNotFoundError):
                path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
        return aside


def _build(path: Path) -> None:
    """Build the file under another name and put it in place: nobody ever sees half a schema."""
    draft = path.with_name(f"{path.name}.new-{os.getpid()}")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
            connection.executescript(f"BEGIN IMMEDIATE; {sqlite_schema.TABLES} COMMIT;")
            connection.execute(f"PRAGMA application_id={sqlite_schema.APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={sqlite_schema.VERSION}")
        for ending in _SIDE_FILES:  # a log left by a removed file must not be replayed into this one
            path.with_name(path.name + ending).unlink(missing_ok=True)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
