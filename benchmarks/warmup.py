"""The warm-up: how few requests, how close to the least possible time, and whether it is in anybody's way."""

from __future__ import annotations

import json
import math
import os
import signal
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from practice import Practice, practice
from processes import must_run, program
from report import Figure

EVENT_TYPES = 50
DAYS = 14
WARM = (program(), "cache", "warmup", "--all", "--days", str(DAYS))
READS = 1000
MISSES_LIMIT = 0.05
TIME_LIMIT = 1.05
DELAY_LIMIT = 1.3
CHILD = Path(__file__).with_name("warmup_reads.py")
PHONE = Path(__file__).with_name("phone_calls.py")
# What the vendor is played with for the time: requests a window of seconds.
LIMIT, WINDOW = 20, 10
RESERVE = 0.2
# A warm-up that lasts a while, and people who call meanwhile: as many requests as they may send of their own.
MANY, ROOM, CALLS = 400, 150, 60
VENDOR_MS = 100
SCALE, RUNS = 10, 2
_TOO_MANY = 429


def figures() -> Iterator[Figure]:
    """Measure all of it, each in a world of its own."""
    yield from _frugal()
    yield _steady()
    yield from _limited()
    yield _phone()


def _frugal() -> Iterator[Figure]:
    """Warm under the vendor's own limit; read when the short life of empty answers is over."""
    with practice(EVENT_TYPES, ASKPRO_CACHE_EMPTY_TTL="1") as place:
        done = must_run(WARM, place.environment)
        asked = place.sandbox.journal()
        slots = sum(entry["path"] == "/v2/slots" for entry in asked)
        note = f"{len(asked) - slots} others (event types, teams, schedule), {done.seconds:.1f} s"
        detail = {"requests": len(asked), "seconds": done.seconds, "peak_mb": done.peak_bytes / 1e6}
        name = f"slot requests to warm {EVENT_TYPES} event types x {DAYS} days"
        yield Figure(name, slots, EVENT_TYPES, "", detail, note)
        yield _refused(asked)
        time.sleep(1.5)  # longer than an empty answer lives here
        yield _reads(place)


def _refused(asked: list[dict[str, Any]]) -> Figure:
    refused = sum(entry["status"] == _TOO_MANY for entry in asked)
    return Figure("  of its requests refused with 429", refused, 0, "", {"requests": len(asked)})


def _reads(place: Practice) -> Figure:
    hits = _counted(place, _start(_reading(place, seconds=0), place.environment))
    note = f"{hits} of {READS} windows of 1 to {DAYS} days, weekends inside, were hits"
    return Figure(
        "  random reads that miss afterwards", 1 - hits / READS, MISSES_LIMIT, "", {"hits": hits}, note
    )


def _steady() -> Figure:
    """Read all the time while the warm-up comes back as cron starts it, in a tenth of the time."""
    life = {f"ASKPRO_CACHE_{name}_TTL": str(300 // SCALE) for name in ("SLOTS", "EVENT_TYPES", "SCHEDULES")}
    settings = life | {"ASKPRO_CACHE_EMPTY_TTL": str(60 // SCALE), "ASKPRO_GOVERNOR_WINDOW": str(60 // SCALE)}
    every = 240 / SCALE
    with practice(EVENT_TYPES, "--rate-limit", f"120/{60 // SCALE}", **settings) as place:
        must_run((*WARM, "--keep-warm"), place.environment)
        reading = _start(_reading(place, seconds=RUNS * every), place.environment)
        for _ in range(RUNS):
            time.sleep(every)
            must_run((*WARM, "--keep-warm"), place.environment)
        hits = _counted(place, reading)
        slots = sum(entry["path"] == "/v2/slots" for entry in place.sandbox.journal())
    note = f"{hits} of {READS} were hits, {slots} slot requests in {RUNS + 1} runs; all times a tenth"
    name = "reads that miss under a warm-up every 240 s, life 300 s"
    return Figure(name, 1 - hits / READS, MISSES_LIMIT, "", {"hits": hits, "slots": slots}, note)


def _reading(place: Practice, seconds: float) -> tuple[str, ...]:
    """Return the command that reads at random, evenly over *seconds*."""
    numbers = (EVENT_TYPES, DAYS, READS, seconds)
    return (sys.executable, str(CHILD), *map(str, numbers), str(place.folder / "reads.json"))


def _counted(place: Practice, reading: int) -> int:
    """Wait for the reading process; return how many of its reads were hits."""
    _, status = os.waitpid(reading, 0)
    if status:
        message = "the reads did not come to their end"
        raise SystemExit(message)
    hits: int = json.loads((place.folder / "reads.json").read_text(encoding="utf-8"))
    return hits


def _limited() -> Iterator[Figure]:
    """Warm where the vendor allows little, against the least time that so many requests can take.

    The vendor counts in fixed windows, each from its first request on. Background work may use a window but
    for the reserve. So N requests need ceil(N / (limit - reserve)) windows, and the last one begins when all
    others are over: that wait nobody can shorten. The time of the command itself, with nothing to ask, comes
    on top; it is measured right after. What is sent in the last window is not counted in our favour.
    """
    settings = {"ASKPRO_GOVERNOR_LIMIT": str(LIMIT), "ASKPRO_GOVERNOR_WINDOW": str(WINDOW)}
    with practice(EVENT_TYPES, "--rate-limit", f"{LIMIT}/{WINDOW}", **settings) as place:
        took = must_run(WARM, place.environment).seconds
        asked = place.sandbox.journal()
        alone = statistics.median(must_run(WARM, place.environment).seconds for _ in range(5))
    usable = LIMIT - math.ceil(LIMIT * RESERVE)
    wait = (math.ceil(len(asked) / usable) - 1) * WINDOW
    detail = {"seconds": took, "wait": wait, "alone": alone, "requests": len(asked)}
    note = (
        f"{took:.2f} s; {wait} s the vendor imposes ({took / wait:.3f} x: {len(asked)} requests, {usable} a"
        f" window) and {alone:.2f} s of the command with nothing to ask"
    )
    name = f"warm-up at {LIMIT} requests / {WINDOW} s over the least time"
    yield Figure(name, took / (wait + alone), TIME_LIMIT, "x", detail, note)
    yield _refused(asked)


def _phone() -> Figure:
    """Ask for free times again and again, alone and during a warm-up with the same key, state and vendor.

    The warm-up uses up its part of the budget in every window, so it is in the way whenever it can be.
    """
    settings = {"ASKPRO_GOVERNOR_LIMIT": str(ROOM), "ASKPRO_GOVERNOR_WINDOW": str(WINDOW)}
    options = ("--rate-limit", f"{ROOM}/{WINDOW}", "--latency-ms", str(VENDOR_MS))
    with practice(MANY, *options, **settings) as place:
        alone = _calls(place)
        pid = _start(("nice", *WARM), place.environment)
        during = _calls(place)
        ended, _ = os.waitpid(pid, os.WNOHANG)
        if ended:
            message = "the warm-up was over before the calls were: nothing was measured"
            raise SystemExit(message)
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        asked = place.sandbox.journal()
    ours, theirs = _p95(during), _p95(alone)
    refused = sum(entry["status"] == _TOO_MANY for entry in asked)
    note = (
        f"p95 {1000 * ours:.0f} ms (median {1000 * statistics.median(during):.0f}) of {len(during)} calls,"
        f" alone {1000 * theirs:.0f} ms (median {1000 * statistics.median(alone):.0f}), a vendor of"
        f" {VENDOR_MS} ms; {len(asked) - 2 * len(during)} other requests, {refused} refused"
    )
    detail = {"during": during, "alone": alone, "refused": refused}
    name = "p95 of a phone call's read during a warm-up over alone"
    return Figure(name, ours / theirs, DELAY_LIMIT, "x", detail, note)


def _calls(place: Practice) -> list[float]:
    written = place.folder / "calls.json"
    must_run((sys.executable, str(PHONE), str(CALLS), str(written)), place.environment)
    found: list[float] = json.loads(written.read_text(encoding="utf-8"))
    return found


def _start(command: tuple[str, ...], environment: Mapping[str, str]) -> int:
    """Start a process that nobody listens to; return its number."""
    null = os.open(os.devnull, os.O_RDWR)
    quiet = [(os.POSIX_SPAWN_DUP2, null, descriptor) for descriptor in (0, 1, 2)]
    pid = os.posix_spawnp(command[0], command, dict(environment), file_actions=quiet)
    os.close(null)
    return pid


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]
