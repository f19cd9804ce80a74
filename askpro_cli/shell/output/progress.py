"""How far a long job is, on a terminal: a bar that redraws itself; nothing at all anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from askpro_cli.base.times import human_span
from askpro_cli.shell.output.console import Console

_BAR = 24
_REDRAWN = 4  # times a second
_ENOUGH = 2  # items that must be through before their speed says anything


class Progress:
    """Counts what is through, and says it in one line.

    Args:
        total: how many items there are, 0 where nobody knows yet.
        more: what else to say at this moment (``51 requests, 45 left``).
    """

    def __init__(
        self, total: int, more: Callable[[], str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.total = total
        self.done = 0
        self._more = more
        self._clock = clock
        self._begun = clock()

    def advance(self) -> None:
        """Count one item."""
        self.done += 1

    def line(self) -> str:
        """Return how far it is: ``12/50, 3.1/s, 12 s to go, 14 requests, 82 left``."""
        elapsed = self._clock() - self._begun
        parts = [f"{self.done}/{self.total}" if self.total else str(self.done)]
        if self.done >= _ENOUGH and elapsed > 0:
            rate = self.done / elapsed
            parts.append(f"{rate:.1f}/s")
            parts += [f"{human_span((self.total - self.done) / rate)} to go"] if self.total else []
        return ", ".join([*parts, self._more()])


@contextmanager
def shown(progress: Progress, console: Console) -> Iterator[None]:
    """Show *progress* on a person's terminal as long as the block runs; it leaves no trace there."""
    if not console.talks_to_a_person or console.quiet:
        yield
        return
    from rich.console import Console as Terminal
    from rich.live import Live

    terminal = Terminal(
        file=console.streams.stderr, no_color=not console.colored(console.streams.stderr), width=console.width
    )
    with Live(
        console=terminal,
        get_renderable=lambda: _drawn(progress),
        refresh_per_second=_REDRAWN,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield


def _drawn(progress: Progress) -> Any:
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    row = Table.grid(padding=(0, 1))
    row.add_row(ProgressBar(total=progress.total, completed=progress.done, width=_BAR), progress.line())
    return row
