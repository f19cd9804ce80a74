"""The daemon's log: one JSON line an event, on stderr, where systemd and containers collect it.

Written here rather than by structlog, whose import brings Rich along: 5 MB in each process that serves, for
one kind of line.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import IO, Any

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class DaemonLog:
    """Writes events; an :class:`~askpro_cli.platform.transaction_watch.EventLog`. Safe for threads.

    Args:
        stream: where to.
        level: the least level that is written.
        fields: written with every event (``pid``).
    """

    def __init__(self, stream: IO[str], level: str = "info", **fields: Any) -> None:
        self._stream = stream
        self._least = LEVELS[level]
        self._fields = fields

    def event(self, name: str, *, level: str = "info", **fields: Any) -> None:
        """Write one event; a log that cannot be written stops nobody."""
        if LEVELS[level] < self._least:
            return
        told = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"timestamp": told, "level": level, "event": name, **self._fields, **fields}
        try:
            self._stream.write(json.dumps(line, default=str) + "\n")  # in one call, so lines do not mix
            self._stream.flush()
        except (OSError, ValueError):  # the reader of the pipe is gone, the disk is full
            return
