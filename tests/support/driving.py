"""Runs of the flow as processes, for tests: they may be many, and they may be killed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from support.records import opened
from support.salon import HAIRCUT
from support.sandbox import SANDBOX_KEY

TESTS = Path(__file__).parents[1]


@dataclass
class Driver:
    """A program that makes runs of the flow, and what they leave."""

    process: subprocess.Popen[str]
    records_url: str
    sandbox_url: str

    def __call__(self, do: str, **order: Any) -> list[dict[str, Any]]:
        """Let one run, or many at once, happen; returns what became of each."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else "the driver died"
        told: list[dict[str, Any]] = json.loads(line)
        return told

    def rows(self, model: Any) -> list[Any]:
        """Return all rows of a table."""
        with opened(self.records_url) as records:
            company = records.for_company("salon")
            return company.run_in_transaction(lambda s: list(s.scalars(select(model).order_by(model.id))))

    def remote(self) -> list[dict[str, Any]]:
        """Return the haircuts to come; the salon begins with none."""
        state = httpx.get(f"{self.sandbox_url.removesuffix('/v2')}/_sandbox/state", timeout=60).json()
        cuts = [one for one in state["bookings"] if str(one["eventTypeId"]) == HAIRCUT]
        standing = [one for one in cuts if one["status"] in ("accepted", "pending")]
        return [one for one in standing if one["start"] > state["now"]]


@contextmanager
def driver(records_url: str, sandbox_url: str, folder: Path) -> Iterator[Driver]:
    """Start the program."""
    with subprocess.Popen(
        [sys.executable, "-m", "support.flow_driver", records_url, sandbox_url, str(folder)],
        cwd=TESTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield Driver(process, records_url, sandbox_url)
        process.kill()
        process.communicate()


def free_starts(sandbox_url: str) -> Iterator[str]:
    """Yield free starts of the haircut, a few days ahead."""
    day = datetime.now(UTC) + timedelta(days=3)
    query = {"eventTypeId": HAIRCUT, "start": f"{day:%Y-%m-%d}", "end": f"{day + timedelta(days=9):%Y-%m-%d}"}
    headers = {"cal-api-version": "2024-09-04", "Authorization": f"Bearer {SANDBOX_KEY}"}
    answer = httpx.get(f"{sandbox_url}/slots", params=query, headers=headers, timeout=60)
    for slots in answer.raise_for_status().json()["data"].values():
        for slot in slots:
            yield datetime.fromisoformat(slot["start"]).astimezone(UTC).isoformat()
