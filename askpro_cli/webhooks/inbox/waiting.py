"""Events on their way to a commit: each with the future its request waits for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from askpro_cli.webhooks.arrivals import Admitted, Stored

MOST_EVENTS = 256
"""In one commit: more would make the first ones wait for the last ones."""
MOST_BYTES = 4_000_000
"""The same, of bodies; servers bound a packet (MariaDB: 16 MB)."""


class Waiting:
    """One event, its request's future, and until when (the loop's time) it may wait."""

    __slots__ = ("abandoned", "admitted", "deadline", "future")

    def __init__(self, admitted: Admitted, future: asyncio.Future[Stored], deadline: float) -> None:
        self.admitted = admitted
        self.future = future
        self.deadline = deadline
        self.abandoned = False


class Handover:
    """The queue between event loop and committer: what came in one turn of the loop travels as one."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Sequence[Waiting] | None] = SimpleQueue()
        self._rest: deque[Waiting] = deque()
        self._ended = False

    def put(self, items: Sequence[Waiting]) -> None:
        """Hand events over; any thread."""
        self._queue.put(items)

    def end(self) -> None:
        """Let :meth:`next_batch` return None after all that was put before."""
        self._queue.put(None)

    def next_batch(self, timeout: float | None) -> list[Waiting] | None:
        """Return what waits, as much as one commit takes; [] after *timeout* seconds, None at the end."""
        if not self._rest and not self._ended:
            try:
                self._add(self._queue.get(timeout=timeout))
            except Empty:
                return []
        while len(self._rest) < MOST_EVENTS and not self._ended:
            try:
                self._add(self._queue.get_nowait())
            except Empty:
                break
        return self._taken() if self._rest else None if self._ended else []

    def _add(self, items: Sequence[Waiting] | None) -> None:
        if items is None:
            self._ended = True
        else:
            self._rest.extend(items)

    def _taken(self) -> list[Waiting]:
        taken: list[Waiting] = []
        size = 0
        while self._rest and len(taken) < MOST_EVENTS and (not taken or size < MOST_BYTES):
            item = self._rest.popleft()
            size += len(item.admitted.arrival.body)
            taken.append(item)
        return taken
