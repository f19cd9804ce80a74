"""Child process of ``warmup.py``: reads random windows as the fast path does, and counts the hits."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

from practice import FIRST_ID

from askpro_cli.shell.actions.availability import Question, from_cache
from askpro_cli.shell.actions.what import What
from askpro_cli.shell.context import App
from askpro_cli.shell.options import GlobalOptions
from askpro_cli.shell.output.console import Streams


def hits(event_types: int, days: int, reads: int, seconds: float) -> int:
    """Return how many of *reads* windows inside the next *days*, spread over *seconds*, the cache answers."""
    app = App.build(GlobalOptions(), os.environ, Path.cwd(), Streams(None, None, sys.stderr))
    chance = random.Random(reads)  # noqa: S311 - a sample, no secret
    found = 0
    for _ in range(reads):
        first = chance.randrange(days)
        length = chance.randint(1, days - first)
        number = chance.randrange(event_types)
        name = chance.choice([str(FIRST_ID + number), f"praxis/termin-{number:03}"])
        asked = Question.read(app, What(name), start=f"+{first}d", end=None, days=length, duration=None)
        found += from_cache(app, asked) is not None
        time.sleep(seconds / reads)
    app.close()
    return found


if __name__ == "__main__":
    counted = hits(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    Path(sys.argv[5]).write_text(json.dumps(counted), encoding="utf-8")
