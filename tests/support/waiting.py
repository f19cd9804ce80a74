"""Waiting for something to become true, with a deadline instead of a fixed sleep."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(check: Callable[[], T | None], *, within: float = 10.0, every: float = 0.005) -> T:
    """Return the first true answer of *check*, asked again and again for *within* seconds."""
    deadline = time.monotonic() + within
    pause = threading.Event()
    while not (answer := check()):
        assert time.monotonic() < deadline, f"did not become true within {within} s"
        pause.wait(every)
    return answer
