"""The client with its whole policy against a bare httpx call: the same request, the same server, in turns."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from processes import must_run
from report import Figure
from world import world

LIMIT = 1.3
CALLS = 200
CHILD = Path(__file__).with_name("client_calls.py")
# What the vendor takes to answer. Over loopback a sandbox answers in 2 ms, which no Cal.com ever does; the
# overhead is also reported in milliseconds, so that nothing hides behind this number.
ANSWER_TAKES_MS = 20


def figures() -> Iterator[Figure]:
    """Run the calls in a process of their own, so that this one stays small."""
    with world("--rate-limit", "100000/60", "--latency-ms", str(ANSWER_TAKES_MS)) as place:
        written = place.folder / "calls.json"
        environment = place.environment | {"ASKPRO_GOVERNOR_LIMIT": "100000"}
        command = (sys.executable, str(CHILD), place.event_type, str(CALLS), str(written))
        done = must_run(command, environment)
        found = json.loads(written.read_text(encoding="utf-8"))
    detail = found | {"peak_mb": done.peak_bytes / 1e6}
    note = f"{found['client_ms']:.1f} ms, bare httpx {found['bare_ms']:.1f} ms, {CALLS} calls each"
    yield Figure("client over a bare httpx call", found["ratio"], LIMIT, "x", detail, note)
