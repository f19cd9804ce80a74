"""Child process of ``flow.py``: eight processes book at once on PostgreSQL, then say the same bare at once.

Each guest has a time of their own, of one person: all lock the same row in turn, bare as well. What is said
bare was recorded before; what is timed is not recorded. Both take turns, for a machine is not equally fast
all the time. Afterwards all processes want the same few times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from booking_calls import seeded
from databases import private_database
from salon_flow import free_starts
from sqlalchemy import create_engine, select, text

from askpro_cli.base.times import iso_utc, parse_wire
from askpro_cli.platform.schema import Appointment, Base

PROCESSES = 8
WARM_UP = 2
ROUNDS = 6
RIVALS = 6
"""Times that all processes want."""

MEMBER = Path(__file__).with_name("crew_member.py")
_APART = 10_000_000


def measure(each: int) -> dict[str, Any] | None:
    """Return bookings a second of both, and what was lost or double; None where PostgreSQL is missing."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="askpro-bench-")))
        urls = [stack.enter_context(private_database("postgresql", folder)) for _ in range(2)]
        ours, bare = (url and seeded(url) for url in urls)
        if not ours or not bare:
            return None
        for url in (ours, bare):
            _keep_ids_apart(url)
        url = os.environ["ASKPRO_CALCOM_BASE_URL"]
        starts = [iso_utc(one) for one in free_starts(url, PROCESSES * (WARM_UP + 2 * each) + RIVALS)]
        crew = [stack.enter_context(_member(ours, bare)) for _ in range(PROCESSES)]
        return _raced(crew, starts, each) | _checked(ours, url, starts)


def _raced(crew: list[subprocess.Popen[str]], starts: list[str], each: int) -> dict[str, Any]:
    """Let all book unwatched, record, say what was recorded, and want the same times; warm up before."""
    wishes = list(enumerate(starts[:-RIVALS]))
    shares = [wishes[number::PROCESSES] for number in range(PROCESSES)]
    rivals = [
        [(len(starts) * (number + 1) + place, start) for place, start in enumerate(starts[-RIVALS:])]
        for number in range(PROCESSES)
    ]
    _together(crew, [{"record": share[: WARM_UP + each]} for share in shares])
    _together(crew, [{"say": WARM_UP}] * PROCESSES)
    flow, bare = [], []
    for first in range(WARM_UP + each, WARM_UP + 2 * each, each // ROUNDS):
        flow.append(_booked(crew, [share[first : first + each // ROUNDS] for share in shares]))
        bare.append(_said(crew, each // ROUNDS))
    tried = _together(crew, [{"book": share} for share in rivals])
    return {
        "flow_per_second": PROCESSES * each / sum(flow),
        "bare_per_second": PROCESSES * each / sum(bare),
        "rounds": [round(two / one, 3) for one, two in zip(flow, bare, strict=True)],
        "rivals_won": sum(one["done"] for one in tried),
    }


def _booked(crew: list[subprocess.Popen[str]], shares: list[list[tuple[int, str]]]) -> float:
    """Let all book their shares; return the seconds from the first beginning to the last end."""
    booked = _together(crew, [{"book": share} for share in shares])
    return float(max(one["ended"] for one in booked) - min(one["began"] for one in booked))


def _said(crew: list[subprocess.Popen[str]], count: int) -> float:
    """Let all say so many bookings bare; return the seconds that the slowest said something."""
    return float(max(one["took"] for one in _together(crew, [{"say": count}] * PROCESSES)))


def _together(crew: list[subprocess.Popen[str]], tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each its task at once and return the answers."""
    for process, task in zip(crew, tasks, strict=True):
        assert process.stdin is not None  # noqa: S101 - asked for
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
    return [json.loads(process.stdout.readline()) for process in crew if process.stdout is not None]


def _checked(database: str, url: str, starts: list[str]) -> dict[str, int]:
    """Return how many times have no appointment, and how many more than one, here or there."""
    engine = create_engine(database)
    with engine.connect() as connection:
        rows = connection.execute(select(Appointment.starts_at).where(Appointment.status == "scheduled"))
        ours = Counter(iso_utc(row.starts_at) for row in rows)
        left = connection.execute(select(Appointment.id).where(Appointment.status.in_(("booking",)))).all()
    engine.dispose()
    state = httpx.get(f"{url.removesuffix('/v2')}/_sandbox/state", trust_env=False).raise_for_status().json()
    standing = [one for one in state["bookings"] if one["status"] in ("accepted", "pending")]
    theirs = Counter(iso_utc(parse_wire(one["start"])) for one in standing)
    lost = sum(ours[start] < 1 or theirs[start] < 1 for start in starts)
    double = sum(ours[start] > 1 or theirs[start] > 1 for start in starts)
    return {"lost": lost, "double": double, "left_open": len(left)}


@contextmanager
def _member(database: str, bare_database: str) -> Iterator[subprocess.Popen[str]]:
    command = (sys.executable, str(MEMBER), database, bare_database)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def _keep_ids_apart(database: str) -> None:
    """Let the ids of every table begin where those of no other table are, so that each means one row."""
    engine = create_engine(database)
    with engine.begin() as connection:
        for number, table in enumerate(sorted(Base.metadata.tables)):
            found = connection.scalar(text("SELECT to_regclass(:t)::text"), {"t": table})
            has_id = "id" in Base.metadata.tables[table].columns
            if found and has_id:
                sequence = text("SELECT setval(pg_get_serial_sequence(:t, 'id'), :at)")
                connection.execute(sequence, {"t": table, "at": (number + 1) * _APART})
    engine.dispose()


if __name__ == "__main__":
    answer = measure(int(sys.argv[1]))
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
