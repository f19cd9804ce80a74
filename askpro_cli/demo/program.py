"""Runs the real program, one process a command, with settings and state of its own."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askpro_cli.base.errors import DemoError
from askpro_cli.demo.background import PROGRAM, Background

_OPERATORS = ("ASKPRO_", "XDG_")  # prefixes of what must not reach the demonstration
_TIME_LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command answered: its exit code, its JSON envelope, and the seconds it took."""

    words: tuple[str, ...]
    exit_code: int
    envelope: Mapping[str, Any]
    seconds: float

    @property
    def command_line(self) -> str:
        """Return the command as it would be typed."""
        return shlex.join(("askpro", *self.words))

    @property
    def data(self) -> Any:
        """Return ``data`` of the envelope."""
        return self.envelope["data"]

    @property
    def meta(self) -> Mapping[str, Any]:
        """Return ``meta`` of the envelope: cache, tries, requests, breaker."""
        meta: Mapping[str, Any] = self.envelope["meta"]
        return meta

    @property
    def error_codes(self) -> list[str]:
        """Return the codes of the envelope's errors."""
        return [error["code"] for error in self.envelope["errors"]]


def own_environment(
    environment: Mapping[str, str], folder: Path, settings: Mapping[str, str]
) -> dict[str, str]:
    """Return an environment in which only *settings* and *folder* count: nothing of the operator's.

    Args:
        environment: the caller's; all but the operator's settings is kept.
        folder: becomes the home, with state, records and logs below it.
        settings: ``ASKPRO_*`` variables.
    """
    kept = {name: value for name, value in environment.items() if not name.startswith(_OPERATORS)}
    kept.pop("STATE_DIRECTORY", None)
    own = {"HOME": str(folder), "ASKPRO_STATE_DIR": str(folder / "state")}
    plain = {"NO_COLOR": "1", "PYTHONUTF8": "1", "NO_PROXY": "127.0.0.1"}
    return {**kept, **own, **plain, **settings}


class Program:
    """The askpro of this interpreter, run as a process in a folder of its own.

    Args:
        folder: where it is run and keeps its state.
        environment: all it sees, see :func:`own_environment`.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment

    def run(self, *words: str) -> Answer:
        """Run one command with ``--json`` and return its answer, whatever the exit code.

        Raises:
            DemoError: it did not end in a minute, or printed something else than one envelope.
        """
        started = time.monotonic()
        done = self._start((*PROGRAM, *words, "--json"))
        return Answer(words, done.returncode, _envelope(words, done), time.monotonic() - started)

    def start(self, words: Sequence[str], ready: re.Pattern[str]) -> Background:
        """Start a command that goes on running.

        Raises:
            DemoError: its first line is not what *ready* looks for.
        """
        return Background(self._folder, self._environment, words, ready)

    def _start(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 (our own interpreter and program)
                command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=_TIME_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise DemoError(f"{shlex.join(command[2:])} did not end in {_TIME_LIMIT:.0f} s") from error


def _envelope(words: Sequence[str], done: subprocess.CompletedProcess[str]) -> Mapping[str, Any]:
    try:
        envelope: Mapping[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        last = (done.stderr.strip().splitlines() or ["nothing on stderr"])[-1]
        raise DemoError(
            f"askpro {shlex.join(words)} answered no JSON (exit {done.returncode}): {last}"
        ) from error
    return envelope
