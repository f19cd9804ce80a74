"""The free disk under the records, where that is a file of ours (SQLite)."""

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
