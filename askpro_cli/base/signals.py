"""Signals as a server heeds them: the normal end, not raised again afterwards."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def ending_by(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Call *handler* on SIGINT and SIGTERM inside the block; only the main thread hears signals.

    uvicorn's own way raises them again at its end, which would make a normal end one by signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in ENDING}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
