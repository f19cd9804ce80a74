"""Tells the demonstration: a heading a step, the command, what was seen, and whether it is what was said."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterable, Sequence

_WIDTH = 96


class Narrator:
    """Writes the story line by line.

    Args:
        tell: takes one line without its end.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def opening(self, text: str) -> None:
        """Say what follows, before the first step."""
        self._paragraph(text, "")

    def heading(self, number: int, title: str) -> None:
        """Open a step."""
        self._tell("")
        self._tell(f"{number}. {title}")

    def command(self, line: str, seconds: float, exit_code: int) -> None:
        """Show a command that was run; its exit code only when it is not 0."""
        ended = f", exit {exit_code}" if exit_code else ""
        first, *rest = _filled([shlex.quote(word) for word in shlex.split(line)])
        lines = [f"   $ {first}", *(f"       {more}" for more in rest)]
        for shown in lines[:-1]:
            self._tell(f"{shown} \\")
        self._tell(f"{lines[-1]}   [{seconds:.1f} s{ended}]")

    def shown(self, lines: Iterable[str]) -> None:
        """Show what a command answered."""
        for line in lines:
            self._tell(f"     {line}")

    def checked(self, sentence: str) -> None:
        """Say what was checked and found true."""
        self._paragraph(f"✓ {sentence}", "   ")

    def failed(self, sentence: str) -> None:
        """Say what should have been and was not."""
        self._paragraph(f"✗ {sentence}", "   ")

    def closing(self, text: str) -> None:
        """Say how it ended."""
        self._tell("")
        self._paragraph(text, "")

    def _paragraph(self, text: str, indent: str) -> None:
        for line in textwrap.wrap(
            text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  " * bool(indent)
        ):
            self._tell(line)


def _filled(words: Sequence[str]) -> list[str]:
    """Return *words* in lines; a quoted one is never torn apart, so that the command can be copied."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
