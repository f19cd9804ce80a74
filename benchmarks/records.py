"""The records: a day's list among a million, a booking through the whole flow, eight processes, a number.

Each database is made for the purpose and dropped; where a server is missing, its rows say so.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from processes import must_run
from report import Figure
from world import world

FAMILIES = ("sqlite", "postgresql", "mariadb")
LIST_LIMIT, LIST_TURNS = 3.0, 20
FLOW_LIMIT, BOOKINGS = 2.0, 60
VENDOR_MS = 20  # no Cal.com over a network answers faster; told beside the row that decides
CREW_LIMIT, EACH = 0.6, 18
NO_SERVER = "no server answers: benchmarks/databases.py says where one is looked for"

_FOLDER = Path(__file__).parent
_SANDBOX = ("--rate-limit", "100000/60", "--seed", "1")  # two that give the same answers
_INDEX = "starts_at_index"


def figures() -> Iterator[Figure]:
    """Measure all of it, on each database."""
    for family in FAMILIES:
        yield from _list(family)
    for family in FAMILIES:
        yield from _flow(family)
        yield from _flow_over_network(family)
    yield from _crew()


def _list(family: str) -> Iterator[Figure]:
    """Compare a day's list with a look-up by key, among a million appointments."""
    name = f"a day's appointments among 1,000,000 over a look-up by key, {family}"
    with TemporaryDirectory(prefix="askpro-bench-") as folder:
        found = _child(Path(folder), None, "list_calls.py", family, str(LIST_TURNS))
    if found is None:
        yield Figure(name, None, LIST_LIMIT, "x", note=NO_SERVER)
        return
    note = f"{found['list_ms']:.2f} ms for 10 of them, by key {found['key_ms']:.2f} ms"
    yield Figure(name, found["ratio"], LIST_LIMIT, "x", found, note)
    step = next((line.strip(" ->") for line in found["plan"] if _INDEX in line), "")
    used = int(not step)
    yield Figure("  plans that use no index of their start", used, 0, "", {"plan": found["plan"]}, step[:110])


def _flow(family: str) -> Iterator[Figure]:
    """Compare a booking with its own statements and requests, said bare."""
    name = f"a booking through the whole flow over its bare calls, {family}"
    with _two_sandboxes() as (folder, environment):
        found = _child(folder, environment, "booking_calls.py", family, str(BOOKINGS))
    if found is None:
        yield Figure(name, None, FLOW_LIMIT, "x", note=NO_SERVER)
        return
    yield Figure(name, found["ratio"], FLOW_LIMIT, "x", found, _told(found))
    yield Figure(f"  resolving a dialled number, {family}", found["phone_ms"], None, "ms", note="aim: 1 ms")


def _flow_over_network(family: str) -> Iterator[Figure]:
    """Tell the same of a vendor who takes as long as one over a network at least."""
    with _two_sandboxes("--latency-ms", str(VENDOR_MS)) as (folder, environment):
        found = _child(folder, environment, "booking_calls.py", family, str(BOOKINGS // 2))
    if found is not None:
        yield Figure(
            f"  the same, a vendor of {VENDOR_MS} ms", found["ratio"], None, "x", found, _told(found)
        )


def _told(found: dict[str, Any]) -> str:
    return (
        f"{found['flow_ms']:.1f} ms, bare {found['bare_ms']:.1f} ms: {found['statements']} statements in"
        f" {found['transactions']} transactions, {found['requests']} requests"
    )


def _crew() -> Iterator[Figure]:
    """Compare what eight processes book in a second with the same said bare by eight processes."""
    name = "bookings a second of 8 processes over bare calls, postgresql"
    with _two_sandboxes() as (folder, environment):
        found = _child(folder, environment, "crew_calls.py", str(EACH))
    if found is None:
        yield Figure(name, None, CREW_LIMIT, "x", note=NO_SERVER, at_least=True)
        return
    ratio = found["flow_per_second"] / found["bare_per_second"]
    note = f"{found['flow_per_second']:.0f}, bare {found['bare_per_second']:.0f}; of one person, in turns"
    yield Figure(name, ratio, CREW_LIMIT, "x", found, note, at_least=True)
    wrong = found["lost"] + found["double"] + found["left_open"]
    yield Figure("  slots lost, double or left open", wrong, 0, "", note="times of their own and shared ones")


def _child(
    folder: Path, environment: dict[str, str] | None, script: str, *words: str
) -> dict[str, Any] | None:
    """Run a child process that writes its answer as JSON."""
    written = folder / "answer.json"
    servers = {name: value for name, value in os.environ.items() if name.startswith("ASKPRO_TEST_")}
    command = (sys.executable, str(_FOLDER / script), *words, str(written))
    must_run(command, {**(environment or os.environ), **servers})
    found: dict[str, Any] | None = json.loads(written.read_text(encoding="utf-8"))
    return found


@contextmanager
def _two_sandboxes(*options: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """Start the sandbox that the flow speaks to, and one for the bare requests."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(world(*_SANDBOX, *options)) for _ in range(2))
        more = {
            "ASKPRO_BENCH_SECOND_SANDBOX": second.environment["ASKPRO_CALCOM_BASE_URL"],
            "ASKPRO_GOVERNOR_LIMIT": "100000",
        }
        yield first.folder, first.environment | more
