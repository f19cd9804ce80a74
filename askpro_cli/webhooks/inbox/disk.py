"""The disk under the records, where that is a file of ours (SQLite): its room, and that it is still there."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine

from askpro_cli.platform import dialects

_LOOK_EVERY = 0.5


class DiskGuard:
    """Tells whether the disk of the records is nearly full; looks at most twice a second.

    Args:
        engine: of the records; on a server its disk is not ours to see, and never low.
        min_free_bytes: below which it is low; 0: never.
    """

    def __init__(self, engine: Engine, min_free_bytes: int) -> None:
        on_file = dialects.is_sqlite(engine.url)
        self._folder: Path | None = dialects.sqlite_path(engine.url).parent if on_file else None
        self._min_free = min_free_bytes
        self._free: int | None = None
        self._looked = -_LOOK_EVERY

    def free_bytes(self) -> int | None:
        """Return the free bytes, None where they are not known."""
        now = time.monotonic()
        if self._folder is not None and now - self._looked >= _LOOK_EVERY:
            self._looked = now
            with suppress(OSError):
                found = os.statvfs(self._folder)
                self._free = found.f_bavail * found.f_frsize
        return self._free

    def is_low(self) -> bool:
        """Tell whether there is too little."""
        free = self.free_bytes()
        return free is not None and free < self._min_free


class SameFile:
    """Tells whether the file of the records is still the one that was opened.

    One that was removed or replaced takes commits without a word until it is closed: they would be lost.
    """

    def __init__(self, engine: Engine) -> None:
        self._path = dialects.sqlite_path(engine.url) if dialects.is_sqlite(engine.url) else None
        self._known = self._identity()

    def remember(self) -> None:
        """Take the file that is there now for the one."""
        self._known = self._identity()

    def is_the_same(self) -> bool:
        """Tell whether it is; always of a server."""
        return self._path is None or (self._known is not None and self._known == self._identity())

    def _identity(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
