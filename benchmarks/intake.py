"""The daemon: durable intake over a bare echo, handling beside it, start, memory, previews of replays."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from processes import must_run
from report import Figure

FAMILIES = ("sqlite", "postgresql", "mariadb")
OVER_BARE = {"sqlite": 0.22, "postgresql": 0.18, "mariadb": 0.18}
OVER_USUAL = 5.0
P99_MS, HANDLED_P95_MS = 25.0, 50.0
READY_SECONDS = 1.5
IDLE_MB = {"sqlite": 70.0, "postgresql": 100.0, "mariadb": 100.0}
PREVIEW_SECONDS = 1.0
NO_SERVER = "no server answers: benchmarks/databases.py says where one is looked for"
_FOLDER = Path(__file__).parent


def figures() -> Iterator[Figure]:
    """Measure all of it, on each database."""
    for family in FAMILIES:
        found = child("intake_calls.py", family)
        if found is None:
            yield Figure(f"intake, {family}", None, OVER_BARE[family], "x", note=NO_SERVER, at_least=True)
            continue
        yield from _intake(family, found)
        yield from _workers(family, found)
    yield from _preview()
    yield from _crew()


def _intake(family: str, found: dict[str, Any]) -> Iterator[Figure]:
    ours, bare = found["load"]["ours"], found["load"]["bare"]
    note = f"{ours['per_second']:.0f} a second, bare {bare['per_second']:.0f}; p99 {ours['p99_ms']:.1f} ms"
    ratio = found["ratios"]["bare"]
    yield Figure(
        f"durable intake over a bare echo, {family}",
        ratio,
        OVER_BARE[family],
        "x",
        found,
        note,
        at_least=True,
    )
    if "usual" in found["ratios"]:
        note = f"FastAPI, SQLAlchemy, a commit a request: {found['load']['usual']['per_second']:.0f} a second"
        yield Figure(
            "  over the usual way", found["ratios"]["usual"], OVER_USUAL, "x", {}, note, at_least=True
        )
    yield Figure(f"  p99 of its answers, {family}", ours["p99_ms"], None, "ms", note=f"aim: {P99_MS:g} ms")
    yield Figure(
        f"  answers but not kept, {family}", found["not_kept"], 0, "", {}, f"statuses {ours['statuses']}"
    )
    yield Figure(f"  start to ready, {family}", found["ready_seconds"], READY_SECONDS, "s")
    yield Figure(f"  idle memory, {family}", found["idle_mb"], IDLE_MB[family], "MB")


def _workers(family: str, found: dict[str, Any]) -> Iterator[Figure]:
    held, handled = found["held"], found["handled"]
    note = (
        f"{held['per_second']:.0f} a second, p50 {held['p50_ms']:.1f} ms, statuses {sorted(held['statuses'])}"
    )
    yield Figure(f"p99 at 500 a second with workers, {family}", held["p99_ms"], P99_MS, "ms", held, note)
    note = f"p50 {handled['p50_ms']:.0f} ms, {handled['count']} events, states {handled['states']}"
    yield Figure(
        f"receipt to handled at 200 a second, p95, {family}",
        handled["p95_ms"],
        HANDLED_P95_MS,
        "ms",
        handled,
        note,
    )


def _preview() -> Iterator[Figure]:
    """Measure the preview of a replay of 100,000 events among a million."""
    found = child("preview_calls.py")
    if found is not None:
        note = f"{found['matching']} of {found['events']}; the whole command, SQLite"
        name = "preview of a replay of 100,000 among 1,000,000"
        yield Figure(name, found["seconds"], PREVIEW_SECONDS, "s", found, note)


def _crew() -> Iterator[Figure]:
    """Let two daemons and four workers share one database and one Redis."""
    found = child("intake_crew.py")
    name = "events handled twice or never by 2 daemons and 4 workers, postgresql and redis"
    if found is None:
        yield Figure(name, None, 0, "", note=NO_SERVER)
        return
    note = f"{found['events']} events, {found['per_second']:.0f} a second; by worker {found['by_worker']}"
    yield Figure(name, found["twice"] + found["never"], 0, "", found, note)


def child(script: str, *words: str) -> dict[str, Any] | None:
    """Run a child process that writes its answer as JSON, None where what it needs is missing."""
    with TemporaryDirectory(prefix="askpro-bench-") as folder:
        written = Path(folder) / "answer.json"
        must_run((sys.executable, str(_FOLDER / script), *words, str(written)), os.environ)
        found: dict[str, Any] | None = json.loads(written.read_text(encoding="utf-8"))
        return found
