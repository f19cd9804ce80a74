"""Measures what askpro promises about speed and size; exits 1 when a promise is not held.

Run it with ``make bench``: it measures the installed wheel, because an editable install pays 10-20 ms at
every start that no operator pays. Ratios within one run decide, so that a slow machine judges as a fast
one does; absolute figures are reported beside them. For quiet figures close what else keeps the machine
busy, and raise ``--rounds``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import client
import explain
import herd
import startup
import warmup
from report import Figure, table, write

PEAK_LIMIT_MB = 60.0


def main() -> int:
    """Measure, print the table, write the JSON document."""
    options = _options()
    figures = list(_measure(options.rounds))
    figures.append(_peak(figures))
    print(table(figures))
    write(figures, options.output)
    return 0 if all(figure.held for figure in figures) else 1


def _measure(rounds: int) -> Iterator[Figure]:
    yield from startup.figures(rounds)
    yield from client.figures()
    yield from herd.figures()
    yield from warmup.figures()
    yield from explain.figures()


def _peak(figures: list[Figure]) -> Figure:
    """Return the highest peak among all that was measured."""
    peaks = {figure.name: figure.detail["peak_mb"] for figure in figures if "peak_mb" in figure.detail}
    worst = max(peaks, key=peaks.__getitem__)
    return Figure("peak memory of any of these", peaks[worst], PEAK_LIMIT_MB, "MB", {"by": peaks}, worst)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=25, help="pairs of processes per start-up ratio")
    parser.add_argument(
        "--output", type=Path, default=Path("build/benchmarks.json"), help="the JSON document"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
