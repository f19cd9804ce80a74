"""Folders that are nobody else's business: state, records, logs, settings, compiled copies."""

from __future__ import annotations

from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make *folder* and the folders above it that are missing, each with mode 0700.

    ``Path.mkdir(parents=True)`` gives its mode to the last folder only, so the first command to come would
    decide whether others may look into the state folder. A folder that stands keeps the mode it has.

    Raises:
        OSError: it cannot be made, or a file stands in its place.
    """
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_private_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
