"""The file of `--record` and `--replay`: JSON lines, the first says what it is, then one a request.

Keys and webhook secrets are masked; names and mail addresses are not, because a replay must answer them. The
file is therefore readable by its owner only.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from askpro_cli.base.errors import ConfigError
from askpro_cli.sandbox.protocol.answers import iso_ms

FORMAT = 1
ANSWERED = "answered"
CUT = "cut"
_MODE = 0o600
_encode = msgspec.json.Encoder().encode


class Opening(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The first line."""

    askpro_sandbox_journal: int
    started: str


class Told(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An answer: JSON in `body`, anything else in `text`."""

    status: int
    headers: dict[str, str] = {}
    body: Any = None
    text: str | None = None


class Line(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One request and what became of it; `ended` is `answered`, or `cut` when no whole answer was sent."""

    n: int
    at: str
    method: str
    path: str
    query: str = ""
    version: str | None = None
    body: Any = None
    text: str | None = None
    ended: str = ANSWERED
    answer: Told | None = None


class Writer:
    """Appends to a new file; every line is one write, so a kill loses no line that was begun before it.

    Args:
        path: must not exist, or be empty.
        now: stands in the first line.

    Raises:
        ConfigError: the file cannot be made, or has something in it.
    """

    def __init__(self, path: Path, now: datetime) -> None:
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _MODE)
        except OSError as error:
            raise ConfigError(f"cannot record to {path}: {error.strerror}", subject=str(path)) from error
        if os.fstat(self._file).st_size:
            os.close(self._file)
            raise ConfigError(
                f"cannot record to {path}: there is something in it",
                hint="name a new file",
                subject=str(path),
            )
        try:
            self.append(Opening(askpro_sandbox_journal=FORMAT, started=iso_ms(now)))
        except OSError as error:
            raise ConfigError(f"cannot record to {path}: {error.strerror}", subject=str(path)) from error

    def append(self, line: Line | Opening) -> None:
        """Write one line; OSError when it does not fit on the disk, and nothing of it stays then."""
        data = _encode(line) + b"\n"
        whole = os.fstat(self._file).st_size
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, whole)
            raise

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a journal file holds; *torn* is the number of a last line that was not written to its end."""

    lines: tuple[Line, ...]
    torn: int | None = None


def read(path: Path) -> Recorded:
    """Return the requests of a journal file.

    Raises:
        ConfigError: the file cannot be read, is no journal, or has a wrong line before its last.
    """
    try:
        texts = path.read_bytes().split(b"\n")
    except OSError as error:
        raise ConfigError(f"cannot replay {path}: {error.strerror}", subject=str(path)) from error
    _check_opening(path, texts[0])
    lines: list[Line] = []
    for number, text in enumerate(texts[1:], start=2):
        try:
            if text:
                lines.append(msgspec.json.decode(text, type=Line))
        except msgspec.DecodeError as error:
            if number == len(texts):
                return Recorded(tuple(lines), torn=number)
            raise _wrong(path, f"line {number}: {error}") from error
    return Recorded(tuple(lines))


def _check_opening(path: Path, text: bytes) -> None:
    try:
        opening = msgspec.json.decode(text, type=Opening)
    except msgspec.DecodeError as error:
        raise _wrong(path, "it does not begin as one") from error
    if opening.askpro_sandbox_journal != FORMAT:
        raise _wrong(path, f"its format {opening.askpro_sandbox_journal} is not {FORMAT}")


def _wrong(path: Path, problem: str) -> ConfigError:
    hint = "a journal is what askpro sandbox --record writes"
    return ConfigError(f"{path} is no journal of the sandbox: {problem}", hint=hint, subject=str(path))
