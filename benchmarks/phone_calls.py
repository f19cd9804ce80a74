"""Child process of ``warmup.py``: somebody on the phone, who asks Cal.com for free times again and again."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from practice import FIRST_ID

from askpro_cli.booking.windows import read_window
from askpro_cli.calcom.availability import SlotQuery, fetch_slots
from askpro_cli.calcom.event_types.lookup import Reference, find_event_type
from askpro_cli.shell.context import App
from askpro_cli.shell.options import GlobalOptions
from askpro_cli.shell.output.console import Streams

EVERY = 0.4
"""Seconds between the beginnings of two calls: slow enough for the part of the budget that is people's."""


async def call(calls: int) -> list[float]:
    """Return the seconds each read took that had to ask Cal.com."""
    app = App.build(GlobalOptions(), os.environ, Path.cwd(), Streams(None, None, sys.stderr))
    window = read_window(None, None, 3, default_days=3, zone=app.company.zone, clock=app.clock)
    found = []
    async with app.calcom() as client:
        event_type = (await find_event_type(client, app.cache(), Reference(id=FIRST_ID))).event_type

        async def read() -> float:
            started = time.perf_counter()
            query = SlotQuery(event_type, window, app.clock.now())
            await fetch_slots(client, app.cache(), query, refresh=True)
            return time.perf_counter() - started

        await read()
        for _ in range(calls):
            took = await read()
            found.append(took)
            await asyncio.sleep(max(0.0, EVERY - took))
    app.close()
    return found


if __name__ == "__main__":
    answer = asyncio.run(call(int(sys.argv[1])))
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
