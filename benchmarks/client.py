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
# What the vendor takes to answer: no Cal.com over a network is faster. Over loopback a sandbox answers in
# 2 ms; the note says what the client adds there, so that nothing hides behind this number.
VENDOR_MS = 20


def figures() -> Iterator[Figure]:
    """Run the calls in a process of their own, so that this one stays small."""
    found, loopback = _measure(VENDOR_MS), _measure(0)
    note = (
        f"{found['client_ms']:.1f} ms, bare httpx {found['bare_ms']:.1f} ms, a vendor of {VENDOR_MS} ms;"
        f" over loopback {loopback['client_ms']:.1f} ms and {loopback['bare_ms']:.1f} ms"
    )
    yield Figure(
        "client over a bare httpx call", found["ratio"], LIMIT, "x", found | {"loopback": loopback}, note
    )


def _measure(vendor_ms: int) -> dict[str, Any]:
    with world("--rate-limit", "100000/60", "--latency-ms", str(vendor_ms)) as place:
        written = place.folder / "calls.json"
        environment = place.environment | {"ASKPRO_GOVERNOR_LIMIT": "100000"}
        command = (sys.executable, str(CHILD), place.event_type, str(CALLS), str(written))
        peak = must_run(command, environment).peak_bytes
        found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
        return found | {"peak_mb": peak / 1e6}
