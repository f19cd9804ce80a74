"""What a plain success leaves to be written is written a moment later: in order, and before the end."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest
from support.resilience import Bench, Vendor
from support.stores import StorePlace
from support.waiting import eventually

from askpro_cli.base.errors import BudgetError, VendorRateLimitError, VendorServerError
from askpro_cli.resilience.breaker import BreakerSettings
from askpro_cli.resilience.governor import GovernorSettings
from askpro_cli.resilience.metrics import recent_requests, snapshot
from askpro_cli.resilience.policy import PolicySettings, RateWindow
from askpro_cli.state.sqlite_store import SqliteStore

pytestmark = pytest.mark.anyio

ONCE = PolicySettings(attempts=1)
DOWN = VendorServerError("calcom answered 503", status=503)


@pytest.fixture
def bench(sqlite_store: SqliteStore) -> Bench:
    return Bench(sqlite_store)


def seen(bench: Bench) -> list[tuple[str, str]]:
    return [(line.operation, line.outcome) for line in recent_requests(bench.store)]


async def test_a_success_is_answered_before_its_metrics_are_written_and_they_follow(bench: Bench) -> None:
    policy = bench.policy()
    await policy.call("me.get", Vendor().send)
    assert seen(bench) == []
    await asyncio.to_thread(eventually, lambda: seen(bench))
    await policy.call("slots.list", Vendor().send)
    await asyncio.to_thread(eventually, lambda: len(seen(bench)) == 2)
    assert seen(bench) == [("me.get", "ok"), ("slots.list", "ok")]


async def test_flush_writes_them_at_once_and_once(bench: Bench) -> None:
    policy = bench.policy()
    for _ in range(3):
        await policy.call("me.get", Vendor(rate=[RateWindow("default", 120, 70, 30)]).send)
    await policy.flush()
    await policy.flush()
    found = snapshot(bench.store)
    assert found.operations[0].outcomes == {"ok": 3}
    assert sum(found.operations[0].latency.values()) == len(found.requests) == 3
    assert found.budgets[0].left == 70


async def test_the_token_is_taken_before_the_wire_whatever_is_put_off(bench: Bench) -> None:
    left: list[int] = []

    def look() -> None:
        left.append(snapshot(bench.store).budgets[0].left)

    for _ in range(3):
        await bench.policy().call("me.get", Vendor(before=look).send)
    assert left == [119, 118, 117]


async def test_a_failure_is_written_before_it_is_reported_and_after_what_came_before(bench: Bench) -> None:
    policy = bench.policy(ONCE)
    for operation in ("me.get", "slots.list"):
        await policy.call(operation, Vendor(before=lambda: bench.clock.advance(1)).send)
    with pytest.raises(VendorServerError):
        await policy.call("bookings.get", Vendor([DOWN], before=lambda: bench.clock.advance(1)).send)
    assert seen(bench) == [("me.get", "ok"), ("slots.list", "ok"), ("bookings.get", "vendor_server")]
    times = [line.ts for line in recent_requests(bench.store)]
    assert [round(later - times[0]) for later in times] == [0, 1, 2]
    assert snapshot(bench.store).breakers[0].failures == 1


async def test_the_success_that_ends_a_row_of_failures_counts_at_once(bench: Bench) -> None:
    for answer in [DOWN] * 4 + ["fine"] + [DOWN] * 4:
        with suppress(VendorServerError):
            await bench.policy(ONCE).call("me.get", Vendor([answer]).send)
    found = snapshot(bench.store).breakers[0]
    assert (found.state, found.failures) == ("closed", 4)


async def test_a_trial_and_a_429_count_at_once(bench: Bench) -> None:
    settings = PolicySettings(attempts=1, breaker=BreakerSettings(failures=1, successes=2))
    with pytest.raises(VendorServerError):
        await bench.policy(settings).call("me.get", Vendor([DOWN]).send)
    bench.clock.advance(61)
    for state in ("half-open", "closed"):
        await bench.policy(settings).call("me.get", Vendor().send)
        assert snapshot(bench.store).breakers[0].state == state
    limited = Vendor([VendorRateLimitError("too many", status=429, retry_after=30.0)])
    with pytest.raises(VendorRateLimitError):
        await bench.policy(settings).call("me.get", limited.send)
    assert snapshot(bench.store).budgets[0].blocked_for == 30.0


async def test_a_failure_counted_during_a_call_is_ended_by_its_late_success(bench: Bench) -> None:
    slow = bench.policy(ONCE)
    quick = bench.policy(ONCE)
    under_way, answered = asyncio.Event(), asyncio.Event()

    async def send(_attempt: object) -> str:
        under_way.set()
        await answered.wait()
        return "ok"

    call = asyncio.create_task(slow.call("slots.list", send))
    await under_way.wait()
    with pytest.raises(VendorServerError):
        await quick.call("me.get", Vendor([DOWN]).send)
    answered.set()
    await call
    await slow.flush()
    assert snapshot(bench.store).breakers[0].failures == 0


@pytest.mark.parametrize("said", [0, 2])
async def test_a_vendor_that_says_little_is_left_is_believed_at_once(bench: Bench, said: int) -> None:
    policy = bench.policy()
    spent = Vendor(rate=[RateWindow("default", 120, said, 50)])
    await policy.call("me.get", spent.send)
    for _ in range(said):
        await policy.call("me.get", Vendor().send)
    with pytest.raises(BudgetError):
        await policy.call("me.get", Vendor().send)


async def test_the_answer_tells_the_smaller_of_both_budgets(bench: Bench) -> None:
    policy = bench.policy(PolicySettings(governor=GovernorSettings(limit=10)))
    generous = await policy.call("me.get", Vendor(rate=[RateWindow("default", 120, 77, 30)]).send)
    tight = await policy.call("me.get", Vendor(rate=[RateWindow("default", 120, 3, 30)]).send)
    assert (generous.meta.budget_left, tight.meta.budget_left) == (9, 3)
    await policy.flush()
    assert [line.budget for line in recent_requests(bench.store)] == [9, 3]


async def test_a_store_lost_before_they_are_written_costs_only_them(bench: Bench) -> None:
    policy = bench.policy()
    await policy.call("me.get", Vendor().send)
    bench.plug.out = True
    await policy.flush()
    assert bench.events.names() == ["vendor_try", "state_lost"]
    assert (await policy.call("me.get", Vendor().send)).meta.state_lost


async def test_ctrl_c_while_they_are_written_waits_until_they_are(bench: Bench) -> None:
    policy = bench.policy()
    await policy.call("me.get", Vendor().send)
    flush = asyncio.create_task(policy.flush())
    await asyncio.sleep(0)  # it stands in its hop now
    flush.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flush
    assert seen(bench) == [("me.get", "ok")]


def test_a_policy_outlives_the_event_loop_that_put_something_off(bench: Bench) -> None:
    policy = bench.policy()

    async def once(after: Callable[[], bool] | None = None) -> None:
        await policy.call("me.get", Vendor().send)
        if after is not None:
            await asyncio.to_thread(eventually, after)

    asyncio.run(once())
    asyncio.run(once(lambda: len(seen(bench)) == 2))


KILLED = """
import asyncio, os, signal
from askpro_cli.base.clock import SystemClock
from askpro_cli.resilience.policy import Policy, PolicySettings

async def main():
    policy = Policy(store, vendor="calcom", key_id="0123456789ab", settings=PolicySettings(),
                    clock=SystemClock(), run_id="feedc0ffee00", company="salon")
    async def send(attempt):
        attempt.report(status=200)
    await policy.call("me.get", send)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_a_process_that_is_killed_loses_metrics_but_no_token(store_place: StorePlace) -> None:
    source = store_place.source() + KILLED
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", source], timeout=60, check=False, capture_output=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert snapshot(store_place.open()).budgets[0].left == 118
