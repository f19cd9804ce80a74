"""Child process of ``client.py``: asks for the same slots with the client and with bare httpx, in turns."""

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
from askpro_cli.calcom.wire import SLOTS_VERSION, Wire
from askpro_cli.shell.console import Streams
from askpro_cli.shell.context import App
from askpro_cli.shell.options import GlobalOptions

ZONE = "Europe/Berlin"


async def measure(event_type: int, calls: int) -> dict[str, float]:
    """Return both medians in milliseconds and the median of the ratios of neighbours."""
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

        await with_client()
        await without()
        pairs = [(await _seconds(with_client), await _seconds(without)) for _ in range(calls)]
    app.close()
    return {
        "ratio": statistics.median(ours / theirs for ours, theirs in pairs),
        "client_ms": 1000 * statistics.median(ours for ours, _ in pairs),
        "bare_ms": 1000 * statistics.median(theirs for _, theirs in pairs),
    }


async def _seconds(call: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


if __name__ == "__main__":
    answer = asyncio.run(measure(int(sys.argv[1]), int(sys.argv[2])))
    Path(sys.argv[3]).write_text(json.dumps(answer), encoding="utf-8")
