"""``askpro`` against the built-in salon: in process with a clock that stands still, or as real processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.times import iso_utc
from askpro_cli.sandbox.app import SandboxApp
from askpro_cli.sandbox.control.faults import ArmedFault, parse_faults
from support.cli import Cli, Outcome, Program
from support.sandbox import SANDBOX_BASE, SANDBOX_KEY, SandboxTransport

ANNA = ("--name", "Anna Schmidt", "--email", "anna@example.org")
OTTO = ("--name", "Otto Becker", "--email", "otto@example.org")
TOMORROW_TEN = "2026-11-24T10:00"  # Berlin; the salon's clock stands at Monday 2026-11-23, 09:00
HAIRCUT = "1001"  # of user salon, 30 minutes


@dataclass(frozen=True)
class Salon:
    """The program, in process, wired to a salon in process."""

    cli: Cli
    sandbox: SandboxApp
    clock: ManualClock

    def __call__(self, *argv: str, **more: Any) -> Outcome:
        """Run one command line."""
        return self.cli(*argv, **more)

    def book(self, *more: str, start: str = TOMORROW_TEN, who: tuple[str, ...] = ANNA) -> Outcome:
        """Book a haircut, with the answer as JSON."""
        return self.cli("book", HAIRCUT, "--start", start, *who, "--json", *more)

    def arm(
        self, fault: str, method: str = "POST", path: str = "/v2/bookings", times: int | None = 1
    ) -> None:
        """Let the next matching requests fail."""
        self.sandbox.plan.arm(ArmedFault(one, times, method, path) for one in parse_faults(fault))

    def standing(self, start: str = TOMORROW_TEN) -> list[str]:
        """Return the uids of the bookings that take place at *start* (Berlin time, winter)."""
        utc = f"{start[:11]}{int(start[11:13]) - 1:02}{start[13:16]}:00Z"
        return [
            booking.uid
            for booking in self.sandbox.world.bookings.values()
            if booking.status in ("accepted", "pending")
            and iso_utc(datetime.fromtimestamp(booking.start, UTC)) == utc
        ]

    def sent(self, method: str, path: str = "/v2/bookings") -> int:
        """Return how many requests of this kind arrived; *path* is how the path begins."""
        return len(list(self.sandbox.journal.entries(method, path)))


@pytest.fixture
def salon(cli: Cli, sandbox_app: SandboxApp, sandbox_clock: ManualClock) -> Salon:
    """Return the program wired to the built-in salon."""
    cli.env |= {
        "ASKPRO_CALCOM_BASE_URL": SANDBOX_BASE,
        "ASKPRO_CALCOM_API_KEY": SANDBOX_KEY,
        "ASKPRO_RESILIENCE_BASE_DELAY": "0",
    }
    cli.clock = sandbox_clock
    cli.http_transport = SandboxTransport(sandbox_app)
    return Salon(cli, sandbox_app, sandbox_clock)


@pytest.fixture
def shop(salon: Salon, sqlite_seeded_url: str) -> Salon:
    """Return the salon with its records: the demo company, on the embedded database."""
    return with_records(salon, sqlite_seeded_url)


@pytest.fixture
def shop_everywhere(salon: Salon, seeded_url: str) -> Salon:
    """The same with the records on each family of databases."""
    return with_records(salon, seeded_url)


def with_records(salon: Salon, url: str) -> Salon:
    """Wire the salon's program to the records of a URL."""
    salon.cli.env |= {"ASKPRO_DATABASE_URL": url, "ASKPRO_COMPANY": "salon"}
    return salon


@dataclass(frozen=True)
class Street:
    """The installed program and a salon on a port: where processes and sockets matter."""

    program: Program
    url: str

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """Ask the sandbox's control endpoint."""
        address = f"{self.url.removesuffix('/v2')}/_sandbox/{path}"
        verb = method or ("GET" if body is None else "POST")
        return httpx.request(verb, address, json=body, timeout=60).raise_for_status().json()

    def standing(self, start_utc: str) -> list[str]:
        """Return the uids of the bookings that take place at this instant."""
        return [
            booking["uid"]
            for booking in self.control("state")["bookings"]
            if booking["status"] in ("accepted", "pending")
            and booking["start"].startswith(start_utc.rstrip("Z"))
        ]

    def sent(self, method: str, path: str = "/v2/bookings") -> int:
        """Return how many requests of this kind arrived."""
        count: int = self.control(f"journal?method={method}&path={path}")["count"]
        return count


@pytest.fixture
def street(program: Program, sandbox_url: str) -> Street:
    """Return the installed program wired to a salon on a free port."""
    program.env |= {"ASKPRO_CALCOM_BASE_URL": sandbox_url, "ASKPRO_CALCOM_API_KEY": SANDBOX_KEY}
    return Street(program, sandbox_url)
