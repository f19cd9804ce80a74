"""The keys as asynchronous code sees them: claimed, waited for, kept alive, given back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from askpro_cli.base.errors import RecordsError, UnknownError
from askpro_cli.booking import ledger as module
from askpro_cli.booking.ledger import Ledger
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.platform import idempotency

DEADLINE = 60.0
"""Seconds for what never happens; what happens comes at once, also on a busy machine."""

REQUEST = BookingRequest(
    event_type_id=1001,
    start=datetime(2026, 11, 24, 9, tzinfo=UTC),
    name="Anna Schmidt",
    email="anna@example.org",
    phone=None,
    timezone="Europe/Berlin",
    language="de",
)


class Log:
    def __init__(self) -> None:
        self.events: list[str] = []
        self.told = asyncio.Event()

    def event(self, name: str, *, level: str = "info", **fields: Any) -> None:
        del level, fields
        self.events.append(name)
        self.told.set()


@pytest.fixture
def engine(sqlite_records: Engine) -> Engine:
    return sqlite_records


def make(engine: Engine, log: Log | None = None, patience: float = 60.0) -> tuple[Ledger, list[float]]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    made = Ledger(lambda: engine, company="salon", hours=24, log=log or Log(), sleep=sleep, patience=patience)
    return made, slept


@pytest.mark.anyio
async def test_a_key_held_by_another_is_waited_for_and_its_answer_taken(engine: Engine) -> None:
    first, _ = make(engine)
    holder = await first.claim("k", "c", REQUEST)

    async def sleep(_: float) -> None:
        await first.complete(holder, "uid1")

    second = Ledger(lambda: engine, company="salon", hours=24, log=Log(), sleep=sleep)
    found = await second.claim("k", "c", REQUEST)
    assert (found.state, found.record.uid) == ("done", "uid1")


@pytest.mark.anyio
async def test_patience_with_another_process_ends_with_the_key_in_the_error(engine: Engine) -> None:
    first, _ = make(engine)
    await first.claim("k", "c", REQUEST)
    second, slept = make(engine, patience=2.0)
    with pytest.raises(UnknownError, match="another process") as caught:
        await second.claim("k", "c", REQUEST)
    assert caught.value.details == {"idempotency_key": "k"}
    assert 2.0 <= sum(slept) < 3.0
    assert slept == sorted(slept)


@pytest.mark.anyio
async def test_a_claim_is_kept_alive_while_its_block_runs(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three renewals in a row, each of which another process sees; how long one lasts is the platform's."""
    monkeypatch.setattr(module, "_RENEW_EVERY", 0.01)
    renew, renewed, enough = idempotency.renew, list[bool](), asyncio.Event()
    loop = asyncio.get_running_loop()

    def spy(records: Engine, claim: idempotency.Claim, *, lease: float) -> bool:
        assert lease == module.LEASE_SECONDS
        renewed.append(renew(records, claim, lease=lease))
        if len(renewed) == 3:
            loop.call_soon_threadsafe(enough.set)
        return renewed[-1]

    monkeypatch.setattr(idempotency, "renew", spy)
    first, _ = make(engine)
    second, _ = make(engine, patience=0.0)
    async with first.held(await first.claim("k", "c", REQUEST)):
        await asyncio.wait_for(enough.wait(), DEADLINE)
        with pytest.raises(UnknownError):
            await second.claim("k", "c", REQUEST)
    assert set(renewed) == {True}


@pytest.mark.anyio
async def test_a_claim_that_was_lost_is_noticed_and_no_longer_renewed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RENEW_EVERY", 0.01)
    log = Log()
    first, _ = make(engine, log)
    claim = await first.claim("k", "c", REQUEST)
    async with first.held(claim):
        idempotency.release(engine, claim)
        await asyncio.wait_for(log.told.wait(), DEADLINE)
    assert log.events == ["booking.claim_lost"]


@pytest.mark.anyio
async def test_records_that_fail_for_a_moment_do_not_end_the_renewal(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RENEW_EVERY", 0.01)
    renewed = asyncio.Event()
    loop = asyncio.get_running_loop()
    calls = 0

    def renew(*_: Any, **__: Any) -> bool:
        nonlocal calls
        calls += 1
        if calls == 1:
            message = "the disk was away"
            raise RecordsError(message)
        loop.call_soon_threadsafe(renewed.set)
        return True

    monkeypatch.setattr(idempotency, "renew", renew)
    log = Log()
    first, _ = make(engine, log)
    async with first.held(await first.claim("k", "c", REQUEST)):
        await asyncio.wait_for(renewed.wait(), DEADLINE)
    assert "booking.lease_not_renewed" in log.events


@pytest.mark.anyio
async def test_an_interruption_while_claiming_gives_the_key_back(engine: Engine) -> None:
    started = asyncio.Event()
    loop = asyncio.get_running_loop()

    def records() -> Engine:
        loop.call_soon_threadsafe(started.set)
        return engine

    first = Ledger(records, company="salon", hours=24, log=Log(), sleep=asyncio.sleep)
    task = asyncio.create_task(first.claim("k", "c", REQUEST))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    second, slept = make(engine)
    assert (await second.claim("k", "other content", REQUEST)).state == "new"
    assert slept == []
