"""Sends webhook requests over many connections and says how long each answer took.

A small client of its own: a full one would take more of the two cores than the server that is measured.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop
from support.webhook_line import Line, connect
from support.webhook_requests import requests


@dataclass
class Load:
    """What came of it: seconds of the whole, milliseconds of each answer, answers by status."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        """Return the figures."""
        cuts = statistics.quantiles(self.latencies_ms, n=100)
        return {
            "per_second": len(self.latencies_ms) / self.seconds,
            "p50_ms": cuts[49],
            "p95_ms": cuts[94],
            "p99_ms": cuts[98],
            "statuses": dict(self.statuses),
        }


async def fire(port: int, wanted: Sequence[bytes], connections: int, rate: float | None = None) -> Load:
    """Send all requests, each connection one after the other.

    Args:
        port: on loopback.
        wanted: the requests.
        connections: how many at once.
        rate: requests a second of all; each is then due at its time, and lateness counts as latency.
    """
    lines = [await connect(port) for _ in range(connections)]
    load, numbered = Load(), iter(enumerate(wanted))
    began = time.perf_counter()

    async def send_all(line: Line) -> None:
        for number, request in numbered:
            due = time.perf_counter()
            if rate:
                due = began + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            load.statuses[await line.ask(request)] += 1
            load.latencies_ms.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*map(send_all, lines))
    load.seconds = time.perf_counter() - began
    return load


def main() -> None:
    """Take port, count, connections, series, rate (0: as fast as answers come) and where to write."""
    port, count, connections, series, rate, written = sys.argv[1:]
    wanted = list(requests(int(count), series))
    load = uvloop.run(fire(int(port), wanted, int(connections), float(rate) or None))
    Path(written).write_text(json.dumps(load.document()), encoding="utf-8")


if __name__ == "__main__":
    main()
