"""Child process of ``client.py``: asks for the same slots with the client and with bare httpx, in turns.

A turn is several calls, and the client's turn ends with what its policy puts off: what is written behind
an answer is part of the price, and may not be paid in the other's turn.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from askpro_cli.base.times import Interval, get_zone, iso_utc
from askpro_cli.calcom.wire.requests import SLOTS_VERSION, Wire
from askpro_cli.shell.context import App
from askpro_cli.shell.options import GlobalOptions
from askpro_cli.shell.output.console import Streams

ZONE = "Europe/Berlin"
TURN = 10


async def measure(event_type: int, calls: int) -> dict[str, float]:
    """Return medians and minima of a call in milliseconds, and the median of the ratios of neighbours."""
    app = App.build(GlobalOptions(), os.environ, Path.cwd(), Streams(None, None, sys.stderr))
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    window = Interval(start, start + timedelta(days=2))
    query = {
        "eventTypeId": event_type,
        "start": iso_utc(window.start),
        "end": iso_utc(window.end),
        "timeZone": ZONE,
    }
    wire = Wire().slots(query)
    url = os.environ["ASKPRO_CALCOM_BASE_URL"] + wire.path
    headers = {"Authorization": f"Bearer {app.api_key}", "cal-api-version": SLOTS_VERSION}
    async with app.calcom() as client, httpx.AsyncClient(trust_env=False) as bare:

        async def with_client() -> None:
            await client.slots(event_type, window, get_zone(ZONE), length=30)

        async def without() -> None:
            (await bare.get(url, headers=headers)).raise_for_status().json()

        async def nothing() -> None:
            """Bare httpx puts nothing off."""

        flush = app.policy().flush
        await _turn(with_client, flush)
        await _turn(without, nothing)
        pairs = [
            (await _turn(with_client, flush), await _turn(without, nothing)) for _ in range(calls // TURN)
        ]
    app.close()
    ours, theirs = zip(*pairs, strict=True)
    return {
        "ratio": statistics.median(mine / other for mine, other in pairs),
        "best_ratio": min(ours) / min(theirs),
        "client_ms": 1000 * statistics.median(ours),
        "bare_ms": 1000 * statistics.median(theirs),
        "best_client_ms": 1000 * min(ours),
        "best_bare_ms": 1000 * min(theirs),
    }


async def _turn(call: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]]) -> float:
    """Return the seconds of one call, in a turn of several and with what follows them."""
    started = time.perf_counter()
    for _ in range(TURN):
        await call()
    await end()
    return (time.perf_counter() - started) / TURN


if __name__ == "__main__":
    answer = asyncio.run(measure(int(sys.argv[1]), int(sys.argv[2])))
    Path(sys.argv[3]).write_text(json.dumps(answer), encoding="utf-8")
