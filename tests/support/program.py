"""The installed askpro as a process: what an operator's shell starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(sys.executable).parent / "askpro"


@dataclass(frozen=True)
class Done:
    """How one process ended."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """Return stdout as the one JSON envelope it must be."""
        document: dict[str, Any] = json.loads(self.out)
        return document


@dataclass
class Installed:
    """Starts the console script in a folder of its own, with nothing on stdin."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the test's environment with the settings and *more*."""
        return {**os.environ, "ASKPRO_STATE_DIR": str(self.folder / "state"), **self.settings, **more}

    def __call__(self, *words: str, env: Mapping[str, str] | None = None) -> Done:
        """Run one command to its end; *env* replaces the whole environment."""
        done = subprocess.run(
            [str(SCRIPT), *words],
            cwd=self.folder,
            env=dict(env) if env is not None else self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start one command and do not wait for it."""
        return subprocess.Popen(
            [str(SCRIPT), *words],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """Give the installed program a folder of its own."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return Installed(folder)
