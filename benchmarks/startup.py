"""Start-up: the help page and a cached answer, against the cheapest start a Typer program can have."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from processes import Comparison, compare, must_run, program
from report import Figure
from world import world

BASELINE = (sys.executable, "-c", "import typer")
FORBIDDEN = ("httpx", "sqlalchemy", "redis", "structlog")
HELP_LIMIT = 1.4
CACHED_LIMIT = 2.0


def figures(rounds: int) -> Iterator[Figure]:
    """Measure both, and which libraries the cached answer imports."""
    with world() as place:
        shown = compare((program(), "--help"), BASELINE, place.environment, rounds)
        yield _figure("askpro --help", shown, HELP_LIMIT)
        cached = (program(), "availability", place.event_type)
        must_run(cached, place.environment)
        yield _figure(
            "cached askpro availability", compare(cached, BASELINE, place.environment, rounds), CACHED_LIMIT
        )
        found = imported(cached, place.environment)
        yield Figure(
            "  heavy libraries it imports", len(found), 0, "", {"imported": found}, ", ".join(found) or "none"
        )


def imported(command: tuple[str, ...], environment: dict[str, str]) -> list[str]:
    """Return which of the forbidden libraries a run of the console script imports."""
    traced = (sys.executable, "-X", "importtime", *command)
    done = subprocess.run(traced, env=environment, capture_output=True, text=True, check=True)
    names = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line
    }
    if "askpro_cli" not in names:
        message = "the import trace does not show askpro itself: the check would not see anything"
        raise SystemExit(message)
    return [name for name in FORBIDDEN if name in names]


def _figure(name: str, found: Comparison, limit: float) -> Figure:
    note = f"{found.subject_ms:.0f} ms, `python -c 'import typer'` {found.baseline_ms:.0f} ms"
    return Figure(name, found.ratio, limit, "x", vars(found), note)
