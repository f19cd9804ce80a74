"""The entry point ``askpro``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Run *argv* (by default the process's own) and return the exit code.

    Imports stand inside, so that Ctrl-C while they run is as clean as later.
    """
    try:
        from askpro_cli.shell.boundary import run
        from askpro_cli.shell.console import Streams
        from askpro_cli.shell.context import App
        from askpro_cli.shell.options import GlobalOptions

        app = App.build(GlobalOptions(), os.environ, _cwd(), Streams.of_process())
        return run(app, sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        return 130


def _cwd() -> Path:
    """Return the current folder, or one without files when it was removed under us."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.devnull)
