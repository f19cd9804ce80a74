"""Waiting for something to become true, with a deadline instead of a fixed sleep."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_LONGEST_PAUSE = 0.1


def eventually(check: Callable[[], T | None], *, within: float = 60.0, every: float = 0.005) -> T:
    """Return the first true answer of *check*, asked again and again for *within* seconds.

    The deadline is for what never comes true, so it is far away: a busy machine takes many seconds to start
    a process. The pauses grow from *every* to a tenth of a second, or asking would keep it busy.
    """
    deadline = time.monotonic() + within
    pause = threading.Event()
    while not (answer := check()):
        assert time.monotonic() < deadline, f"did not become true within {within} s"
        pause.wait(every)
        every = max(every, min(1.3 * every, _LONGEST_PAUSE))
    return answer
