"""A part of the program that goes on running: a sandbox, a daemon."""

from __future__ import annotations

import re
import selectors
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from askpro_cli.base.errors import DemoError

PROGRAM = (sys.executable, "-m", "askpro_cli")
_START_LIMIT = 20.0
_STOP_LIMIT = 5.0


class Background:
    """One process of askpro; its talk goes to ``<name>.log`` in its folder.

    Args:
        folder: where it runs.
        environment: all it sees.
        words: its command line without ``askpro``; the first one names it.
        ready: what its first line must hold when it is ready.

    Attributes:
        said: what *ready* found in that line.

    Raises:
        DemoError: it did not start; it is stopped again.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str], words: Sequence[str], ready: re.Pattern[str]
    ) -> None:
        self._name = words[0]
        self._log_path = folder / f"{self._name}.log"
        self._log = self._log_path.open("a", encoding="utf-8")
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and program)
            (*PROGRAM, *words),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        try:
            self.said = self._wait_until(ready)
        except BaseException:
            self.stop()
            raise

    def _wait_until(self, ready: re.Pattern[str]) -> re.Match[str]:
        assert self._process.stdout is not None  # noqa: S101 (asked for above)
        line = _read_line(self._process.stdout, _START_LIMIT)
        found = ready.search(line)
        if found is None:
            said = self._log_path.read_text(encoding="utf-8").strip() or line.strip()
            raise DemoError(f"askpro {self._name} did not start", hint=said or f"askpro {self._name} --help")
        return found

    def kill(self) -> None:
        """End it without warning (SIGKILL), as a power cut would."""
        self._process.kill()
        self._close()

    def stop(self) -> None:
        """Let it end, by force when it does not."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._close()

    def _close(self) -> None:
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()


def _read_line(stream: IO[str], limit: float) -> str:
    """Return the first line, or what there is after *limit* seconds: nothing waits for ever."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        if selector.select(limit):
            return stream.readline()
    return ""
