"""The flow as processes that may be killed: one program that forks a child for each run it is told of.

Forking costs a tenth of starting Python with all that the flow imports. Reads one JSON object a line (``do``:
``book``, ``move``, ``cancel`` or ``sync``; ``runs``, all at once, each with a ``wish`` or an ``appointment``
and perhaps the step to ``kill_at``) and answers with a line of what became of each child. Nothing is opened
before a child was forked: no connection, no thread, no event loop.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import configure_mappers

from askpro_cli.base.clock import SystemClock
from askpro_cli.base.errors import AskproError
from askpro_cli.booking.flow.changing.cancelling import cancel_appointment
from askpro_cli.booking.flow.changing.changing import Terms
from askpro_cli.booking.flow.changing.moving import move_appointment
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.making.saga import book_appointment
from askpro_cli.booking.flow.upkeep.sync import sync
from askpro_cli.platform.dialects import parse_url
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.records import Records
from support.flow import make_flow, state_in, wish
from support.records import QuietLog

LEASE = 0.6
"""Seconds after which a killed run is succeeded; a test need not wait longer."""


def main() -> None:
    """Serve until the input ends. Arguments: the records' URL, the sandbox's, the state's folder."""
    _warm_up()
    for line in sys.stdin:
        order = json.loads(line)
        runs = [order | run for run in order.get("runs", [{}])]
        children = [_fork(run, number) for number, run in enumerate(runs)]
        sys.stdout.write(json.dumps([_end(*child) for child in children]) + "\n")
        sys.stdout.flush()


def _warm_up() -> None:
    """Import what a run would import when it needs it: every child would do that anew."""
    for name in ("httpx", "httpcore", "anyio._backends._asyncio", "tenacity", "phonenumbers.data.region_DE"):
        importlib.import_module(name)
    parse_url(sys.argv[1]).get_dialect().import_dbapi()
    configure_mappers()
    gc.freeze()


def _fork(order: dict[str, Any], number: int) -> tuple[int, int]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _child(order, number, write)
    os.close(write)
    return child, read


def _child(order: dict[str, Any], number: int, write: int) -> None:
    """Do one run and tell how it ended; never returns."""
    status = 70
    try:
        told = _run(order, number, lambda step: _at_step(order, step, write))
        os.write(write, f"{json.dumps(told)}\n".encode())
        status = 0
    finally:
        os._exit(status)


def _at_step(order: dict[str, Any], step: str, write: int) -> None:
    os.write(write, f"{json.dumps({'step': step})}\n".encode())
    if step == order.get("kill_at"):
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)  # the signal may take a moment; nothing more must happen


def _run(order: dict[str, Any], number: int, at_step: Callable[[str], None]) -> dict[str, Any]:
    records_url, base_url, state = sys.argv[1:4]
    engine = open_engine(records_url)
    records = Records(engine, log=QuietLog()).for_company("salon")
    with state_in(Path(state)) as store:
        flow = make_flow(
            records,
            store,
            SystemClock(),
            log=QuietLog(),
            base_url=base_url,
            at_step=at_step,
            run_id=f"run-{number}",
            lease=LEASE,
        )
        return asyncio.run(_do(flow, order))


async def _do(flow: FlowDesk, order: dict[str, Any]) -> dict[str, Any]:
    async with flow.desk.client:
        if order["do"] == "sync":
            return {"did": [[one.subject, one.did] for one in await sync(flow, due_only=False)]}
        if order["do"] != "book":
            return await _change(flow, order)
        asked = dict(order["wish"])
        asked["start"] = datetime.fromisoformat(asked["start"])
        try:
            outcome = await book_appointment(flow, wish(**asked))
        except AskproError as error:
            return {"error": type(error).__name__, "message": error.message}
        return {"appointment": outcome.appointment.id, "replayed": outcome.replayed}


async def _change(flow: FlowDesk, order: dict[str, Any]) -> dict[str, Any]:
    terms = Terms(notice=timedelta(hours=24), reason="asked by phone")
    try:
        if order["do"] == "cancel":
            done = await cancel_appointment(flow, order["appointment"], terms)
        else:
            start = datetime.fromisoformat(order["start"])
            done = await move_appointment(flow, order["appointment"], start, terms)
    except AskproError as error:
        return {"error": type(error).__name__, "message": error.message}
    return {"appointment": done.appointment.id, "already": done.already}


def _end(child: int, read: int) -> dict[str, Any]:
    """Return what a child told, and the signal that ended it."""
    with os.fdopen(read) as stream:
        lines = [json.loads(line) for line in stream]
    _, status = os.waitpid(child, 0)
    told: dict[str, Any] = {"steps": [], "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}
    for line in lines:
        if "step" in line:
            told["steps"].append(line["step"])
        else:
            told |= line
    return told


if __name__ == "__main__":
    main()
