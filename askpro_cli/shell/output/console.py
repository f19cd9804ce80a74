"""The two streams of a run: stdout is the answer, stderr is talk; each knows whether a person reads it."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping
from typing import IO, NamedTuple

from askpro_cli.base.errors import OutputError

_RED, _YELLOW, _DIM, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"


class Streams(NamedTuple):
    """Standard streams; a closed one is None, as Python gives it."""

    stdin: IO[str] | None
    stdout: IO[str] | None
    stderr: IO[str] | None

    @classmethod
    def of_process(cls) -> Streams:
        """Return those of this process, made safe for characters their encoding lacks."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return cls(sys.stdin, sys.stdout, sys.stderr)


def is_terminal(stream: IO[str] | None) -> bool:
    """Tell whether a person sits at the stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


class Console:
    """Prints; nothing else in askpro does."""

    def __init__(self, streams: Streams, env: Mapping[str, str]) -> None:
        self.streams = streams
        self.env = env
        self.quiet = False
        self.verbose = False
        self.no_color = False

    @property
    def out_is_terminal(self) -> bool:
        """Tell whether the answer is read by a person."""
        return is_terminal(self.streams.stdout)

    @property
    def talks_to_a_person(self) -> bool:
        """Tell whether what is said on the way is read by a person; cron would mail it."""
        return is_terminal(self.streams.stderr)

    @property
    def can_ask(self) -> bool:
        """Tell whether somebody is there to answer a question."""
        return is_terminal(self.streams.stdin) and is_terminal(self.streams.stderr)

    def colored(self, stream: IO[str] | None) -> bool:
        """Tell whether to colour a stream.

        Asked in this order: --no-color, NO_COLOR, FORCE_COLOR, TERM=dumb, whether it is a terminal.
        """
        if self.no_color or self.env.get("NO_COLOR"):
            return False
        if self.env.get("FORCE_COLOR", "0") not in ("", "0"):
            return True
        return self.env.get("TERM") != "dumb" and is_terminal(stream)

    @property
    def width(self) -> int:
        """Return the columns of the terminal; COLUMNS overrides what it says of itself."""
        import shutil

        wanted = self.env.get("COLUMNS", "")
        if wanted.isascii() and wanted.isdigit() and int(wanted) > 0:
            return int(wanted)
        return shutil.get_terminal_size().columns

    def answer(self, text: str) -> None:
        """Write the answer to stdout.

        A reader that left early (``| head``) is not an error; a full disk is.

        Raises:
            OutputError: the answer could not be written.
        """
        if text and self.streams.stdout is not None:
            try:
                self.streams.stdout.write(text)
                self.streams.stdout.flush()
            except BrokenPipeError:
                self._reader_left()
            except (OSError, ValueError) as error:
                self._reader_left()
                why = getattr(error, "strerror", None) or str(error)
                raise OutputError(f"cannot write the answer: {why}") from error

    def _reader_left(self) -> None:
        """Send the rest nowhere, so that the interpreter's last flush does not complain."""
        stream = self.streams.stdout
        with contextlib.suppress(OSError, ValueError, AttributeError):
            if stream is not None:
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)

    def say(self, text: str) -> None:
        """Tell a person something on stderr."""
        if self.streams.stderr is not None:
            with contextlib.suppress(OSError, ValueError):
                self.streams.stderr.write(f"{text}\n")
                self.streams.stderr.flush()

    def note(self, text: str) -> None:
        """Tell something that --quiet hides."""
        if not self.quiet:
            self.say(text)

    def hint(self, text: str | None) -> None:
        """Tell what to do next."""
        if text:
            self.note(self._styled("hint:", _DIM) + f" {text}")

    def error(self, text: str) -> None:
        """Tell what went wrong; never hidden."""
        self.say(self._styled("error:", _RED) + f" {text}")

    def warning(self, text: str) -> None:
        """Tell what needs attention; never hidden."""
        self.say(self._styled("warning:", _YELLOW) + f" {text}")

    def unknown(self, text: str) -> None:
        """Tell what could not be checked; never hidden, always last."""
        self.say(self._styled("unknown:", _YELLOW) + f" {text}")

    def _styled(self, word: str, style: str) -> str:
        return f"{style}{word}{_RESET}" if self.colored(self.streams.stderr) else word

    def ask(self, question: str) -> bool:
        """Ask a yes-or-no question; an end of input is a no. Only where :attr:`can_ask`."""
        assert self.streams.stdin is not None  # noqa: S101 (can_ask)
        self.say(f"{question} [y/N]")
        return self.streams.stdin.readline().strip().lower() in ("y", "yes")
