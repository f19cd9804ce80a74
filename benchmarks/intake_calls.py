"""Intake on one kind of database: how much, how fast, and with how much memory. A child of intake.py.

Words: the database's family, then where to write the answer as JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from databases import private_database
from quiet import QuietLog
from sqlalchemy import create_engine, text
from support.webhook_requests import SECRET
from webhook_servers import Server, daemon, daemon_environment, script

from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.records import Records
from askpro_cli.platform.upkeep.seed import seed

CONNECTIONS = 32
ROUNDS = 5
COUNTS = {"bare": 20_000, "ours": 6_000, "usual": 800}
HELD_RATE, HELD_SECONDS = 500, 10
HANDLED_RATE, HANDLED_SECONDS = 200, 10
OF_SALON = {"ASKPRO_WEBHOOK_SECRET_CALCOM": "", "ASKPRO_COMPANIES_SALON_WEBHOOK_SECRET_CALCOM": SECRET}
"""The secret is the demo company's own, so that its events have a company."""

_FOLDER = Path(__file__).parent
_IDLE_SECONDS = 2.0


def main() -> None:
    """Measure one family; write null where its server is missing."""
    family, written = sys.argv[1:]
    with TemporaryDirectory(prefix="askpro-bench-") as name:
        found = measure(family, Path(name))
    Path(written).write_text(json.dumps(found), encoding="utf-8")


def measure(family: str, folder: Path) -> dict[str, Any] | None:
    """Return all figures of a family; intake alone and with workers each have a database of their own."""
    with private_database(family, folder / "alone") as url:
        if url is None:
            return None
        found: dict[str, Any] = _compared(family, url, folder)
    with private_database(family, folder / "worked") as url:
        seed_demo(str(url))
        return found | _with_workers(str(url), folder)


def seed_demo(url: str) -> None:
    """Add the demo company, whose bookings the events are about."""
    engine = open_engine(url)
    seed(Records(engine, log=QuietLog()))
    engine.dispose()


def _compared(family: str, url: str, folder: Path) -> dict[str, Any]:
    """Compare intake with a bare echo and, on SQLite, with the usual way, in turns."""
    with ExitStack() as stack:
        bare = stack.enter_context(script("webhook_bare.py"))
        quiet = daemon_environment(url, folder, ASKPRO_WORKER_ENABLED="false")
        servers = {"bare": bare, "ours": stack.enter_context(daemon(quiet))}
        if family == "sqlite":
            usual = script("webhook_usual.py", f"sqlite:///{folder / 'usual.db'}")
            servers["usual"] = stack.enter_context(usual)
        rounds = [
            {name: load(server, folder, f"{name}{number}", COUNTS[name]) for name, server in servers.items()}
            for number in range(ROUNDS + 1)
        ][1:]
        kept = _count(url)
    found = {name: _middle([one[name] for one in rounds]) for name in servers}
    ratios = {
        other: statistics.median(one["ours"]["per_second"] / one[other]["per_second"] for one in rounds)
        for other in servers
        if other != "ours"
    }
    wrong = (ROUNDS + 1) * COUNTS["ours"] - kept
    return {"load": found, "ratios": ratios, "not_kept": wrong}


def _with_workers(url: str, folder: Path) -> dict[str, Any]:
    """Measure intake and handling at a steady rate, with the workers of the same process."""
    with daemon(daemon_environment(url, folder, **OF_SALON)) as server:
        size = {"ready_seconds": server.ready_seconds, "idle_mb": _idle(server)}
        held = load(server, folder, "held", HELD_RATE * HELD_SECONDS, rate=HELD_RATE)
        settled(url)
        handled = load(server, folder, "handled", HANDLED_RATE * HANDLED_SECONDS, rate=HANDLED_RATE)
        settled(url)
    return size | {"held": held, "handled_ack": handled, "handled": _handling_times(url, "handled")}


def _idle(server: Server) -> float:
    time.sleep(_IDLE_SECONDS)
    return server.resident_mb


def load(server: Server, folder: Path, series: str, count: int, rate: float = 0) -> dict[str, Any]:
    """Send *count* requests, at *rate* a second or as fast as answers come, and return the figures."""
    written = folder / "load.json"
    words = (str(server.port), str(count), str(CONNECTIONS), series, str(rate), str(written))
    subprocess.run([sys.executable, str(_FOLDER / "webhook_load.py"), *words], check=True, env=os.environ)
    found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    return found


def _middle(loads: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the load whose throughput is in the middle, with all statuses that were seen."""
    ordered = sorted(loads, key=lambda one: one["per_second"])
    statuses = sorted({status for one in loads for status in one["statuses"]})
    return ordered[len(ordered) // 2] | {"statuses": statuses}


def settled(url: str) -> None:
    """Wait until nothing is due any more."""
    ends = time.monotonic() + 120
    while _scalar(url, "SELECT COUNT(*) FROM webhook_events WHERE due_at_ms IS NOT NULL"):
        if time.monotonic() > ends:
            raise SystemExit("events are still due two minutes after the last one came")
        time.sleep(0.2)


def _count(url: str) -> int:
    return int(_scalar(url, "SELECT COUNT(*) FROM webhook_events"))


def _scalar(url: str, statement: str) -> Any:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text(statement)).scalar_one()
    finally:
        engine.dispose()


def _handling_times(url: str, series: str) -> dict[str, Any]:
    """Return how long events of a series took from their receipt until they were handled, in milliseconds."""
    engine = create_engine(url)
    query = text(
        "SELECT state, finished_at_ms - received_at_ms FROM webhook_events WHERE dedup_key LIKE :series"
    )
    with engine.connect() as connection:
        rows = connection.execute(query, {"series": f"%:{series}-%"}).all()
    engine.dispose()
    taken = sorted(float(row[1]) for row in rows if row[1] is not None)
    cuts = statistics.quantiles(taken, n=100)
    return {
        "p50_ms": cuts[49],
        "p95_ms": cuts[94],
        "states": sorted({row[0] for row in rows}),
        "count": len(rows),
    }


if __name__ == "__main__":
    main()
