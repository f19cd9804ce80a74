"""Carries a scenario's steps out while the sandbox runs: each once, counted by requests or by its clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.sandbox.clock import SandboxClock
from askpro_cli.sandbox.control.faults import FaultPlan
from askpro_cli.sandbox.protocol.answers import iso_ms
from askpro_cli.sandbox.scenarios.actions import Stage, carry_out
from askpro_cli.sandbox.scenarios.model import Requests, Step
from askpro_cli.sandbox.world.world import World


@dataclass(slots=True)
class _Progress:
    """How far one step is."""

    step: Step
    seen: int = 0
    done: str | None = None
    error: str | None = None


class Play:
    """The steps of one scenario; every method must be called with the world's lock held.

    Args:
        steps: those of the scenario; none for a sandbox without one.
        world: what they change.
        clock: what `at` counts on: seconds that pass, not the time of day.
        plan: the faults they arm.
    """

    def __init__(self, steps: Sequence[Step], world: World, clock: SandboxClock, plan: FaultPlan) -> None:
        self._steps = steps
        self._stage = Stage(world, clock, plan)
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Begin anew, with what happens at second 0."""
        self._begun = self._clock.monotonic()
        self._progress = [_Progress(step) for step in self._steps]
        self.look()

    def look(self) -> None:
        """Do what became due by the clock."""
        for progress in self._progress:
            seconds = progress.step.seconds
            if progress.done is None and seconds is not None and self._passed() >= seconds:
                self._do(progress)

    def _passed(self) -> float:
        return self._clock.monotonic() - self._begun

    def answered(self, method: str, path: str) -> None:
        """Count a request, before its answer goes out, and do what waited for it."""
        for progress in self._progress:
            wanted = progress.step.after
            if progress.done is None and wanted is not None and _matches(wanted, method, path):
                progress.seen += 1
                if progress.seen >= wanted.requests:
                    self._do(progress)

    def _do(self, progress: _Progress) -> None:
        """Carry a step out; one that cannot be is told of in the report and does not stop the sandbox."""
        progress.done = iso_ms(self._clock.now())
        try:
            for action in progress.step.actions:
                carry_out(self._stage, action)
        except InvalidValueError as error:
            progress.error = error.message

    def report(self) -> list[dict[str, Any]]:
        """Return every step with what it waits for and whether it was done."""
        return [
            {
                "after": _shown(progress.step.after),
                "at": progress.step.seconds,
                "actions": [type(action).__struct_config__.tag for action in progress.step.actions],
                "seen": progress.seen,
                "done": progress.done,
                "error": progress.error,
            }
            for progress in self._progress
        ]


def _matches(wanted: Requests, method: str, path: str) -> bool:
    if wanted.method is not None and wanted.method.upper() != method:
        return False
    return wanted.path is None or fnmatchcase(path, wanted.path)


def _shown(wanted: Requests | None) -> dict[str, Any] | None:
    if wanted is None:
        return None
    return {"requests": wanted.requests, "method": wanted.method, "path": wanted.path}
