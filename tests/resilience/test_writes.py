"""A write whose fate is unknown is looked up before it is sent again, and before anybody is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from support.resilience import Bench, Vendor

from askpro_cli.base.errors import (
    BreakerOpenError,
    FateUnknownError,
    SlotUnavailableError,
    VendorProtocolError,
    VendorRateLimitError,
    VendorServerError,
    VendorTimeoutError,
    VendorUnreachableError,
)
from askpro_cli.resilience.breaker import BreakerSettings
from askpro_cli.resilience.metrics import recent_requests, snapshot
from askpro_cli.resilience.policy import Attempt, Outcome, Policy, PolicySettings
from askpro_cli.state.sqlite_store import SqliteStore

pytestmark = pytest.mark.anyio

SLOW = VendorTimeoutError("no answer in 20 s")
CUT = VendorUnreachableError("connection reset", sent=True)
REFUSED_CONNECTION = VendorUnreachableError("connection refused", sent=False)
TAKEN = SlotUnavailableError("slot is taken", status=400)


@pytest.fixture
def bench(sqlite_store: SqliteStore) -> Bench:
    return Bench(sqlite_store)


def lookup_through(policy: Policy, answers: Sequence[Any]) -> Callable[[], Awaitable[Any]]:
    """A look-up as clients make it: a guarded read of its own."""
    listing = Vendor(answers)

    async def look() -> Any:
        return (await policy.call("bookings.list", listing.send)).value

    return look


async def book(bench: Bench, vendor: Vendor, *found: Any, **settings: Any) -> Outcome[Any]:
    policy = bench.policy(PolicySettings(**settings))
    lookup = lookup_through(policy, found) if found else None
    return await policy.call("bookings.create", vendor.send, write=True, lookup=lookup)


@pytest.mark.parametrize("error", [SLOW, CUT, VendorServerError("bad gateway", status=502)])
async def test_a_write_that_happened_is_found_and_never_sent_twice(bench: Bench, error: Exception) -> None:
    vendor = Vendor([error, "a second booking"])
    outcome = await book(bench, vendor, "the booking")
    assert (outcome.value, vendor.calls) == ("the booking", 1)
    assert outcome.meta.recovered
    assert outcome.meta.requests == 2


async def test_a_write_that_did_not_happen_is_sent_again(bench: Bench) -> None:
    vendor = Vendor([SLOW, "the booking"])
    outcome = await book(bench, vendor, None)
    assert (outcome.value, vendor.calls, outcome.meta.recovered) == ("the booking", 2, False)
    assert (outcome.meta.tries, outcome.meta.requests) == (2, 3)


async def test_without_a_lookup_a_write_in_doubt_is_never_sent_again(bench: Bench) -> None:
    vendor = Vendor([SLOW, "a second booking"])
    with pytest.raises(FateUnknownError) as caught:
        await book(bench, vendor)
    assert (vendor.calls, bench.slept) == (1, [])
    assert caught.value.__cause__ is SLOW
    assert caught.value.exit_code == 5
    assert "same command again" in str(caught.value.hint)


@pytest.mark.parametrize(
    "error", [REFUSED_CONNECTION, VendorRateLimitError("x", status=429, retry_after=1.0)]
)
async def test_a_write_that_cannot_have_happened_is_sent_again_without_asking(
    bench: Bench, error: Exception
) -> None:
    vendor = Vendor([error, "the booking"])
    outcome = await book(bench, vendor)
    assert (outcome.value, vendor.calls) == ("the booking", 2)


async def test_a_lookup_that_fails_leaves_the_fate_unknown(bench: Bench) -> None:
    vendor = Vendor([SLOW, "a second booking"])
    with pytest.raises(FateUnknownError, match="503"):
        await book(bench, vendor, VendorServerError("calcom answered 503", status=503))
    assert vendor.calls == 1


async def test_a_breaker_that_opens_on_the_write_leaves_its_fate_unknown(bench: Bench) -> None:
    with pytest.raises(FateUnknownError) as caught:
        await book(bench, Vendor([SLOW]), "the booking", breaker=BreakerSettings(failures=1))
    assert isinstance(caught.value.__cause__, BreakerOpenError)


async def test_after_the_last_try_it_is_looked_up_once_more(bench: Bench) -> None:
    vendor = Vendor([SLOW])
    outcome = await book(bench, vendor, None, None, "the booking")
    assert (outcome.value, vendor.calls, outcome.meta.recovered) == ("the booking", 3, True)


@pytest.mark.parametrize("error", [SLOW, CUT, VendorServerError("gateway", status=504)])
async def test_a_last_try_that_may_still_be_under_way_is_unknown_even_if_nothing_is_found(
    bench: Bench, error: Exception
) -> None:
    vendor = Vendor([error])
    with pytest.raises(FateUnknownError):
        await book(bench, vendor, None, breaker=BreakerSettings(failures=100))
    assert vendor.calls == 3


async def test_a_vendor_that_answered_500_itself_and_shows_nothing_did_not_do_it(bench: Bench) -> None:
    vendor = Vendor([VendorServerError("calcom answered 500", status=500)])
    with pytest.raises(VendorServerError) as caught:
        await book(bench, vendor, None)
    assert caught.value.fate_unknown is False


@pytest.mark.parametrize(
    "last", [VendorServerError("calcom answered 503", status=503), VendorRateLimitError("x", status=429)]
)
async def test_a_first_try_that_may_still_be_under_way_outlives_what_the_last_one_was_told(
    bench: Bench, last: Exception
) -> None:
    with pytest.raises(FateUnknownError):
        await book(bench, Vendor([SLOW, last]), None, max_wait=1.0)


async def test_a_refusal_caused_by_our_own_first_try_is_a_success(bench: Bench) -> None:
    vendor = Vendor([SLOW, TAKEN])
    outcome = await book(bench, vendor, None, "our booking")
    assert (outcome.value, outcome.meta.recovered) == ("our booking", True)


async def test_a_refusal_caused_by_somebody_else_stays_a_refusal(bench: Bench) -> None:
    with pytest.raises(SlotUnavailableError):
        await book(bench, Vendor([SLOW, TAKEN]), None)


async def test_an_unreadable_answer_to_a_write_is_looked_up_and_not_sent_again(bench: Bench) -> None:
    garbled = VendorProtocolError("the answer breaks off", status=201)
    vendor = Vendor([garbled])
    assert (await book(bench, vendor, "the booking")).value == "the booking"
    with pytest.raises(FateUnknownError):
        await book(bench, vendor, None)
    assert vendor.calls == 2


async def test_a_read_in_doubt_is_simply_read_again(bench: Bench) -> None:
    vendor = Vendor([SLOW, CUT, "slots"])
    outcome = await bench.policy().call("slots.list", vendor.send)
    assert (outcome.value, vendor.calls) == ("slots", 3)


async def start_and_cancel(policy: Policy, **call: Any) -> BaseException:
    """Cancel a call while its request is on the wire, as Ctrl-C does."""
    on_the_wire = asyncio.Event()

    async def send(attempt: Attempt) -> str:
        on_the_wire.set()
        await asyncio.Event().wait()
        return f"never {attempt.number}"

    task = asyncio.create_task(policy.call("bookings.create", send, **call))
    await on_the_wire.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    return caught.value


async def test_a_cancelled_write_goes_through_as_cancelled_and_says_what_is_unknown(bench: Bench) -> None:
    error = await start_and_cancel(bench.policy(), write=True)
    assert any("unknown" in note for note in error.__notes__)
    line = recent_requests(bench.store)[-1]
    assert (line.operation, line.outcome, line.sent) == ("bookings.create", "cancelled", True)


async def test_a_cancelled_trial_frees_its_place_and_counts_for_nothing(bench: Bench) -> None:
    settings = PolicySettings(attempts=1, breaker=BreakerSettings(failures=1, open_for=1))
    with pytest.raises(VendorServerError):
        await bench.policy(settings).call("me.get", Vendor([VendorServerError("x", status=500)]).send)
    bench.clock.advance(2)
    for _ in range(4):
        await start_and_cancel(bench.policy(settings))
    found = snapshot(bench.store, breaker=settings.breaker).breakers[0]
    assert (found.state, found.trials, found.successes) == ("half-open", 0, 0)


async def test_a_call_cancelled_while_it_waits_for_a_token_sends_nothing(bench: Bench) -> None:
    asleep = asyncio.Event()

    async def forever(_seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    with pytest.raises(VendorRateLimitError):
        await bench.policy().call("me.get", Vendor([VendorRateLimitError("x", status=429)]).send)
    vendor = Vendor()
    policy = bench.policy(PolicySettings(max_wait=100), sleep=forever)
    task = asyncio.create_task(policy.call("me.get", vendor.send))
    await asleep.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert vendor.calls == 0


async def test_a_call_cancelled_while_it_is_admitted_gives_its_trial_back(bench: Bench) -> None:
    settings = PolicySettings(attempts=1, breaker=BreakerSettings(failures=1, open_for=1))
    with pytest.raises(VendorServerError):
        await bench.policy(settings).call("me.get", Vendor([VendorServerError("x", status=500)]).send)
    bench.clock.advance(2)
    vendor = Vendor()
    task = asyncio.create_task(bench.policy(settings).call("me.get", vendor.send))
    await asyncio.sleep(0)  # the call stands in its first hop now
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert vendor.calls == 0
    assert snapshot(bench.store, breaker=settings.breaker).breakers[0].trials == 0
