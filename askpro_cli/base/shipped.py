"""Where the files shipped in ``config/`` are (in the wheel: the package ``askpro_cli.config``)."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def shipped_path(name: str) -> Path:
    """Return the path of a shipped file, e.g. ``defaults.yaml``.

    ``importlib.resources`` would find it too, for 10 ms of imports on every start.
    """
    folder = import_module("askpro_cli.config").__path__[0]
    return Path(folder) / name
