"""The preview of a replay over a million events; a child of intake.py. Word: where to write the answer."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from databases import private_database
from processes import program
from sqlalchemy import create_engine, text
from webhook_servers import daemon_environment

EVENTS, MATCHING = 1_000_000, 100_000
_FILL = text(
    """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :events)
    INSERT INTO webhook_events (source, event_type, key_hash, dedup_key, key_from, entity, state, attempts,
        hits, correlation_id, received_at_ms, last_seen_ms, path, body_hash, body_size, body, headers)
    SELECT 'calcom', 'BOOKING_CREATED', printf('%064d', n), 'calcom:BOOKING_CREATED:' || n, 'payload.uid',
        'booking:' || n, CASE WHEN n % 10 = 0 THEN 'dead' ELSE 'done' END, 1, 1, printf('%012d', n),
        1800000000000 + n * 1000, 1800000000000 + n * 1000, '/webhooks/calcom', printf('%064d', n), 1000,
        zeroblob(1000), zeroblob(300)
    FROM numbers
    """
)


def main() -> None:
    """Fill a file with a million events and look at a tenth of them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="askpro-bench-")))
        url = str(stack.enter_context(private_database("sqlite", folder)))
        _fill(url)
        found = _preview(url, folder)
    Path(sys.argv[1]).write_text(json.dumps(found), encoding="utf-8")


def _fill(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(_FILL, {"events": EVENTS})
    engine.dispose()


def _preview(url: str, folder: Path) -> dict[str, Any]:
    """Return how long the whole command took."""
    command = [program(), "webhooks", "replay", "--state", "dead", "--dry-run", "--json"]
    began = time.perf_counter()
    done = subprocess.run(command, env=daemon_environment(url, folder), capture_output=True, check=True)
    seconds = time.perf_counter() - began
    document = json.loads(done.stdout)
    matching = document["data"]["matching"]
    if matching != MATCHING:
        message = f"the preview counts {matching} instead of {MATCHING}"
        raise SystemExit(message)
    return {"events": EVENTS, "matching": matching, "seconds": seconds}


if __name__ == "__main__":
    main()
