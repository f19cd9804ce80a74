"""``askpro availability --explain`` in a world of its own, and what every answer must keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import SandboxApp, create_app
from askpro_cli.sandbox.control.faults import ArmedFault, parse_faults
from askpro_cli.sandbox.world.loading import load_world
from support.calling import Caller
from support.cli import Cli, Outcome
from support.sandbox import SANDBOX_BASE, SANDBOX_NOW, SandboxTransport

WORLDS = Path(__file__).parents[1] / "booking" / "explain"
MOST_REQUESTS = 3
PEOPLE = ("Anna", "Otto", "Beispiel", "anna@", "otto@", "kollege@", "praxis@")


@dataclass(frozen=True)
class Explainer:
    """The program, wired to one world in process."""

    cli: Cli
    sandbox: SandboxApp
    clock: ManualClock

    def __call__(self, event_type: str | int, time: str, *more: str, code: int | None = 0) -> Any:
        """Return the answer's data; at most three requests were sent and nobody is named."""
        return self.answer(event_type, time, *more, code=code).data

    def answer(self, event_type: str | int, time: str, *more: str, code: int | None = 0) -> Outcome:
        """Return the whole run; *code* is the exit code it must have, None for any."""
        self.sandbox.journal.clear()
        done = self.cli("availability", str(event_type), "--explain", time, "--json", *more)
        assert len(self.asked()) <= MOST_REQUESTS, self.asked()
        assert not [word for word in PEOPLE if word in done.stdout + done.stderr]
        return done if code is None else done.exits(code)

    def asked(self) -> list[str]:
        """Return what the vendor was asked since the last answer began."""
        return [f"{entry['method']} {entry['path']}" for entry in self.sandbox.journal.entries()]

    def learn(self, *command: str) -> None:
        """Run another command first, so that the cache knows something."""
        self.cli(*command, "--json").ok()

    def arm(self, fault: str, path: str, times: int | None = None) -> None:
        """Let matching requests fail."""
        self.sandbox.plan.arm(ArmedFault(one, times, "GET", path) for one in parse_faults(fault))

    def change(self, do: str, **what: Any) -> None:
        """Change the vendor's account while we look: see ``POST /_sandbox/world``."""
        self.caller.control("POST", "world", {"do": do, **what})

    @property
    def caller(self) -> Caller:
        """Return somebody who changes the vendor's calendar behind our back."""
        return Caller(self.sandbox, self.clock)


MakeExplainer = Callable[..., Explainer]


@pytest.fixture
def explaining(cli: Cli) -> MakeExplainer:
    """Return what wires the program to the world of a data file beside the tests of explanations."""

    def make(
        world: str, *, zone: str = "Europe/Berlin", state: str | None = "NW", now: Any = SANDBOX_NOW
    ) -> Explainer:
        clock = ManualClock(now)
        loaded = load_world(WORLDS / world, seed=1)
        cli.env |= {
            "ASKPRO_CALCOM_BASE_URL": SANDBOX_BASE,
            "ASKPRO_CALCOM_API_KEY": loaded.first_key() or "",
            "ASKPRO_RESILIENCE_BASE_DELAY": "0",
        }
        own = f"    state: {state}\n" if state else ""
        cli.user_file(f"companies:\n  praxis:\n    timezone: {zone}\n{own}")
        sandbox = create_app(loaded, clock=clock)
        cli.clock, cli.http_transport = clock, SandboxTransport(sandbox)
        return Explainer(cli, sandbox, clock)

    return make
