"""Takes deliveries to their subscribers, away from the world and its lock.

An event loop in a thread of its own: it serves the sandbox in process as well as under a server. To one
webhook deliveries go one after the other; a slow subscriber holds up only his own.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

SEND_SECONDS = 10.0
_REORDER_SECONDS = 2.0
_JOIN_SECONDS = 5.0


@dataclass(slots=True)
class Parcel:
    """One delivery.

    Args:
        record: what `GET /_sandbox/deliveries` shows of it; filled in here.
        url: the subscriber's.
        headers: as they are sent.
        body: the signed bytes.
        delay: seconds to wait first.
        behind: let the next delivery to the same webhook go first.
    """

    record: dict[str, Any]
    url: str
    headers: dict[str, str]
    body: bytes
    delay: float = 0.0
    behind: bool = False


class Courier:
    """Sends parcels; every parcel is tried once, as the vendor does.

    Args:
        on_done: called in the courier's thread when a parcel's fate is known.
    """

    def __init__(self, on_done: Callable[[], None]) -> None:
        self._on_done = on_done
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._queues: dict[str, asyncio.Queue[Parcel]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._starting = threading.Lock()

    def take(self, webhook_id: str, parcel: Parcel) -> None:
        """Send *parcel* when its turn comes; returns at once."""
        self._running().call_soon_threadsafe(self._put, webhook_id, parcel)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
                self._thread.start()
            return self._loop

    def _put(self, webhook_id: str, parcel: Parcel) -> None:
        queue = self._queues.get(webhook_id)
        if queue is None:
            queue = self._queues[webhook_id] = asyncio.Queue()
            worker = asyncio.get_running_loop().create_task(self._work(queue))
            self._workers.add(worker)
        queue.put_nowait(parcel)

    async def _work(self, queue: asyncio.Queue[Parcel]) -> None:
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=SEND_SECONDS) as client:
            while True:
                await self._carry(await queue.get(), queue, client)

    async def _carry(self, parcel: Parcel, queue: asyncio.Queue[Parcel], client: httpx.AsyncClient) -> None:
        await asyncio.sleep(parcel.delay)
        if parcel.behind:
            with contextlib.suppress(TimeoutError):
                await self._carry(await asyncio.wait_for(queue.get(), _REORDER_SECONDS), queue, client)
        await self._send(parcel, client)

    async def _send(self, parcel: Parcel, client: httpx.AsyncClient) -> None:
        begun = time.perf_counter()
        try:
            answer = await client.post(parcel.url, content=parcel.body, headers=parcel.headers)
        except Exception as error:  # noqa: BLE001 - whatever a URL provokes, the next delivery must go
            parcel.record |= {"status": "failed", "error": f"{type(error).__name__}: {error}"}
        else:
            status = "delivered" if answer.is_success else "refused"
            parcel.record |= {"status": status, "http": answer.status_code}
        parcel.record["ms"] = round((time.perf_counter() - begun) * 1000, 3)
        self._on_done()

    def close(self) -> None:
        """Stop; what was not sent is given up."""
        with self._starting:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), loop).result(_JOIN_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_JOIN_SECONDS)
        loop.close()

    async def _end(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers.clear()
        self._queues.clear()
