"""``askpro cache warmup`` as processes: killed at random moments, and two at once."""

from __future__ import annotations

import random
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from support.cli import Program
from support.practices import FIRST_ID, write_practice
from support.redis_server import private_redis
from support.sandbox import SANDBOX_KEY, running_sandbox
from support.stores import STORES

MANY = 50
WARM = ("cache", "warmup", "--all")
_AT_ONCE = 2  # items a run has in hand


class Practice:
    """The installed program and a practice with many event types on a port."""

    def __init__(self, program: Program, url: str) -> None:
        program.env |= {
            "ASKPRO_CALCOM_BASE_URL": url,
            "ASKPRO_CALCOM_API_KEY": SANDBOX_KEY,
            "ASKPRO_GOVERNOR_LIMIT": "100000",
        }
        self.run = program
        self._root = url.removesuffix("/v2")

    def asked(self) -> list[int]:
        """Return the event types whose slots were asked for, a number a request."""
        answer = httpx.get(f"{self._root}/_sandbox/journal?path=/v2/slots", timeout=20, trust_env=False)
        return [int(entry["query"]["eventTypeId"]) for entry in answer.raise_for_status().json()["entries"]]

    def others(self) -> Counter[str]:
        """Return what else was asked, counted."""
        answer = httpx.get(f"{self._root}/_sandbox/journal", timeout=20, trust_env=False)
        paths = (entry["path"] for entry in answer.raise_for_status().json()["entries"])
        return Counter(path for path in paths if path != "/v2/slots")

    def fresh(self) -> set[int]:
        """Return the event types of which nothing would be asked for."""
        plan = self.run(*WARM, "--dry-run", "--json").ok()
        return {item["event_type_id"] for item in plan.data["items"] if item["state"] == "fresh"}


@pytest.fixture(params=STORES)
def practice(program: Program, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Practice]:
    """A practice of 50 event types that takes 30 ms for each answer, over each kind of state store."""
    data = write_practice(tmp_path / "practice.yaml", MANY)
    options = ("--data", str(data), "--rate-limit", "100000/60", "--latency-ms", "30")
    with ExitStack() as stack:
        if request.param == "redis":
            program.env["ASKPRO_REDIS_URL"] = stack.enter_context(private_redis()).url
        yield Practice(program, stack.enter_context(running_sandbox(*options))["url"])


def test_killed_at_random_moments_it_goes_on_and_asks_for_nothing_that_is_fresh(practice: Practice) -> None:
    practice.run("event-types", "list").ok()
    moments = random.Random(20261123)  # noqa: S311 - moments, not secrets
    for _ in range(6):
        known, before = practice.fresh(), len(practice.asked())
        process = practice.run.start(*WARM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.25 + 0.35 * moments.random())
        process.kill()
        process.communicate(timeout=60)
        assert not known & set(practice.asked()[before:]), "asked for within its time to live"
    known, before = practice.fresh(), len(practice.asked())
    practice.run(*WARM).ok()
    last = practice.asked()[before:]
    assert not known & set(last)
    assert len(last) == len(set(last))
    assert practice.fresh() == set(range(FIRST_ID, FIRST_ID + MANY))
    assert len(practice.asked()) <= MANY + 6 * _AT_ONCE, "more than what was in hand was asked for twice"


def test_two_at_once_send_one_set_of_requests(practice: Practice) -> None:
    processes = [practice.run.start(*WARM, "--json") for _ in range(2)]
    told = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    asked = practice.asked()
    assert len(asked) == MANY == len(set(asked))
    assert practice.others() == {"/v2/event-types": 1, "/v2/teams": 1, "/v2/schedules/default": 1}


def test_a_signal_gives_back_what_was_in_hand(practice: Practice) -> None:
    practice.run("event-types", "list").ok()
    process = practice.run.start(*WARM)
    while not practice.asked():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode in (0, 143)
    practice.run(*WARM).ok()
    assert practice.fresh() == set(range(FIRST_ID, FIRST_ID + MANY))
