"""Looks at the clock while the server runs, for what happens without a request."""

from __future__ import annotations

import threading
from collections.abc import Callable

_SECONDS = 1.0


class Ticker:
    """Calls *tick* every second in a thread of its own, from `start` to `stop`."""

    def __init__(self, tick: Callable[[], None], seconds: float = _SECONDS) -> None:
        self._tick = tick
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after a tick that is under way."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._seconds):
            self._tick()
