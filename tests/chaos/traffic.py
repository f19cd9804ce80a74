"""The sender of the ledger: sends every event until it is acknowledged, and writes each 2xx down."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from support.webhook_line import Line, connect
from support.webhook_requests import booking_body, request

_LONGEST_SECONDS = 90.0  # a sender gives up some day; here it would be a failure
_PAUSE_SECONDS = 0.02
_ANSWER_SECONDS = 30.0


@dataclass
class Ledger:
    """What the sender knows.

    Args:
        acknowledged: uid → how often a 2xx came for it.
        refused: answers that were no 2xx, by status; all were sent again.
        broken: requests whose answer never came; all were sent again.
        given_up: uids that were never acknowledged.
    """

    acknowledged: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    given_up: list[str] = field(default_factory=list)


def plan(events: int, duplicates: float, series: str, chance: random.Random) -> list[int]:
    """Return the numbers of the events in the order they are sent; some come twice, soon after each other.

    Args:
        events: how many different ones.
        duplicates: the share that is sent once more.
        series: of the events.
        chance: decides which.
    """
    del series
    order = [number for number in range(events) for _ in range(1 + (chance.random() < duplicates))]
    for place in range(len(order) - 1):  # apart, so that both are under way at once on two connections
        other = min(len(order) - 1, place + chance.randrange(4))
        order[place], order[other] = order[other], order[place]
    return order


class Sender:
    """Sends over many connections.

    Args:
        port: of the daemon.
        series: in the uid of each event.
        secret: signs the bodies.
        on_progress: told how many requests were answered with 2xx so far.
    """

    def __init__(self, port: int, series: str, secret: str, on_progress: Callable[[int], None]) -> None:
        self._port = port
        self._series = series
        self._secret = secret
        self._on_progress = on_progress
        self.ledger = Ledger()

    async def send(self, order: Sequence[int], connections: int) -> None:
        """Send everything; returns when each was acknowledged or given up."""
        numbers = iter(order)
        await asyncio.gather(*(self._send_some(numbers) for _ in range(connections)))

    async def _send_some(self, numbers: Iterator[int]) -> None:
        line: Line | None = None
        for number in numbers:
            line = await self._until_acknowledged(number, line)
        if line is not None:
            line.close()

    async def _until_acknowledged(self, number: int, line: Line | None) -> Line | None:
        uid = f"{self._series}-{number:08d}"
        wanted = request(booking_body(number, self._series), secret=self._secret)
        ends = asyncio.get_running_loop().time() + _LONGEST_SECONDS
        while asyncio.get_running_loop().time() < ends:
            line, status = await self._ask(line, wanted)
            if status is not None and 200 <= status < 300:
                self.ledger.acknowledged[uid] += 1
                self._on_progress(self.ledger.acknowledged.total())
                return line
            await asyncio.sleep(_PAUSE_SECONDS)
        self.ledger.given_up.append(uid)
        return line

    async def _ask(self, line: Line | None, wanted: bytes) -> tuple[Line | None, int | None]:
        """Return the connection to go on with and the status, None where no answer came."""
        try:
            line = line or await connect(self._port)
            status = await asyncio.wait_for(line.ask(wanted), _ANSWER_SECONDS)
        except (OSError, TimeoutError):
            self.ledger.broken += 1
            if line is not None:
                line.close()
            return None, None
        if status >= 300:
            self.ledger.refused[status] += 1
        return line, status
