"""Child process of ``flow.py``: books through the whole flow, and says the same bare, in turns."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from bare import Bare, Commit, Recording, Request, Statement, bare_connection
from databases import private_database
from quiet import QuietLog
from salon_flow import SECOND_SANDBOX, free_starts, recorded_flow, wish

from askpro_cli.booking.flow.making.saga import book_appointment
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.phone_resolution import resolve
from askpro_cli.platform.records import Records
from askpro_cli.platform.upkeep.seed import seed

WARM_UP = 6
DIALLED = "0049 (0)30 / 23125010"


def measure(family: str, count: int) -> dict[str, Any] | None:
    """Return medians in milliseconds and their ratio; None where no server answers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="askpro-bench-")))
        urls = [stack.enter_context(private_database(family, folder / name)) for name in ("own", "bare")]
        ours, bare = (url and seeded(url) for url in urls)
        if not ours or not bare:
            return None
        return asyncio.run(_compared(ours, bare, count)) | {"phone_ms": _phones(ours)}


async def _compared(database: str, bare_database: str, count: int) -> dict[str, Any]:
    recording = Recording()
    steps = recording.steps
    second = os.environ[SECOND_SANDBOX]
    starts = free_starts(os.environ["ASKPRO_CALCOM_BASE_URL"], WARM_UP + count)
    with _connection(bare_database) as connection:
        async with (
            recorded_flow(database, recording) as (app, flow),
            httpx.AsyncClient(base_url=second.removesuffix("/v2"), trust_env=False) as client,
        ):
            bare, pairs = Bare(connection, client), []
            for number, start in enumerate(starts):
                steps.clear()
                began = time.perf_counter()
                await book_appointment(flow, wish(number, start))
                await app.policy().flush()
                took = time.perf_counter() - began
                pairs.append((took, await bare.say(steps)))
    mine, other = zip(*pairs[WARM_UP:], strict=True)
    return {
        "ratio": statistics.median(one / two for one, two in pairs[WARM_UP:]),
        "flow_ms": 1000 * statistics.median(mine),
        "bare_ms": 1000 * statistics.median(other),
        "statements": sum(isinstance(step, Statement) for step in steps),
        "transactions": sum(isinstance(step, Commit) for step in steps),
        "requests": sum(isinstance(step, Request) for step in steps),
    }


@contextmanager
def _connection(database: str) -> Iterator[Any]:
    engine = open_engine(database)
    with bare_connection(engine) as connection:
        yield connection
    engine.dispose()


def seeded(url: str) -> str:
    """Load the demo company, and return the URL."""
    engine = open_engine(url)
    seed(Records(engine, log=QuietLog()))
    engine.dispose()
    return url


def _phones(database: str) -> float:
    """Return the median milliseconds of resolving a dialled number."""
    engine = open_engine(database)
    records = Records(engine, log=QuietLog())
    took = []
    for _ in range(300):
        began = time.perf_counter()
        found = resolve(records, DIALLED)
        took.append(time.perf_counter() - began)
        assert found.error is None  # noqa: S101 - else nothing was measured
    engine.dispose()
    return 1000 * statistics.median(took[100:])


if __name__ == "__main__":
    answer = measure(sys.argv[1], int(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps(answer), encoding="utf-8")
