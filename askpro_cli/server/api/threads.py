"""The API's own threads: its slow questions never keep the daemon's other work waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from askpro_cli.server.api.answers import RETRY_SECONDS, ApiRefusal

T = TypeVar("T")

THREADS = 4
MOST_AT_ONCE = 64
"""More requests are refused: each of those waiting would wait for the database in its turn."""


class ApiThreads:
    """A bounded pool of threads with a bounded queue; used from one event loop."""

    def __init__(self, threads: int = THREADS, most: int = MOST_AT_ONCE) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="askpro-api")
        self._most = most
        self.busy = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Return what *work* returns, done in a thread.

        Raises:
            ApiRefusal: too many wait already.
        """
        if self.busy >= self._most:
            message = "too many requests at once"
            raise ApiRefusal(503, "busy", message, retry_after=RETRY_SECONDS)
        self.busy += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._done)
        return await asyncio.shield(future)

    def _done(self, future: asyncio.Future[T]) -> None:
        self.busy -= 1
        if not future.cancelled():
            future.exception()  # looked at, also where nobody waits any more

    def close(self) -> None:
        """Take nothing more; what is under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
