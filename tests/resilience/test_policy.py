"""One policy for every vendor call: retry, breaker, governor, over a real store with time by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.resilience import Bench, Vendor

from askpro_cli.base.errors import (
    BreakerOpenError,
    BudgetError,
    ConfigError,
    SlotUnavailableError,
    VendorError,
    VendorNotFoundError,
    VendorProtocolError,
    VendorRateLimitError,
    VendorServerError,
    VendorUnreachableError,
    VendorValidationError,
)
from askpro_cli.base.guards import forbid_network
from askpro_cli.base.times import iso_utc
from askpro_cli.resilience.breaker import BreakerSettings
from askpro_cli.resilience.gate import STORE_PAUSE
from askpro_cli.resilience.governor import GovernorSettings
from askpro_cli.resilience.metrics import NAMESPACE, recent_requests, snapshot
from askpro_cli.resilience.policy import PolicySettings, Priority, RateWindow
from askpro_cli.state.sqlite_store import SqliteStore
from askpro_cli.state.store import StateStore

pytestmark = pytest.mark.anyio


def down() -> VendorServerError:
    return VendorServerError("calcom answered 503", status=503)


@pytest.fixture
def bench(sqlite_store: SqliteStore) -> Bench:
    return Bench(sqlite_store)


async def test_an_answer_says_how_it_came_about(state_store: StateStore) -> None:
    bench = Bench(state_store)
    vendor = Vendor(rate=[RateWindow("default", 120, 77, 30)], before=lambda: bench.clock.advance(0.25))
    outcome = await bench.policy().call("me.get", vendor.send)
    assert outcome.value == "ok"
    meta = outcome.meta
    assert (meta.tries, meta.requests, meta.breaker, meta.request_id) == (1, 1, "closed", "req-1")
    assert (meta.budget_left, meta.seconds, meta.recovered, meta.state_lost) == (77, 0.25, False, False)


async def test_a_read_is_tried_three_times_with_growing_pauses(bench: Bench) -> None:
    vendor = Vendor([down, down, "fine"])
    outcome = await bench.policy().call("slots.list", vendor.send)
    assert (outcome.value, outcome.meta.tries, outcome.meta.requests) == ("fine", 3, 3)
    assert bench.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    "error",
    [
        VendorServerError("busy", status=503, retry_after=0.0),
        VendorRateLimitError("too many", status=429, retry_after=0.0),
    ],
)
async def test_advice_to_come_back_at_once_does_not_spend_all_tries_at_once(
    bench: Bench, error: VendorError
) -> None:
    outcome = await bench.policy().call("slots.list", Vendor([error, error, "fine"]).send)
    assert (outcome.value, bench.slept) == ("fine", [0.5, 1.0])


async def test_after_the_last_try_the_vendors_own_error_is_raised(bench: Bench) -> None:
    vendor = Vendor([down])
    with pytest.raises(VendorServerError, match="answered 503") as caught:
        await bench.policy().call("slots.list", vendor.send)
    assert (vendor.calls, caught.value.status) == (3, 503)


@pytest.mark.parametrize(
    "error",
    [
        VendorValidationError("no", status=400),
        VendorNotFoundError("no", status=404),
        SlotUnavailableError("taken", status=409),
        VendorProtocolError("HTML", status=200),
        VendorUnreachableError("bad certificate", sent=False, retryable=False),
        ConfigError("no key"),
    ],
)
async def test_what_another_try_cannot_mend_is_not_tried_again(bench: Bench, error: Exception) -> None:
    vendor = Vendor([error])
    with pytest.raises(type(error)):
        await bench.policy().call("bookings.get", vendor.send)
    assert (vendor.calls, bench.slept) == (1, [])


async def test_the_vendors_advice_goes_before_our_own_pause(bench: Bench) -> None:
    vendor = Vendor([VendorServerError("busy", status=503, retry_after=7.0), "fine"])
    await bench.policy().call("me.get", vendor.send)
    assert bench.slept == [7.0]


async def test_advice_beyond_the_patience_of_a_caller_ends_the_call(bench: Bench) -> None:
    vendor = Vendor([VendorServerError("down for long", status=503, retry_after=900.0)])
    with pytest.raises(VendorServerError, match="down for long"):
        await bench.policy().call("me.get", vendor.send)
    assert (vendor.calls, bench.slept) == (1, [])


async def test_even_without_patience_a_short_outage_is_survived(bench: Bench) -> None:
    vendor = Vendor([down, down, "fine"])
    outcome = await bench.policy(PolicySettings(max_wait=0.0)).call("me.get", vendor.send)
    assert outcome.value == "fine"


async def test_five_failures_open_the_breaker_for_all_and_a_minute_later_it_heals(bench: Bench) -> None:
    sick = Vendor([down])
    for _ in range(2):
        with pytest.raises(VendorServerError):
            await bench.policy().call("me.get", sick.send)
    assert sick.calls == 5
    healthy = Vendor()
    with pytest.raises(BreakerOpenError) as caught:
        await bench.policy().call("slots.list", healthy.send)
    assert healthy.calls == 0
    assert 58 <= caught.value.retry_after <= 60
    bench.clock.advance(61)
    first = await bench.policy().call("slots.list", healthy.send)
    second = await bench.policy().call("slots.list", healthy.send)
    assert (first.meta.breaker, second.meta.breaker) == ("half-open", "closed")


async def test_a_call_whose_failure_opens_the_breaker_tells_the_failure_not_the_breaker(bench: Bench) -> None:
    settings = PolicySettings(breaker=BreakerSettings(failures=1))
    vendor = Vendor([VendorServerError("calcom answered 500", status=500)])
    with pytest.raises(VendorServerError) as caught:
        await bench.policy(settings).call("me.get", vendor.send)
    assert vendor.calls == 1
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 50


@pytest.mark.parametrize(
    "error",
    [
        VendorValidationError("no", status=400),
        VendorError("forbidden", status=403),
        SlotUnavailableError("taken", status=409),
        VendorRateLimitError("slow down", status=429, retry_after=0.0),
        VendorProtocolError("HTML", status=200),
        ConfigError("ours"),
        KeyError("a bug of ours"),
    ],
)
async def test_refusals_limits_and_our_own_faults_never_open_the_breaker(
    bench: Bench, error: Exception
) -> None:
    settings = PolicySettings(attempts=1)
    for _ in range(8):
        with pytest.raises(type(error)):
            await bench.policy(settings).call("bookings.create", Vendor([error]).send)
    assert (await bench.policy(settings).call("me.get", Vendor().send)).meta.breaker == "closed"


async def test_a_refusal_proves_that_the_vendor_is_alive(bench: Bench) -> None:
    policy = bench.policy(PolicySettings(attempts=1))
    for error in [*[down()] * 4, VendorNotFoundError("no", status=404), *[down()] * 4]:
        with pytest.raises(VendorError):
            await policy.call("me.get", Vendor([error]).send)
    assert (await policy.call("me.get", Vendor().send)).meta.breaker == "closed"


async def test_an_ill_key_does_not_stop_the_calls_of_another(bench: Bench) -> None:
    for _ in range(2):
        with pytest.raises(VendorServerError):
            await bench.policy().call("me.get", Vendor([down]).send)
    other = await bench.policy(key_id="ffffffffffff").call("me.get", Vendor().send)
    assert other.meta.breaker == "closed"


async def test_after_a_429_an_interactive_call_is_told_how_long_to_wait(bench: Bench) -> None:
    limited = Vendor([VendorRateLimitError("too many", status=429)])
    with pytest.raises(VendorRateLimitError) as caught:
        await bench.policy().call("me.get", limited.send)
    assert (limited.calls, caught.value.retry_after) == (1, 60.0)
    untouched = Vendor()
    with pytest.raises(BudgetError) as refused:
        await bench.policy().call("me.get", untouched.send)
    assert (untouched.calls, refused.value.retry_after) == (0, 60.0)
    free_at = bench.clock.now() + timedelta(seconds=60)
    assert refused.value.details == {"retry_after": 60, "free_at": iso_utc(free_at)}


async def test_a_short_block_is_waited_for_and_background_work_waits_a_long_one(bench: Bench) -> None:
    short = Vendor([VendorRateLimitError("too many", status=429, retry_after=4.0), "fine"])
    assert (await bench.policy().call("me.get", short.send)).value == "fine"
    assert bench.slept == [4.0]
    long = Vendor([VendorRateLimitError("too many", status=429), "fine"])
    outcome = await bench.policy().call("slots.list", long.send, priority=Priority.BACKGROUND)
    assert (outcome.value, bench.slept) == ("fine", [4.0, 60.0])


async def test_every_try_takes_a_token_and_the_reserve_stays(bench: Bench) -> None:
    settings = PolicySettings(governor=GovernorSettings(limit=10), background_wait=5.0)
    vendor = Vendor([down, down, "fine"])
    for _ in range(2):
        vendor.calls = 0
        await bench.policy(settings).call("me.get", vendor.send)
    ok = Vendor()
    for _ in range(2):
        await bench.policy(settings).call("me.get", ok.send, priority=Priority.BACKGROUND)
    with pytest.raises(BudgetError):
        await bench.policy(settings).call("me.get", ok.send, priority=Priority.BACKGROUND)
    person = await bench.policy(settings).call("me.get", ok.send)
    assert person.meta.budget_left == 1


async def test_a_person_waits_for_a_token_only_as_long_as_told(bench: Bench) -> None:
    settings = PolicySettings(governor=GovernorSettings(limit=2, window=10), max_wait=20)
    ok = Vendor()
    for _ in range(5):
        await bench.policy(settings).call("me.get", ok.send)
    assert ok.calls == 5
    assert 20 <= sum(bench.slept) <= 21
    hasty = bench.policy(PolicySettings(governor=settings.governor, max_wait=3))
    await hasty.call("me.get", ok.send)
    with pytest.raises(BudgetError):
        await hasty.call("me.get", ok.send)


async def test_waiting_for_the_governor_holds_no_trial_of_the_breaker(bench: Bench) -> None:
    settings = PolicySettings(attempts=1, breaker=BreakerSettings(failures=1, open_for=1))
    with pytest.raises(VendorServerError):
        await bench.policy(settings).call("me.get", Vendor([down]).send)
    bench.clock.advance(2)
    with pytest.raises(VendorRateLimitError):
        await bench.policy(settings).call(
            "me.get", Vendor([VendorRateLimitError("x", status=429, retry_after=30)]).send
        )
    for _ in range(5):
        with pytest.raises(BudgetError):
            await bench.policy(settings).call("me.get", Vendor().send)
    assert snapshot(bench.store).breakers[0].trials == 0


async def test_nothing_goes_over_the_network_inside_a_transaction(bench: Bench) -> None:
    vendor = Vendor()
    with forbid_network("the transaction 'claim'"), pytest.raises(RuntimeError, match="claim"):
        await bench.policy().call("me.get", vendor.send)
    assert vendor.calls == 0
    await bench.policy().call("me.get", vendor.send)


async def test_without_the_state_store_the_phone_is_still_answered(bench: Bench) -> None:
    policy = bench.policy()
    bench.plug.out = True
    outcome = await policy.call("me.get", Vendor().send)
    assert (outcome.value, outcome.meta.state_lost, outcome.meta.budget_left) == ("ok", True, 119)
    assert bench.events.names() == ["state_lost", "vendor_try"]


async def test_without_the_state_store_this_process_still_has_a_breaker_and_a_budget(bench: Bench) -> None:
    policy = bench.policy(PolicySettings(governor=GovernorSettings(limit=7)))
    bench.plug.out = True
    sick = Vendor([down])
    for _ in range(2):
        with pytest.raises(VendorServerError):
            await policy.call("me.get", sick.send)
    with pytest.raises(BreakerOpenError):
        await policy.call("me.get", Vendor().send)
    assert sick.calls == 5


async def test_a_store_that_is_gone_is_not_asked_at_every_try_and_is_used_again_later(bench: Bench) -> None:
    policy = bench.policy()
    bench.plug.out = True
    for _ in range(10):
        await policy.call("me.get", Vendor().send)
    assert bench.plug.asked == 1
    bench.plug.out = False
    bench.clock.advance(STORE_PAUSE)
    outcome = await policy.call("me.get", Vendor().send)
    assert not outcome.meta.state_lost
    assert bench.events.names().count("state_lost") == bench.events.names().count("state_found") == 1


async def test_a_store_lost_in_the_middle_of_a_try_does_not_cost_the_answer(bench: Bench) -> None:
    def unplug() -> None:
        bench.plug.out = True

    fine, sick = bench.policy(), bench.policy(PolicySettings(attempts=1))
    assert (await fine.call("me.get", Vendor(before=unplug).send)).value == "ok"
    assert (await fine.call("me.get", Vendor().send)).meta.state_lost
    bench.plug.out = False
    with pytest.raises(VendorServerError, match="answered 503"):
        await sick.call("me.get", Vendor([down], before=unplug).send)


async def test_a_store_that_returns_in_the_middle_of_a_try_is_told_its_result(bench: Bench) -> None:
    def plug_in() -> None:
        bench.plug.out = False
        bench.clock.advance(STORE_PAUSE)

    bench.plug.out = True
    policy = bench.policy(PolicySettings(attempts=1))
    with pytest.raises(VendorServerError):
        await policy.call("me.get", Vendor([down], before=plug_in).send)
    assert snapshot(bench.store).breakers[0].failures == 1


async def test_every_try_stands_in_the_request_log(bench: Bench) -> None:
    vendor = Vendor([down, "fine"], before=lambda: bench.clock.advance(0.2))
    await bench.policy().call("slots.list", vendor.send)
    with pytest.raises(VendorUnreachableError):
        await bench.policy(PolicySettings(attempts=1)).call(
            "me.get", Vendor([VendorUnreachableError("no connection", sent=False)]).send
        )
    lines = recent_requests(bench.store)
    seen = [(line.operation, line.number, line.outcome, line.status, line.ms, line.sent) for line in lines]
    assert seen == [
        ("slots.list", 1, "vendor_server", 503, 200.0, True),
        ("slots.list", 2, "ok", 200, 200.0, True),
        ("me.get", 1, "vendor_unreachable", None, None, False),
    ]
    first = lines[0]
    assert (first.run, first.vendor, first.company, first.request_id) == (
        "feedc0ffee00",
        "calcom",
        "salon",
        "req-1",
    )
    assert (first.breaker, first.budget) == ("closed", 119)


async def test_refused_tries_are_counted_but_have_no_latency(bench: Bench) -> None:
    settings = PolicySettings(attempts=1, breaker=BreakerSettings(failures=1))
    with pytest.raises(VendorServerError):
        await bench.policy(settings).call("me.get", Vendor([down]).send)
    with pytest.raises(BreakerOpenError):
        await bench.policy(settings).call("me.get", Vendor().send)
    stats = snapshot(bench.store).operations
    assert [(s.vendor, s.operation, s.outcomes) for s in stats] == [
        ("calcom", "me.get", {"vendor_server": 1, "breaker_open": 1})
    ]
    assert sum(stats[0].latency.values()) == 1


async def test_what_is_remembered_belongs_to_no_company(bench: Bench) -> None:
    await bench.policy().call("me.get", Vendor().send)
    assert list(bench.store.keys()) == []
    assert list(bench.store.for_namespace(NAMESPACE).keys("governor:")) == ["governor:calcom:0123456789ab"]
