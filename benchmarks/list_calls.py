"""Child process of ``listing.py``: a day's appointments among a million, and a look-up by key, in turns."""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import crowd
from databases import private_database
from quiet import QuietLog
from sqlalchemy import Engine, event

from askpro_cli.base.times import Interval
from askpro_cli.booking.flow.showing.filters import AppointmentFilter
from askpro_cli.booking.flow.showing.listing import find_appointment, list_appointments
from askpro_cli.platform.engine import STATEMENT_SECONDS, open_engine
from askpro_cli.platform.records import Records
from askpro_cli.platform.upkeep.seed import seed

TURN = 20
FILLING = 600.0  # seconds a statement may take that makes a million rows
_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN ", "mariadb": "EXPLAIN "}


def measure(family: str, turns: int) -> dict[str, Any] | None:
    """Return medians of both in milliseconds, their ratio and the plan; None where no server answers."""
    with TemporaryDirectory(prefix="askpro-bench-") as name, private_database(family, Path(name)) as url:
        if url is None:
            return None
        with _opened(url, statement_timeout=FILLING) as engine:
            seed(Records(engine, log=QuietLog()))
            crowd.fill(engine)
        with _opened(url) as engine:
            return _compared(Records(engine, log=QuietLog()).for_company("salon"), turns)


@contextmanager
def _opened(url: str, statement_timeout: float = STATEMENT_SECONDS) -> Iterator[Engine]:
    engine = open_engine(url, statement_timeout=statement_timeout)
    try:
        yield engine
    finally:
        engine.dispose()


def _compared(records: Records, turns: int) -> dict[str, Any]:
    days = random.Random(1)  # noqa: S311 - days, not secrets
    known = [found.appointment.id for found in _day(records, 1000)]

    def listed() -> None:
        assert len(_day(records, days.randrange(crowd.DAYS))) == crowd.A_DAY  # noqa: S101 - else nothing was measured

    def looked_up() -> None:
        key = days.choice(known)
        records.run_in_transaction(lambda session: find_appointment(session, key))

    _turn(listed), _turn(looked_up)
    pairs = [(_turn(listed), _turn(looked_up)) for _ in range(turns)]
    ours, theirs = zip(*pairs, strict=True)
    return {
        "ratio": statistics.median(mine / other for mine, other in pairs),
        "list_ms": 1000 * statistics.median(ours),
        "key_ms": 1000 * statistics.median(theirs),
        "plan": _plan(records),
    }


def _day(records: Records, number: int) -> list[Any]:
    start = crowd.FIRST.replace(hour=0) + timedelta(days=number)
    wanted = AppointmentFilter(window=Interval(start, start + timedelta(days=1)))
    return records.run_in_transaction(lambda session: list_appointments(session, wanted))


def _turn(call: Callable[[], None]) -> float:
    """Return the seconds of one call, in a turn of several."""
    started = time.perf_counter()
    for _ in range(TURN):
        call()
    return (time.perf_counter() - started) / TURN


def _plan(records: Records) -> list[str]:
    """Return what the database says it does for a day's list, a line a step."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(records.engine, "before_cursor_execute", note)
    _day(records, 1000)
    event.remove(records.engine, "before_cursor_execute", note)
    statement, parameters = next(one for one in seen if one[0].startswith("SELECT"))
    with records.engine.connect() as connection:
        rows = connection.exec_driver_sql(_EXPLAIN[records.engine.name] + statement, parameters)
        return [" ".join(str(cell) for cell in row if cell is not None) for row in rows]


if __name__ == "__main__":
    answer = measure(sys.argv[1], int(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps(answer), encoding="utf-8")
