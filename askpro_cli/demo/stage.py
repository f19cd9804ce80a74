"""Where the steps play: they run commands, show what was answered, and insist on what they say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from askpro_cli.base.errors import DemoError
from askpro_cli.demo.background import Background
from askpro_cli.demo.narrator import Narrator
from askpro_cli.demo.playground import Playground
from askpro_cli.demo.program import Answer, Program

_SERVES = re.compile(r"serves on (?P<address>http://\S+)")


@dataclass(slots=True)
class StepReport:
    """What one step did, for ``--json``."""

    title: str
    ok: bool = False
    commands: list[dict[str, Any]] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)


class Stage:
    """The program, the sandbox it talks to, and what earlier steps left for later ones.

    Attributes:
        event_type: the reference the steps ask for.
        slots: the free slots as first shown.
        booking: the booking as last seen.
        appointment: the appointment of the records as last seen.
        report: of the step being played.
        daemon_address: where the daemon listens, as last started.
    """

    def __init__(self, program: Program, sandbox: Playground, narrator: Narrator) -> None:
        self.sandbox = sandbox
        self.narrator = narrator
        self.event_type = ""
        self.slots: list[dict[str, Any]] = []
        self.booking: dict[str, Any] = {}
        self.appointment: dict[str, Any] = {}
        self.report = StepReport("")
        self.daemon_address = ""
        self._program = program
        self._daemon: Background | None = None

    def run(self, *words: str, exit_code: int = 0) -> Answer:
        """Run a command, show it, and insist on its exit code."""
        answer = self._program.run(*words)
        self.report.commands.append(
            {
                "command": answer.command_line,
                "exit_code": answer.exit_code,
                "seconds": round(answer.seconds, 2),
            }
        )
        self.narrator.command(answer.command_line, answer.seconds, answer.exit_code)
        if answer.exit_code != exit_code:
            said = "; ".join(error["message"] for error in answer.envelope["errors"])
            raise DemoError(
                f"{answer.command_line} ended with exit code {answer.exit_code} instead of {exit_code}",
                hint=said or None,
            )
        return answer

    def ask(self, *words: str) -> Answer:
        """Run a command that is part of a step's waiting: neither shown nor reported."""
        return self._program.run(*words)

    def start_daemon(self) -> str:
        """Start ``askpro serve`` on a free port and return its address."""
        self._daemon = self._program.start(("serve", "--port", "0"), _SERVES)
        self.daemon_address = self._daemon.said["address"]
        return self.daemon_address

    def kill_daemon(self) -> None:
        """End it without warning."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon = None

    def close(self) -> None:
        """Stop what still runs."""
        if self._daemon is not None:
            self._daemon.stop()

    def show(self, *lines: str) -> None:
        """Show lines of an answer."""
        self.narrator.shown(lines)

    def insist(self, holds: object, sentence: str, *, seen: object = None) -> None:
        """Say that *sentence* was checked: *holds* is true.

        Raises:
            DemoError: it does not hold; the message carries what was *seen* instead.
        """
        if not holds:
            raise DemoError(f"not so: {sentence}", hint=None if seen is None else f"seen: {seen}")
        self.report.checks.append(sentence)
        self.narrator.checked(sentence)

    def requests(self, method: str, path: str) -> int:
        """Return how many requests of this kind the sandbox got since the journal was cleared."""
        return count(self.sandbox.journal(), method, path)


def count(journal: Iterable[dict[str, Any]], method: str, path: str) -> int:
    """Return how many entries are of *method* and exactly *path*."""
    return sum(1 for entry in journal if (entry["method"], entry["path"]) == (method, path))
