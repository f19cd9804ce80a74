"""A sandbox, an empty state folder and an event type to ask about, all thrown away afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from askpro_cli.demo.playground import Playground
from askpro_cli.demo.program import Program, own_environment


@dataclass(frozen=True)
class World:
    """Where a benchmark runs: its folder, what its processes see, and the sandbox they talk to."""

    folder: Path
    environment: dict[str, str]
    sandbox: Playground
    event_type: str


@contextmanager
def world(*options: str) -> Iterator[World]:
    """Start a sandbox with *options* and give it a folder of its own."""
    with TemporaryDirectory(prefix="askpro-bench-") as name:
        folder = Path(name)
        plain = own_environment(os.environ, folder, {})
        with Playground(folder, plain, *options) as sandbox:
            settings = {"ASKPRO_CALCOM_BASE_URL": sandbox.base_url, "ASKPRO_CALCOM_API_KEY": sandbox.key}
            environment = own_environment(os.environ, folder, settings)
            listed = Program(folder, environment).run("event-types", "list")
            event_type = str(listed.data["event_types"][0]["id"])
            sandbox.forget_journal()
            yield World(folder, environment, sandbox, event_type)
