"""A lock file beside a file: one process at a time makes, moves or upgrades it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait for ``<path>.lock`` and hold it; it falls with the process that holds it, however it ends.

    Raises:
        OSError: the directory is missing or cannot be written.
    """
    import fcntl

    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
