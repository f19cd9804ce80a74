"""Measures what askpro promises about speed and size; exits 1 when a promise is not held.

Run it with ``make bench``: it measures the installed wheel, because an editable install pays 10-20 ms at
every start that no operator pays. Ratios within one run decide, so that a slow machine judges as a fast
one does; absolute figures are reported beside them. For quiet figures close what else keeps the machine
busy, and raise ``--rounds``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import client
import explain
import herd
import intake
import records
import soak
import startup
import warmup
from report import Figure, table, write

PEAK_LIMIT_MB = 60.0
_LONG = {"soak"}
"""Parts that take ten minutes and are measured only when they are named."""


def main() -> int:
    """Measure, print the table, write the JSON document."""
    options = _options()
    figures = list(_measure(options.rounds, options.only))
    figures += _peak(figures)
    print(table(figures))
    write(figures, options.output)
    return 0 if all(figure.held for figure in figures) else 1


def _measure(rounds: int, only: list[str]) -> Iterator[Figure]:
    parts: dict[str, Callable[[], Iterator[Figure]]] = {
        "startup": lambda: startup.figures(rounds),
        "client": client.figures,
        "herd": herd.figures,
        "warmup": warmup.figures,
        "explain": explain.figures,
        "records": records.figures,
        "intake": intake.figures,
        "soak": soak.figures,
    }
    for name, part in parts.items():
        if name in (only or parts.keys() - _LONG):
            yield from part()


def _peak(figures: list[Figure]) -> Iterator[Figure]:
    """Yield the highest peak among all that was measured."""
    peaks = {figure.name: figure.detail["peak_mb"] for figure in figures if "peak_mb" in figure.detail}
    if peaks:
        worst = max(peaks, key=peaks.__getitem__)
        yield Figure("peak memory of any of these", peaks[worst], PEAK_LIMIT_MB, "MB", {"by": peaks}, worst)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=25, help="pairs of processes per start-up ratio")
    parser.add_argument("--only", action="append", default=[], help="a part: startup, client, records, …")
    parser.add_argument(
        "--output", type=Path, default=Path("build/benchmarks.json"), help="the JSON document"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
