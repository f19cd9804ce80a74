"""One of the processes of ``crew_calls.py``: does what a line of its stdin says, and answers by a line.

``{"book": …}`` goes through the whole flow, ``{"record": …}`` notes down what is said as well, and
``{"say": n}`` says the next *n* recorded bookings bare.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

import httpx
from bare import Bare, Recording, Step, bare_connection
from salon_flow import SECOND_SANDBOX, recorded_flow, wish

from askpro_cli.base.errors import SlotUnavailableError
from askpro_cli.base.times import parse_wire
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.making.saga import book_appointment
from askpro_cli.platform.engine import open_engine


async def serve(database: str, bare_database: str) -> None:
    """Answer lines until there are no more."""
    recording = Recording(answers=True)
    said: list[list[Step]] = []
    engine = open_engine(bare_database)
    root = os.environ[SECOND_SANDBOX].removesuffix("/v2")
    with bare_connection(engine) as connection:
        async with (
            httpx.AsyncClient(base_url=root, trust_env=False, timeout=60) as client,
            recorded_flow(database, recording) as (app, flow),
        ):
            bare = Bare(connection, client)
            for line in sys.stdin:
                task = json.loads(line)
                began, took, done = time.time(), 0.0, 0
                recording.on = "record" in task
                for number, start in task.get("record", []) + task.get("book", []):
                    done += await _booked(flow, number, start)
                    await app.policy().flush()
                    if recording.on:
                        said.append(list(recording.steps))
                        recording.steps.clear()
                for _ in range(task.get("say", 0)):
                    took += await bare.say(said.pop(0))
                _answer({"began": began, "ended": time.time(), "took": took, "done": done})
    engine.dispose()


async def _booked(flow: FlowDesk, number: int, start: str) -> bool:
    """Book; False when somebody else was faster."""
    try:
        await book_appointment(flow, wish(number, parse_wire(start)))
    except SlotUnavailableError:
        return False
    return True


def _answer(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
