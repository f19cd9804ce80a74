"""A hundred processes ask the same cold key at once: the vendor must hear one question."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from processes import peak_bytes, program
from report import Figure
from world import World, world

PROCESSES = 100
# Long enough that the whole herd has arrived before the first answer is there.
ANSWER_TAKES_MS = 3000


def figures() -> Iterator[Figure]:
    """Start the herd, and count what the sandbox was asked."""
    with world("--latency-ms", str(ANSWER_TAKES_MS)) as place:
        codes, peak = _stampede(place)
        asked = Counter(f"{entry['method']} {entry['path']}" for entry in place.sandbox.journal())
    answered = codes[0]
    detail = {"exit_codes": dict(codes), "asked": dict(asked), "peak_mb": peak / 1e6}
    note = f"{PROCESSES} processes, {answered} answered; " + ", ".join(
        f"{n} x {what}" for what, n in asked.items()
    )
    yield Figure("vendor requests for one cold key", max(asked.values(), default=0), 1, "", detail, note)
    yield Figure(
        "  processes left without an answer", PROCESSES - answered, 0, "", {"exit_codes": dict(codes)}
    )


def _stampede(place: World) -> tuple[Counter[int], int]:
    """Start all at once; return how they ended and the highest peak of memory."""
    command = (program(), "availability", place.event_type, "--days", "3")
    null = os.open(os.devnull, os.O_RDWR)
    quiet = [(os.POSIX_SPAWN_DUP2, null, descriptor) for descriptor in (0, 1, 2)]
    pids = [
        os.posix_spawn(command[0], command, place.environment, file_actions=quiet) for _ in range(PROCESSES)
    ]
    ended = [os.wait4(pid, 0) for pid in pids]
    os.close(null)
    return Counter(os.waitstatus_to_exitcode(status) for _, status, _ in ended), max(map(peak_bytes, ended))
