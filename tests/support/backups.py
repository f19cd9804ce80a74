"""Backups for tests: made and taken back without a program around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from zipfile import ZIP_DEFLATED, ZipFile

from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.upkeep.archive import Manifest
from askpro_cli.platform.upkeep.backup import BackupReport, backup
from askpro_cli.platform.upkeep.restore import restore

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Steps:
    """A meter that does something of its own at a moment the test chooses.

    Args:
        at: the step (``writing``, ``verifying``, ``restoring``, ``comparing``); "" for none.
        act: done once, after the first rows of that step.
    """

    def __init__(self, at: str = "", act: Callable[[], object] = lambda: None) -> None:
        self.seen: list[tuple[str, int]] = []
        self._at = at
        self._act = act

    def begin(self, step: str, rows: int) -> None:
        """Note that a step begins."""
        self.seen.append((step, rows))

    def through(self, rows: int) -> None:
        """Act when it is time."""
        del rows
        if self.seen and self.seen[-1][0] == self._at:
            self._at = ""
            self._act()


def make_backup(url: str, path: Path, *, meter: Steps | None = None, overwrite: bool = False) -> BackupReport:
    """Write a backup of the records at *url*."""
    engine = open_engine(url, read_only=True)
    try:
        return backup(engine, path, now=NOW, overwrite=overwrite, meter=meter or Steps())
    finally:
        engine.dispose()


def take_back(url: str, path: Path, *, meter: Steps | None = None, replace: bool = False) -> Manifest:
    """Restore a backup into the records at *url*."""
    engine = open_engine(url)
    try:
        return restore(engine, path, replace=replace, meter=meter or Steps())
    finally:
        engine.dispose()


def rewrite(path: Path, member: str, change: Callable[[bytes], bytes]) -> None:
    """Change one member of a backup, as no disk would: the ZIP itself stays whole."""
    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[member] = change(members[member])
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond *size* bytes, as a full disk would not."""
    soft, hard = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))
