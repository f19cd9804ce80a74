"""Two daemons and four workers over one PostgreSQL and one Redis; a child of intake.py.

Word: where to write the answer as JSON; null where a server is missing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from databases import private_database
from intake_calls import OF_SALON, load, seed_demo, settled
from processes import program
from sqlalchemy import create_engine, text
from support.redis_server import private_redis
from support.redis_server import program as redis_program
from webhook_servers import daemon, daemon_environment

EVENTS, DAEMONS, WORKERS = 2000, 2, 4
_DONE = text(
    "SELECT a.claimed_by, a.event_id FROM webhook_attempts a JOIN webhook_events e ON e.id = a.event_id"
    " WHERE a.outcome IN ('done', 'ignored', 'unhandled')"
)


def main() -> None:
    """Measure, where both servers are there."""
    found = None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="askpro-bench-")))
        url = stack.enter_context(private_database("postgresql", folder))
        if url is not None and redis_program() is not None:
            found = measure(url, stack.enter_context(private_redis()).url, folder)
    Path(sys.argv[1]).write_text(json.dumps(found), encoding="utf-8")


def measure(url: str, redis_url: str, folder: Path) -> dict[str, Any]:
    """Send half of the events to each daemon and return who handled what."""
    environment = daemon_environment(url, folder, ASKPRO_REDIS_URL=redis_url, **OF_SALON)
    without = environment | {"ASKPRO_WORKER_ENABLED": "false"}
    seed_demo(url)
    with ExitStack() as stack:
        servers = [stack.enter_context(daemon(without)) for _ in range(DAEMONS)]
        for _ in range(WORKERS):
            stack.enter_context(_worker(environment))
        began = time.perf_counter()
        for number, server in enumerate(servers):
            load(server, folder, f"crew{number}", EVENTS // DAEMONS)
        settled(url)
        seconds = time.perf_counter() - began
    return _told(url) | {"events": EVENTS, "per_second": EVENTS / seconds}


def _told(url: str) -> dict[str, Any]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(_DONE).all()
        there = connection.execute(text("SELECT COUNT(*) FROM webhook_events")).scalar_one()
    engine.dispose()
    handled = [row.event_id for row in rows]
    names = sorted({row.claimed_by for row in rows})
    by_worker = [sum(row.claimed_by == name for row in rows) for name in names]
    return {
        "twice": len(handled) - len(set(handled)),
        "never": there - len(set(handled)),
        "by_worker": by_worker,
    }


@contextmanager
def _worker(environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen([program(), "worker"], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    main()
