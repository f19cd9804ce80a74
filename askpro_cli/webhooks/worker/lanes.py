"""The threads of one source: how many of its events are handled at a time, however many wait."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from askpro_cli.webhooks.worker.claims import Claim

Work = Callable[[Sequence[Claim]], Sequence[Claim]]
"""Handles some of the claims, in their order, and returns those that are left. Never raises."""


QUICK = 0.03
"""Seconds; where an event takes less, those that wait go together, however many threads are free.

Threads that share quick work mostly wait for each other."""


class Lane:
    """A queue of claims and the threads that work on it; these are made when they are first needed.

    Args:
        name: of the source, for the threads' names.
        threads: how many.
        room: how many claims may wait.
        together: how many a thread takes at most.
        work: what it does with them.
    """

    def __init__(self, name: str, *, threads: int, room: int, together: int, work: Work) -> None:
        self._name = name
        self._most_threads = threads
        self._most_waiting = room
        self._together = together
        self._work = work
        self._changed = threading.Condition()
        self._waiting: deque[Claim] = deque()
        self._busy = 0
        self._slow = True
        self._closed = False
        self._threads: list[threading.Thread] = []

    @property
    def is_full(self) -> bool:
        """Tell whether as much waits as may."""
        return len(self._waiting) >= self._most_waiting

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing waits and nobody works."""
        return not self._waiting and not self._busy

    def put(self, claims: Sequence[Claim]) -> None:
        """Let claims be handled."""
        with self._changed:
            self._waiting.extend(claims)
            while len(self._threads) < min(self._most_threads, self._needed()):
                self._start()
            self._changed.notify(self._needed())

    def close(self) -> list[Claim]:
        """Begin nothing more; return what waited."""
        with self._changed:
            self._closed = True
            left = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
            return left

    def join(self, until: float) -> bool:
        """Wait for the threads until the monotonic time *until*; tell whether all ended."""
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _start(self) -> None:
        name = f"askpro-{self._name}-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        while claims := self._take():
            begun = time.monotonic()
            left = self._work(claims)
            self._slow = time.monotonic() - begun > QUICK * (len(claims) - len(left))
            self._return(left)

    def _take(self) -> list[Claim]:
        """Return this thread's share of what waits; nothing when the lane is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return []
            claims = [self._waiting.popleft() for _ in range(self._share())]
            self._busy += 1
            return claims

    def _share(self) -> int:
        """Return how many a thread takes: of slow ones each its part, of quick ones what goes together."""
        waiting = len(self._waiting)
        part = -(-waiting // self._most_threads) if self._slow else waiting
        return min(part, self._together)

    def _needed(self) -> int:
        """Return how many threads can be of use now."""
        waiting = len(self._waiting)
        return self._busy + (waiting if self._slow else -(-waiting // self._together))

    def _return(self, left: Sequence[Claim]) -> None:
        """Put back what was not handled, in front; also after the end, for :meth:`close` is asked again."""
        with self._changed:
            self._busy -= 1
            self._waiting.extendleft(reversed(left))
            if left:
                self._changed.notify(self._needed())
