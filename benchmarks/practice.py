"""A doctor with many event types behind a sandbox, and an empty state folder: where warm-ups are measured."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from askpro_cli.demo.playground import Playground
from askpro_cli.demo.program import own_environment

FIRST_ID = 5001


@dataclass(frozen=True)
class Practice:
    """Where it runs: its folder, what its processes see, and the sandbox they talk to."""

    folder: Path
    environment: dict[str, str]
    sandbox: Playground
    event_types: int


@contextmanager
def practice(event_types: int, *options: str, **settings: str) -> Iterator[Practice]:
    """Start a sandbox with so many event types and *options*; *settings* are ``ASKPRO_…`` variables."""
    with TemporaryDirectory(prefix="askpro-bench-") as name:
        folder = Path(name)
        data = folder / "practice.yaml"
        data.write_text(json.dumps(_world(event_types)), encoding="utf-8")
        plain = own_environment(os.environ, folder, {})
        with Playground(folder, plain, "--data", str(data), *options) as sandbox:
            own = {"ASKPRO_CALCOM_BASE_URL": sandbox.base_url, "ASKPRO_CALCOM_API_KEY": sandbox.key}
            yield Practice(folder, own_environment(os.environ, folder, own | settings), sandbox, event_types)


def _world(event_types: int) -> dict[str, object]:
    weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    zone = "Europe/Berlin"
    doctor = {
        "id": 901,
        "username": "praxis",
        "name": "Praxis Beispiel",
        "email": "praxis@example.org",
        "timeZone": zone,
        "schedules": [
            {
                "id": 951,
                "name": "Sprechzeiten",
                "timeZone": zone,
                "isDefault": True,
                "availability": [{"days": weekdays, "startTime": "08:00", "endTime": "16:00"}],
            }
        ],
        "eventTypes": [
            {
                "id": FIRST_ID + number,
                "slug": f"termin-{number:03}",
                "title": f"Termin {number:03}",
                "lengthInMinutes": 30,
            }
            for number in range(event_types)
        ],
    }
    return {"users": [doctor], "apiKeys": [{"key": "cal_test_sandbox", "user": "praxis"}]}
