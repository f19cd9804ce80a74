"""A steady stream into one daemon with its workers; a child of soak.py. Word: where to write the answer."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from sys import argv
from tempfile import TemporaryDirectory
from typing import Any

from databases import private_database
from intake_calls import OF_SALON, load, seed_demo
from webhook_servers import Server, daemon, daemon_environment

SECONDS, RATE = 600, 50
EVERY = 15.0
FIRST = 60.0


def main() -> None:
    """Send for ten minutes and look at the memory now and then."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="askpro-bench-")))
        url = str(stack.enter_context(private_database("sqlite", folder)))
        seed_demo(url)
        server = stack.enter_context(daemon(daemon_environment(url, folder, **OF_SALON)))
        found = _soak(server, folder)
    Path(argv[1]).write_text(json.dumps(found), encoding="utf-8")


def _soak(server: Server, folder: Path) -> dict[str, Any]:
    samples: list[tuple[float, float]] = []
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(server, samples, over))
    watcher.start()
    sent = load(server, folder, "soak", SECONDS * RATE, rate=RATE)
    over.set()
    watcher.join()
    first = next(resident for seconds, resident in samples if seconds >= FIRST)
    minutes = samples[-1][0] / 60
    return {
        "first_mb": first,
        "last_mb": samples[-1][1],
        "minutes": minutes,
        "samples": samples,
        "sent": sent,
    }


def _watch(server: Server, samples: list[tuple[float, float]], over: threading.Event) -> None:
    began = time.monotonic()
    while not over.wait(EVERY):
        samples.append((time.monotonic() - began, server.resident_mb))
    samples.append((time.monotonic() - began, server.resident_mb))


if __name__ == "__main__":
    main()
