"""One hop into a thread and back: the state store is synchronous, its callers are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")


async def hop(work: Callable[[], R], *, undo: Callable[[R], object] | None = None) -> R:
    """Run *work* in the event loop's bounded pool of threads and return its result.

    A thread cannot be stopped half way. So a cancellation that arrives meanwhile waits until *work* is
    through, hands its result to *undo* (in a thread as well), and only then goes on.

    Args:
        work: the blocking function.
        undo: takes back what *work* did, for a caller that is no longer there.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(None, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        if undo is not None and future.exception() is None:
            await asyncio.shield(loop.run_in_executor(None, undo, future.result()))
        raise
