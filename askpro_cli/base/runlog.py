"""The log file of one run: JSON lines with the run's id, opened only when there is something to write."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from askpro_cli.base.clock import Clock
from askpro_cli.base.folders import make_private_folder


def _masked(value: Any) -> str:
    """Return what JSON does not know (an exception, a path) as text, which redact has not seen."""
    from askpro_cli.base.redaction import mask_text

    return mask_text(str(value))


_JSON = json.JSONEncoder(ensure_ascii=False, default=_masked)


def new_run_id() -> str:
    """Return the correlation id of a run: 12 hex digits, in its log, its meta and the vendor request log."""
    return os.urandom(6).hex()


def log_path(folder: Path, run_id: str, clock: Clock) -> Path:
    """Return where a run's log goes: ``<folder>/2026-11-23/091500-<run id>.jsonl`` (UTC)."""
    now = clock.now()
    return folder / f"{now:%Y-%m-%d}" / f"{now:%H%M%S}-{run_id}.jsonl"


class RunLog:
    """Writes events of one run, redacted; never a reason for the run to fail.

    Args:
        path: the file, in a folder named after the day; None writes nothing.
        run_id: of this run.
        clock: dates the events.
        keep_days: older day folders are removed, at most once a day: by the first run that writes on it.
    """

    def __init__(self, path: Path | None, run_id: str, clock: Clock, *, keep_days: int = 14) -> None:
        self.path = path
        self.run_id = run_id
        self._clock = clock
        self._keep_days = keep_days
        self._stream: IO[str] | None = None
        self._failed = path is None
        self._written = False

    @property
    def used(self) -> bool:
        """Tell whether anything was written."""
        return self._written

    def event(self, name: str, *, level: str = "info", **fields: Any) -> None:
        """Write one event; *fields* are masked by their names (see :mod:`askpro_cli.base.redaction`)."""
        stream = self._open()
        if stream is None:
            return
        try:
            stream.write(self._line(name, level, fields))
            stream.flush()
        except OSError:
            self._failed = True
        else:
            self._written = True

    def close(self) -> None:
        """Close the file; further events are dropped."""
        self._failed = True
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(OSError):  # a full disk
                stream.close()

    def _line(self, name: str, level: str, fields: dict[str, Any]) -> str:
        from askpro_cli.base.redaction import redact

        head = {"ts": self._clock.now().isoformat(), "level": level, "run": self.run_id, "event": name}
        return _JSON.encode(head | redact(fields)) + "\n"

    def _open(self) -> IO[str] | None:
        if self._stream is None and not self._failed and self.path is not None:
            try:
                self._make_folder(self.path.parent)
                descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                # Arguments and file names may hold bytes that are no UTF-8.
                self._stream = os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
            except OSError:
                self._failed = True
        return None if self._failed else self._stream

    def _make_folder(self, day: Path) -> None:
        """Create the day's folder; whoever creates it also removes those that are too old."""
        make_private_folder(day.parent)
        try:
            day.mkdir(mode=0o700)
        except FileExistsError:
            return
        prune_logs(day.parent, keep_days=self._keep_days, clock=self._clock)


def prune_logs(folder: Path, *, keep_days: int, clock: Clock) -> int:
    """Remove the day folders older than *keep_days*; return how many. Other files are left alone."""
    from shutil import rmtree

    oldest = f"{clock.now() - timedelta(days=keep_days):%Y-%m-%d}"
    old = [day for day in folder.glob("????-??-??") if day.is_dir() and day.name < oldest]
    for day in old:
        rmtree(day, ignore_errors=True)
    return len(old)
