"""Slow questions: a bounded number waits, the others are told to come later, and nobody else notices."""

from __future__ import annotations

import asyncio
import threading

import pytest

from askpro_cli.server.api.answers import ApiRefusal
from askpro_cli.server.api.threads import ApiThreads


def test_more_than_can_wait_are_refused_at_once() -> None:
    gate = threading.Event()

    async def ask() -> list[object]:
        threads = ApiThreads(threads=1, most=3)
        waiting = [asyncio.ensure_future(threads.run(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(ApiRefusal) as refused:
            await threads.run(gate.wait)
        assert (refused.value.status, threads.busy) == (503, 3)
        gate.set()
        done: list[object] = list(await asyncio.gather(*waiting))
        assert threads.busy == 0
        threads.close()
        return done

    assert asyncio.run(ask()) == [True] * 3


def test_who_leaves_frees_the_place_only_when_the_work_is_done() -> None:
    """A sender that hangs up again and again must not pile up work."""
    gate = threading.Event()

    async def leave() -> None:
        threads = ApiThreads(threads=1, most=1)
        asked = asyncio.ensure_future(threads.run(gate.wait))
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        with pytest.raises(ApiRefusal):
            await threads.run(gate.wait)
        gate.set()
        while threads.busy:  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0)
        assert await threads.run(lambda: 7) == 7
        threads.close()

    asyncio.run(leave())
