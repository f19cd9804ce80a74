"""Runs whole processes and says how long each took and how much memory it had at its peak.

The harness itself stays small on purpose: Linux counts the memory of the parent at the moment of the
start towards the child's peak, so a fat harness would be measured instead of the program.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes on macOS, KiB on Linux


@dataclass(frozen=True)
class Run:
    """One process: wall-clock seconds, peak resident memory in bytes, exit code."""

    seconds: float
    peak_bytes: int
    exit_code: int


@dataclass(frozen=True)
class Comparison:
    """*subject* measured against *baseline*, run in turns.

    The ratio that decides is the median of the ratios of neighbours: both halves of a pair meet the same
    mood of the machine, and one disturbed pair does not count.
    """

    ratio: float
    best_ratio: float
    subject_ms: float
    baseline_ms: float
    peak_mb: float
    rounds: int


def run(command: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Run one process with its output thrown away, and wait for it."""
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, descriptor) for descriptor in (0, 1, 2)]
    started = time.perf_counter()
    pid = os.posix_spawn(command[0], list(command), dict(environment), file_actions=actions)
    ended = os.wait4(pid, 0)
    seconds = time.perf_counter() - started
    os.close(null)
    return Run(seconds, peak_bytes(ended), os.waitstatus_to_exitcode(ended[1]))


def peak_bytes(ended: tuple[int, int, resource.struct_rusage]) -> int:
    """Return the peak resident memory of a process that was waited for with ``os.wait4``."""
    return ended[2].ru_maxrss * _UNIT


def must_run(command: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Run one process and insist on exit code 0."""
    done = run(command, environment)
    if done.exit_code:
        message = f"{' '.join(command)} ended with exit code {done.exit_code}"
        raise SystemExit(message)
    return done


def compare(
    subject: Sequence[str], baseline: Sequence[str], environment: Mapping[str, str], rounds: int
) -> Comparison:
    """Run *subject* and *baseline* in turns, after one unmeasured round that warms the file cache."""
    must_run(baseline, environment)
    must_run(subject, environment)
    pairs = [(must_run(subject, environment), must_run(baseline, environment)) for _ in range(rounds)]
    ours = [pair[0].seconds for pair in pairs]
    theirs = [pair[1].seconds for pair in pairs]
    return Comparison(
        ratio=statistics.median(one / other for one, other in zip(ours, theirs, strict=True)),
        best_ratio=min(ours) / min(theirs),
        subject_ms=statistics.median(ours) * 1000,
        baseline_ms=statistics.median(theirs) * 1000,
        peak_mb=max(pair[0].peak_bytes for pair in pairs) / 1e6,
        rounds=rounds,
    )


def program() -> str:
    """Return the console script of this interpreter's environment."""
    return str(Path(sys.executable).parent / "askpro")
