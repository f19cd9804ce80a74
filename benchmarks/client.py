"""The client with its whole policy against a bare httpx call: the same request, the same server, in turns."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processes import must_run
from report import Figure
from world import world

LIMIT = 1.3
CALLS = 150
CHILD = Path(__file__).with_name("client_calls.py")
# The row that decides: no Cal.com over a network answers faster, as a rule it takes 100 ms and more.
VENDOR_MS = 20
# The harder row is only told: where a bare call takes 1.1 ms (GET /v2/me), 1.3 x would leave 0.3 ms, and a
# thread hop with a token written to the budget that all processes share takes that alone.
LOOPBACK_MS = 0


def figures() -> Iterator[Figure]:
    """Run the calls in a process of their own, so that this one stays small."""
    yield _figure("client over a bare httpx call", _measure(VENDOR_MS), LIMIT, f"a vendor of {VENDOR_MS} ms")
    yield _figure("  the same over loopback alone", _measure(LOOPBACK_MS), None, "nothing to wait for")


def _figure(name: str, found: dict[str, Any], limit: float | None, where: str) -> Figure:
    note = (
        f"{found['client_ms']:.2f} ms (best {found['best_client_ms']:.2f}), bare httpx"
        f" {found['bare_ms']:.2f} ms (best {found['best_bare_ms']:.2f}), {where}"
    )
    return Figure(name, found["ratio"], limit, "x", found, note)


def _measure(vendor_ms: int) -> dict[str, Any]:
    with world("--rate-limit", "100000/60", "--latency-ms", str(vendor_ms)) as place:
        written = place.folder / "calls.json"
        environment = place.environment | {"ASKPRO_GOVERNOR_LIMIT": "100000"}
        command = (sys.executable, str(CHILD), place.event_type, str(CALLS), str(written))
        peak = must_run(command, environment).peak_bytes
        found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
        return found | {"peak_mb": peak / 1e6}
