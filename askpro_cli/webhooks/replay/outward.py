"""A replay with ``--to``: a few lanes that each take an event, send it and write down what became of it.

An event is marked as sent in a transaction before it is, and its answer written down in another: a crash
between the two leaves it unknown and never unsaid.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from askpro_cli.platform.schema import ReplayItem, WebhookEvent
from askpro_cli.resilience.threads import hop
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.claims import Claim, hold
from askpro_cli.webhooks.replay.inside import NO_BODY
from askpro_cli.webhooks.replay.items import LOST_ANSWER, Outcome, finish_if_over, record
from askpro_cli.webhooks.replay.rates import Pace
from askpro_cli.webhooks.replay.sending import Stored, Target, send

if TYPE_CHECKING:
    from askpro_cli.webhooks.replay.running import ReplayTools

T = TypeVar("T")

CONNECT_SECONDS = 10.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_GRACE_SECONDS = 5.0
"""How long a process that stops still waits for answers."""
_GLANCE_SECONDS = 0.2


def run_outward(tools: ReplayTools, claim: Claim, stopping: Callable[[], bool]) -> None:
    """Send what waits until the job is over, paused, cancelled or lost, or *stopping* tells True.

    Raises:
        RecordsError: the database cannot be used; what was sent and not written down becomes unknown.
    """
    asyncio.run(_Run(tools, claim, stopping).to_end())


class _Waiting(NamedTuple):
    item_id: int
    attempts: int
    event_id: int
    source: str
    headers: bytes | None
    body: bytes | None

    def as_sent(self, body: bytes) -> Stored:
        """Return what is sent."""
        return Stored(self.item_id, self.attempts + 1, self.event_id, self.source, self.headers, body)


class _Run:
    """One run of one job."""

    def __init__(self, tools: ReplayTools, claim: Claim, stopping: Callable[[], bool]) -> None:
        self._tools = tools
        self._claim = claim
        self._stopping = stopping
        self._pace = Pace(claim.options.rate)
        self._ended = asyncio.Event()
        self._taking = asyncio.Lock()
        self._target = Target(
            url=claim.options.to or "",
            job_id=claim.job_id,
            resign=claim.options.resign,
            secrets_of=tools.secrets_of,
            now_ms=lambda: time.time_ns() // 1_000_000,
        )

    async def to_end(self) -> None:
        """Send until nothing waits or the run ends; then let the job end, too."""
        timeout = httpx.Timeout(self._tools.answer_timeout, connect=CONNECT_SECONDS)
        most = self._claim.options.at_once
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
        async with httpx.AsyncClient(
            timeout=timeout,
            limits=limits,
            follow_redirects=False,
            trust_env=urlsplit(self._target.url).hostname not in _LOOPBACK,  # no proxy reaches this machine
        ) as client:
            beating = asyncio.create_task(self._beat())
            lanes = [asyncio.create_task(self._lane(client)) for _ in range(most)]
            try:
                await self._wait(lanes)
            finally:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
        await hop(partial(self._do, self._finish, "end a replay"))

    async def _wait(self, lanes: Sequence[asyncio.Task[None]]) -> None:
        """Wait for the lanes; one that fails ends the others, and a process that stops does not wait long.

        Raises:
            RecordsError: of a lane.
        """
        deadline: float | None = None
        try:
            while pending := [lane for lane in lanes if not lane.done()]:
                await asyncio.wait(pending, timeout=_GLANCE_SECONDS)
                if any(lane.done() and lane.exception() for lane in lanes):
                    self._ended.set()
                if self._stopping():
                    self._ended.set()
                    deadline = deadline or time.monotonic() + _GRACE_SECONDS
                    if time.monotonic() > deadline:
                        break
        finally:
            for lane in lanes:
                lane.cancel()
            ends = await asyncio.gather(*lanes, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _beat(self) -> None:
        """Keep the lease while lanes wait for answers, and notice a pause before the next event."""
        while True:
            await asyncio.sleep(self._tools.lease_ms / 3000)
            if await hop(partial(self._do, self._hold, "keep a replay's lease")) != states.RUNNING:
                self._ended.set()

    async def _lane(self, client: httpx.AsyncClient) -> None:
        """Take, send and write down one event after the other."""
        while not self._ended.is_set():
            await self._turn()
            stored = await self._next()
            if stored is None:
                return
            try:
                outcome = await send(client, self._target, stored)
            except asyncio.CancelledError:
                await hop(partial(self._write, stored, Outcome(states.UNKNOWN, LOST_ANSWER)))
                raise
            await hop(partial(self._write, stored, outcome))

    async def _turn(self) -> None:
        """Wait for the next turn at the rate asked for, or for the end."""
        pause = self._pace.wait()
        if pause > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), pause)

    async def _next(self) -> Stored | None:
        """Return the next event, marked as sent; None, and the end of all lanes, when there is none."""
        async with self._taking:  # lanes of one process never meet at the same item
            if self._ended.is_set():
                return None
            stored = await hop(partial(self._do, self._take, "take an event to replay"))
            if stored is None:
                self._ended.set()
            return stored

    def _do(self, work: Callable[[Session], T], context: str) -> T:
        return self._tools.records.run_in_transaction(work, context=context)

    def _hold(self, session: Session) -> str | None:
        return hold(session, self._claim, self._tools.lease_ms)

    def _take(self, session: Session) -> Stored | None:
        """Mark the next waiting item as sent, and pass over those whose body is gone."""
        if self._hold(session) != states.RUNNING:
            return None
        while (found := _first_waiting(session, self._claim.job_id)) is not None:
            if found.body is not None:
                _mark(session, found.item_id)
                return found.as_sent(found.body)
            record(session, found.item_id, Outcome(states.FAILED, NO_BODY))
        return None

    def _write(self, stored: Stored, outcome: Outcome) -> None:
        self._do(
            lambda session: record(session, stored.item_id, outcome, attempt=stored.attempt),
            "write down what became of a replayed event",
        )

    def _finish(self, session: Session) -> None:
        if self._hold(session) == states.RUNNING:
            finish_if_over(session, self._claim)


def _first_waiting(session: Session, job_id: int) -> _Waiting | None:
    event, item = WebhookEvent, ReplayItem
    query = (
        select(item.id, item.attempts, event.id, event.source, event.headers, event.body)
        .join(event, event.id == item.event_id)
        .where(item.job_id == job_id, item.state == states.WAITING)
        .order_by(item.id)
        .limit(1)
    )
    found = session.execute(query).first()
    return None if found is None else _Waiting(*found)


def _mark(session: Session, item_id: int) -> None:
    session.execute(
        update(ReplayItem)
        .where(ReplayItem.id == item_id)
        .values(state=states.SENDING, attempts=ReplayItem.attempts + 1),
        execution_options={"synchronize_session": False},
    )
