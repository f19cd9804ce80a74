"""The daemon's log: one JSON line an event, on stderr, where systemd and containers collect it."""

from __future__ import annotations

import logging
from typing import IO, Any, TextIO, cast

import structlog

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class DaemonLog:
    """Writes events; an :class:`~askpro_cli.platform.transaction_watch.EventLog`.

    Args:
        stream: where to.
        level: the least level that is written.
        fields: written with every event (``process``).
    """

    def __init__(self, stream: IO[str], level: str = "info", **fields: Any) -> None:
        self._logger = structlog.wrap_logger(
            structlog.WriteLogger(cast("TextIO", stream)),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(default=str),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
            context_class=dict,
        ).bind(**fields)

    def event(self, name: str, *, level: str = "info", **fields: Any) -> None:
        """Write one event; a log that cannot be written stops nobody."""
        try:
            getattr(self._logger, level)(name, **fields)
        except (OSError, ValueError):  # the reader of the pipe is gone, the disk is full
            return
