"""Filling the cache ahead: few requests, shared work, and an end for every failure."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.calcom import BERLIN, CalcomPlace, UnpluggedStore
from support.sandbox import SANDBOX_KEY
from support.stores import StorePlace

from askpro_cli.base.errors import (
    BreakerOpenError,
    BudgetError,
    NotFoundError,
    RequestCapError,
    StateError,
    VendorAuthError,
    VendorNotFoundError,
    VendorRateLimitError,
)
from askpro_cli.base.times import Interval, day_bounds, local_day
from askpro_cli.calcom.availability import SlotQuery, cached_slots, fetch_slots
from askpro_cli.calcom.cache import CacheTtls, CalcomCache
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.event_types.lookup import Reference, find_event_type
from askpro_cli.calcom.models import EventType
from askpro_cli.calcom.stored_days import Life
from askpro_cli.calcom.upkeep.choosing import Choice, Chooser
from askpro_cli.calcom.upkeep.warmup import LOCK_SECONDS, Warmup
from askpro_cli.calcom.upkeep.warmup_report import Item, Report, State, items_of
from askpro_cli.calcom.wire.reading import read_document
from askpro_cli.resilience.policy import GovernorSettings, PolicySettings, Priority

pytestmark = pytest.mark.anyio

SLOTS = "GET /v2/slots"
OWN = (1001, 1002, 1003, 1004)
MANY = (1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009)


def days(place: CalcomPlace, number: int = 14, zone: ZoneInfo = BERLIN) -> Interval:
    today = local_day(place.clock.now(), zone)
    last = today + timedelta(days=number - 1)
    return Interval(day_bounds(today, zone).start, day_bounds(last, zone).end)


async def items(place: CalcomPlace, *ids: int) -> list[Item]:
    async with place.client() as client:
        event_types = {item.id: item for item in (await client.event_types()).value}
    place.asked(forget=True)
    return items_of([event_types[number] for number in ids or OWN], all_lengths=False)


def warmup(place: CalcomPlace, client: CalcomClient | None = None, **more: Any) -> Warmup:
    cache = more.pop("cache", None) or place.cache()
    return Warmup(client or place.client(), cache, days(place), place.clock.now, **more)


def states(report: Report) -> dict[int, str]:
    return {one.item.event_type.id: one.state.value for one in report.done}


def is_warm(place: CalcomPlace, item: Item) -> bool:
    query = SlotQuery(item.event_type, days(place), place.clock.now(), item.minutes)
    return cached_slots(place.cache(), query) is not None


async def test_one_request_an_event_type_makes_every_window_inside_a_hit(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place)
    report = await warmup(calcom_place).run(wanted)
    assert set(states(report).values()) == {"warmed"}
    assert calcom_place.asked(forget=True).count(SLOTS) == len(wanted)
    assert all(is_warm(calcom_place, item) for item in wanted)
    assert all(one.requests == 1 and len(one.days) == 14 and one.slots for one in report.done)


async def test_what_is_fresh_is_not_asked_for_again(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place)
    await warmup(calcom_place).run(wanted)
    calcom_place.asked(forget=True)
    report = await warmup(calcom_place).run(wanted)
    assert set(states(report).values()) == {"fresh"}
    assert all(one.age is not None and one.requests == 0 for one in report.done)
    assert calcom_place.asked() == []


async def test_the_shortest_stretch_that_covers_all_missing_days_is_one_request(
    calcom_place: CalcomPlace,
) -> None:
    item = (await items(calcom_place, 1001))[0]
    now, cache = calcom_place.clock.now(), calcom_place.cache()

    async def fill(first: int, last: int) -> None:
        window = Interval(
            day_bounds(date(2026, 11, 23) + timedelta(days=first), BERLIN).start,
            day_bounds(date(2026, 11, 23) + timedelta(days=last), BERLIN).end,
        )
        await fetch_slots(calcom_place.client(), cache, SlotQuery(item.event_type, window, now))

    await fill(0, 2)
    await fill(5, 6)
    await fill(12, 13)
    calcom_place.asked(forget=True)
    report = await warmup(calcom_place).run([item])
    assert (report.done[0].days[0], report.done[0].days[-1]) == (date(2026, 11, 26), date(2026, 12, 4))
    assert calcom_place.asked().count(SLOTS) == 1


class AgedCache(CalcomCache):
    """A cache whose days have lived for a while."""

    life = Life(age=240.0, left=60.0)

    def slot_lives(self, *of: Any) -> dict[date, Life]:
        return dict.fromkeys(super().slot_lives(*of), self.life)


@pytest.mark.parametrize(
    ("keep_warm", "left", "state"),
    [(True, 60.0, "warmed"), (True, 240.0, "fresh"), (False, 60.0, "fresh")],
)
async def test_keep_warm_renews_what_has_lived_through_half_of_its_life(
    calcom_place: CalcomPlace, *, keep_warm: bool, left: float, state: str
) -> None:
    wanted = await items(calcom_place, 1001)
    await warmup(calcom_place).run(wanted)
    cache = AgedCache(calcom_place.store, CacheTtls(), BERLIN)
    cache.life = Life(age=300.0 - left, left=left)
    report = await warmup(calcom_place, cache=cache, keep_warm=keep_warm).run(wanted)
    assert states(report) == {1001: state}


async def test_two_at_once_share_one_set_of_requests(
    calcom_place: CalcomPlace, store_place: StorePlace
) -> None:
    wanted = await items(calcom_place, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008)
    calcom_place.fault("latency=20", times=None)
    other = CalcomCache(store_place.open(), CacheTtls(), BERLIN)
    one, two = await asyncio.gather(
        warmup(calcom_place).run(wanted), warmup(calcom_place, cache=other).run(wanted)
    )
    asked = calcom_place.asked()
    assert asked.count(SLOTS) == len(wanted)
    assert len(asked) - len(wanted) == 2  # two schedules, each once
    assert one.count()[State.WARMED] + two.count()[State.WARMED] == len(wanted)
    assert min(one.count()[State.WARMED], two.count()[State.WARMED]) > 0
    assert all(report.count()[State.LEFT] == 0 for report in (one, two))


async def test_what_a_killed_process_had_in_hand_is_taken_over(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place, 1001, 1002)
    cache = calcom_place.cache()
    lock = f"warmup:{cache.scope}:1001:30:Europe/Berlin"
    assert cache.store.acquire(lock, ttl=0.05) is not None
    report = await warmup(calcom_place).run(wanted)
    assert states(report) == {1001: "warmed", 1002: "warmed"}
    assert LOCK_SECONDS <= 10  # nobody waits longer for the dead


async def test_an_event_type_deleted_meanwhile_fails_alone(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place)
    gone = wanted[1].event_type
    vanished = read_document(EventType, gone.raw | {"id": 999_999})
    wanted[1] = Item(vanished, gone.length_in_minutes)
    report = await warmup(calcom_place).run(wanted)
    assert list(states(report).values()) == ["warmed", "failed", "warmed", "warmed"]
    assert isinstance(report.done[1].error, VendorNotFoundError)
    assert report.stopped is None


async def test_a_key_revoked_in_the_middle_ends_the_run_at_once(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place, *MANY)
    keys = calcom_place.app.world.api_keys
    report = await warmup(calcom_place, watch=lambda _: keys.pop(SANDBOX_KEY, None)).run(wanted)
    assert isinstance(report.stopped, VendorAuthError)
    counts = report.count()
    assert counts[State.WARMED] > 0
    assert counts[State.WARMED] + counts[State.LEFT] == len(wanted)
    refused = [entry for entry in calcom_place.app.journal.entries() if entry["status"] == 401]
    assert 0 < len(refused) <= 4  # those that were on their way


async def test_an_open_breaker_ends_the_run_and_the_rest_is_left(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place, *MANY)
    await warmup(calcom_place).run(wanted[:1])
    calcom_place.fault("500", times=None)
    report = await warmup(calcom_place).run(wanted)
    assert isinstance(report.stopped, BreakerOpenError)
    counts = report.count()
    assert counts[State.FRESH] == 1
    assert counts[State.LEFT] > 0
    assert counts[State.FAILED] > 0
    assert len(calcom_place.asked()) < 20


async def test_a_storm_of_429_ends_the_run_after_the_tries_of_those_under_way(
    calcom_place: CalcomPlace,
) -> None:
    wanted = await items(calcom_place)
    calcom_place.fault("429", times=None)
    report = await warmup(calcom_place).run(wanted)
    assert isinstance(report.stopped, (VendorRateLimitError, BudgetError))
    assert report.count() == {State.LEFT: 4}
    assert len(calcom_place.asked()) <= 12


async def test_a_used_up_budget_ends_the_run_and_leaves_its_part_to_people(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place)
    settings = PolicySettings(governor=GovernorSettings(limit=5, window=3600.0))
    client = calcom_place.client(settings=settings)
    report = await warmup(calcom_place, client).run(wanted)
    assert isinstance(report.stopped, BudgetError)
    assert 0 < report.count()[State.WARMED] < 4
    assert len(calcom_place.asked(forget=True)) == 4
    slept = len(calcom_place.slept)
    await client.slots(1001, days(calcom_place), BERLIN, length=30)
    assert len(calcom_place.slept) == slept, "somebody on the phone had to wait"


@pytest.mark.parametrize("most", [1, 2, 3, 6])
async def test_no_request_goes_beyond_the_cap_and_the_next_run_goes_on(
    calcom_place: CalcomPlace, most: int
) -> None:
    wanted = await items(calcom_place, 1001, 1002, 1003, 1004, 1005, 1006)
    report = await warmup(calcom_place, calcom_place.client(most=most)).run(wanted)
    assert isinstance(report.stopped, RequestCapError)
    assert len(calcom_place.asked(forget=True)) == most
    rest = await warmup(calcom_place).run(wanted)
    first, then = report.count()[State.WARMED], calcom_place.asked().count(SLOTS)
    assert first + then == len(wanted)
    assert (rest.count()[State.WARMED], rest.count()[State.FRESH]) == (then, first)


async def test_further_tries_count_towards_the_cap(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place, 1001)
    calcom_place.fault("503", times=None, path="/v2/slots")
    report = await warmup(calcom_place, calcom_place.client(most=3)).run(wanted)
    assert isinstance(report.stopped, RequestCapError)
    assert len(calcom_place.asked()) == 3


async def test_without_a_state_store_nothing_is_asked(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place)
    gone: Any = UnpluggedStore()
    with pytest.raises(StateError):
        await warmup(calcom_place, cache=CalcomCache(gone, CacheTtls(), BERLIN)).run(wanted)
    assert calcom_place.asked() == []


class FlakyCache(CalcomCache):
    """A cache whose fills come to nothing some times, as after a booking, or for want of a store."""

    void = 1
    store_is_gone = False

    def keep_slots(self, *what: Any, **more: Any) -> bool:
        if self.void > 0:
            self.void -= 1
            if self.store_is_gone:
                gone: Any = UnpluggedStore()
                self.store = gone
            return False
        return super().keep_slots(*what, **more)


@pytest.mark.parametrize(("void", "state", "asked"), [(1, "warmed", 2), (2, "failed", 2)])
async def test_an_answer_outdated_by_a_booking_is_asked_for_once_more(
    calcom_place: CalcomPlace, void: int, state: str, asked: int
) -> None:
    wanted = await items(calcom_place, 1001)
    cache = FlakyCache(calcom_place.store, CacheTtls(), BERLIN)
    cache.void = void
    report = await warmup(calcom_place, cache=cache).run(wanted)
    assert states(report) == {1001: state}
    assert calcom_place.asked().count(SLOTS) == asked


async def test_a_state_store_lost_in_the_middle_ends_the_run(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place)
    cache = FlakyCache(calcom_place.store, CacheTtls(), BERLIN)
    cache.store_is_gone = True
    report = await warmup(calcom_place, cache=cache).run(wanted)
    assert isinstance(report.stopped, StateError)
    assert report.count()[State.WARMED] == 0


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"])
@pytest.mark.parametrize("now", [datetime(2026, 10, 23, 8, tzinfo=UTC), datetime(2026, 3, 27, 8, tzinfo=UTC)])
async def test_the_days_are_the_companys_whatever_its_zone_and_clocks(
    calcom_place: CalcomPlace, zone: str, now: datetime
) -> None:
    calcom_place.clock.jump((now - calcom_place.clock.now()).total_seconds())
    there, wanted = ZoneInfo(zone), await items(calcom_place, 1001, 1008)
    window = days(calcom_place, zone=there)
    cache = calcom_place.cache(there)
    await Warmup(calcom_place.client(), cache, window, calcom_place.clock.now).run(wanted)
    assert calcom_place.asked(forget=True).count(SLOTS) == 2
    for item in wanted:
        query = SlotQuery(item.event_type, window, now, item.minutes)
        warm = cached_slots(cache, query)
        assert warm is not None
        live = await fetch_slots(calcom_place.client(), cache, query, refresh=True)
        assert warm.slots == live.slots
        assert warm.slots


async def test_a_host_without_free_times_is_no_error(calcom_place: CalcomPlace) -> None:
    item = (await items(calcom_place, 1001))[0]
    window = Interval(*(datetime(2026, 12, day, tzinfo=UTC) for day in (25, 27)))
    report = await Warmup(calcom_place.client(), calcom_place.cache(), window, calcom_place.clock.now).run(
        [item]
    )
    assert (report.done[0].state, report.done[0].slots) == (State.WARMED, 0)


async def test_a_plan_asks_nothing(calcom_place: CalcomPlace) -> None:
    wanted = await items(calcom_place, 1001, 1002)
    await warmup(calcom_place).run(wanted[:1])
    calcom_place.asked(forget=True)
    plan = await warmup(calcom_place).plan(wanted)
    assert states(plan) == {1001: "fresh", 1002: "left"}
    assert len(plan.done[1].days) == 14
    assert calcom_place.asked() == []


async def test_nobody_on_the_phone_waits_for_a_lookup_of_the_warmup(calcom_place: CalcomPlace) -> None:
    cache = calcom_place.cache()
    for name in ("event-type:id:1001", "event-types"):
        lock = f"flight:calcom:{cache.scope}:{name}:{Priority.BACKGROUND}"
        assert cache.store.acquire(lock, ttl=600) is not None
    found = await find_event_type(calcom_place.client(), cache, Reference(id=1001))
    assert found.event_type.id == 1001


async def test_all_lengths_of_an_event_type_are_items_of_their_own(calcom_place: CalcomPlace) -> None:
    item = (await items(calcom_place, 1003))[0]
    many = items_of([item.event_type], all_lengths=True)
    assert [one.minutes for one in many] == [60, 90, 120]
    report = await warmup(calcom_place).run(many)
    assert report.count() == {State.WARMED: 3}
    assert all(is_warm(calcom_place, one) for one in many)


# --- which event types ------------------------------------------------------------------------------


def named(*words: str) -> dict[str, Reference]:
    parts = {word: word.partition("/") for word in words}
    return {
        word: Reference(owner=owner, slug=slug) if slash else Reference(id=int(word))
        for word, (owner, slash, slug) in parts.items()
    }


async def test_all_are_own_hidden_and_team_event_types(calcom_place: CalcomPlace) -> None:
    choice = await Chooser(calcom_place.client(), calcom_place.cache()).all()
    found = {item.id for item in choice.event_types}
    assert {1001, 1009, 2001, 2002} <= found
    assert next(item for item in choice.event_types if item.id == 1009).hidden


async def test_a_managed_parent_is_told_apart() -> None:
    document = {"id": 7, "slug": "x", "title": "X", "lengthInMinutes": 30, "schedulingType": "managed"}
    choice = Choice()
    choice.add(read_document(EventType, document))
    choice.add(read_document(EventType, document))
    choice.add(read_document(EventType, document | {"id": 8, "parentEventTypeId": 7}))
    assert ([item.id for item in choice.parents], [item.id for item in choice.event_types]) == ([7], [8])


async def test_several_unknown_names_cost_one_list_and_the_cache_knows_them_by_every_name(
    calcom_place: CalcomPlace,
) -> None:
    words = named("1001", "salon/damenhaarschnitt", "1003", "salon-team/haarschnitt")
    chooser = Chooser(calcom_place.client(), calcom_place.cache())
    choice = await chooser.named(words)
    assert [item.id for item in choice.event_types] == [1001, 1002, 1003, 2001]
    assert len(calcom_place.asked(forget=True)) == 3  # own event types, teams, the team's event types
    for reference in (*words.values(), *named("1002", "salon/herrenhaarschnitt").values()):
        await find_event_type(calcom_place.client(), calcom_place.cache(), reference)
    assert calcom_place.asked() == []


async def test_a_name_nobody_has_fails_alone_and_two_names_of_one_are_one(calcom_place: CalcomPlace) -> None:
    words = named("1001", "salon/herrenhaarschnitt", "salon/nichts")
    choice = await Chooser(calcom_place.client(), calcom_place.cache()).named(words)
    assert [item.id for item in choice.event_types] == [1001]
    assert isinstance(choice.failed["salon/nichts"], NotFoundError)


async def test_keep_warm_asks_again_for_event_types_that_have_lived_through_half_of_their_life(
    calcom_place: CalcomPlace,
) -> None:
    for ttl, asked in ((3600.0, 0), (1e-9, 3)):
        cache = calcom_place.cache()
        await Chooser(calcom_place.client(), cache).all()
        calcom_place.asked(forget=True)
        aged = CalcomCache(calcom_place.store, CacheTtls(event_types=ttl), BERLIN)
        await Chooser(calcom_place.client(), aged, keep_warm=True).all()
        assert len(calcom_place.asked(forget=True)) == asked
        await Chooser(calcom_place.client(), aged, keep_warm=True).named(named("1001"))
        assert len(calcom_place.asked(forget=True)) == (1 if asked else 0)
