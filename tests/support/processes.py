"""Real Python processes for tests of what several programs do at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

_GATE = "import sys; sys.stdin.readline()\n"  # all wait for the starting shot


def start(source: str) -> subprocess.Popen[str]:
    """Start a process that runs *source* once :func:`finish` (or a line to its stdin) lets it."""
    return subprocess.Popen(
        [sys.executable, "-c", _GATE + source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(processes: Sequence[subprocess.Popen[str]], *, within: float = 120.0) -> list[str]:
    """Let all go at once and return what each printed; one that fails fails the test."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    printed = []
    for process in processes:
        out, err = process.communicate(timeout=within)
        assert process.returncode == 0, err
        printed.append(out.strip())
    return printed


def race(source: str, count: int) -> list[str]:
    """Run *count* processes of *source*, as near to at once as can be; return what each printed."""
    return finish([start(source) for _ in range(count)])
