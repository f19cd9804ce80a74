"""The program as tests use it: in process for speed (``cli``), else as a process (``program``)."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from askpro_cli.base.clock import Clock
from askpro_cli.shell.boundary import run
from askpro_cli.shell.context import App
from askpro_cli.shell.options import GlobalOptions
from askpro_cli.shell.output.console import Streams


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    command: str
    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """Return stdout as one JSON document."""
        return json.loads(self.stdout)

    @property
    def data(self) -> Any:
        """Return the envelope's data."""
        return self.json["data"]

    def ok(self) -> Outcome:
        """Assert exit 0; the failure shows how to repeat it and what was said."""
        return self.exits(0)

    def exits(self, code: int) -> Outcome:
        """Assert the exit code; return self."""
        told = f"$ {self.command}\nexit {self.exit_code}\n{self.stdout}\n{self.stderr}"
        assert self.exit_code == code, told
        return self


class TerminalIO(io.StringIO):
    """A stream that says a person sits at it."""

    def isatty(self) -> bool:
        return True


class Cli:
    """Runs ``askpro …`` in this process, in invented surroundings.

    ``env`` holds the environment of the runs (change it freely), ``cwd`` the folder they run in; ``clock``
    and ``http_transport`` replace the real ones when set.
    """

    def __init__(self, folder: Path) -> None:
        self.cwd = folder / "cwd"
        self.cwd.mkdir()
        self.home = folder / "cli-home"
        self.home.mkdir()
        self.env: dict[str, str] = {
            "HOME": str(self.home),
            "PATH": os.environ.get("PATH", ""),
            "ASKPRO_STATE_DIR": str(folder / "state"),
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
        }
        self.clock: Clock | None = None
        self.http_transport: Any = None

    def __call__(
        self, *argv: str, env: Mapping[str, str] | None = None, stdin: str = "", terminal: bool = False
    ) -> Outcome:
        """Run one command line; *terminal* makes all three streams terminals, else they are pipes."""
        make: Callable[..., io.StringIO] = TerminalIO if terminal else io.StringIO
        streams = Streams(make(stdin), make(), make())
        app = App.build(
            GlobalOptions(),
            {**self.env, **(env or {})},
            self.cwd,
            streams,
            clock=self.clock,
            http_transport=self.http_transport,
        )
        saved = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = streams.stdout, streams.stderr  # help and version are printed by Typer
        try:
            code = run(app, argv)
        finally:
            sys.stdout, sys.stderr = saved
        assert isinstance(streams.stdout, io.StringIO)
        assert isinstance(streams.stderr, io.StringIO)
        command = " ".join(["askpro", *argv])
        return Outcome(command, code, streams.stdout.getvalue(), streams.stderr.getvalue())

    def user_file(self, text: str) -> Path:
        """Write the user's settings file."""
        path = self.home / ".config" / "askpro" / "config.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def project_file(self, text: str) -> Path:
        """Write a project file in the current folder."""
        path = self.cwd / "askpro.yaml"
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Return the program, in process."""
    return Cli(tmp_path)


class Program:
    """Runs the installed ``askpro`` as a process, in the same invented surroundings."""

    def __init__(self, cli: Cli) -> None:
        self.env = cli.env
        self.cwd = cli.cwd
        beside = Path(sys.executable).with_name("askpro")
        self.path = str(beside) if beside.exists() else str(shutil.which("askpro"))

    def __call__(
        self, *argv: str, env: Mapping[str, str] | None = None, stdin: str = "", timeout: float = 60
    ) -> Outcome:
        """Run one command line to its end."""
        done = subprocess.run(
            [self.path, *argv],
            env={**self.env, **(env or {})},
            cwd=self.cwd,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Outcome(" ".join(["askpro", *argv]), done.returncode, done.stdout, done.stderr)

    def start(self, *argv: str, env: Mapping[str, str] | None = None, **more: Any) -> subprocess.Popen[str]:
        """Start one command line and leave it running; the caller ends and waits for it."""
        return subprocess.Popen(
            [self.path, *argv],
            env={**self.env, **(env or {})},
            cwd=self.cwd,
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
        )


@pytest.fixture
def program(cli: Cli) -> Program:
    """Return the program as a process; shares environment and folders with ``cli``."""
    return Program(cli)
