"""The entry point ``askpro``."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_GC_THRESHOLD = 50_000
"""Importing makes many objects and no garbage: looking for it less often saves 6 ms of every start."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run *argv* (by default the process's own) and return the exit code.

    Imports stand inside, so that Ctrl-C while they run is as clean as later.
    """
    gc.set_threshold(_GC_THRESHOLD)
    try:
        from askpro_cli.shell.boundary import run
        from askpro_cli.shell.context import App
        from askpro_cli.shell.options import GlobalOptions
        from askpro_cli.shell.output.console import Streams

        app = App.build(GlobalOptions(), os.environ, _cwd(), Streams.of_process())
        words = sys.argv[1:] if argv is None else argv
        shell = os.environ.get("_ASKPRO_COMPLETE")
        return _complete(app, words, shell) if shell else run(app, words)
    except KeyboardInterrupt:
        return 130
    finally:
        if argv is None:
            gc.freeze()  # a last look for garbage in all that was imported takes time and frees nothing


def _complete(app: App, words: Sequence[str], shell: str) -> int:
    from askpro_cli.shell.completion import print_candidates

    try:
        return print_candidates(app, words, shell)
    finally:
        app.close()


def _cwd() -> Path:
    """Return the current folder, or one without files when it was removed under us."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.devnull)
