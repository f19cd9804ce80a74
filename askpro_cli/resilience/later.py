"""Work that nobody waits for: done in a thread a moment later, once for all who asked meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from askpro_cli.resilience.threads import hop

if TYPE_CHECKING:
    import asyncio

DELAY = 0.05
"""Seconds; what is put off is lost when the process is killed, so it must be short."""


class Later:
    """Does *work* at most :data:`DELAY` seconds (and its own time) after somebody asked for it.

    Nothing is done for an event loop that has ended: whoever ends it calls :meth:`now` before.

    Args:
        work: a blocking function that may be called when there is nothing to do.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._asked = False
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """Ask for it; returns at once."""
        import asyncio

        self._asked = True
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._task = loop.create_task(self._until_nobody_asks())

    async def now(self) -> None:
        """Do it, and return when it is done, also when it was under way already."""
        await hop(self._work)

    async def _until_nobody_asks(self) -> None:
        import asyncio

        while self._asked:
            await asyncio.sleep(DELAY)
            self._asked = False
            await hop(self._work)
