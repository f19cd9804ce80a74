"""Free times through cache and client: requests saved, windows kept, failures survived."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from support.calcom import BERLIN, CalcomPlace, UnpluggedStore
from support.sandbox import SandboxTransport
from support.waiting import eventually

from askpro_cli.base.errors import (
    BreakerOpenError,
    InvalidValueError,
    VendorAuthError,
    VendorNotFoundError,
    VendorServerError,
    VendorUnreachableError,
)
from askpro_cli.base.times import Interval, day_bounds
from askpro_cli.calcom.availability import FoundSlots, SlotQuery, cached_slots, days_of, fetch_slots
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.cache import CacheTtls, CalcomCache
from askpro_cli.calcom.event_types.listing import list_event_types
from askpro_cli.calcom.event_types.lookup import cached_event_type, find_event_type, parse_reference
from askpro_cli.calcom.models import EventType
from askpro_cli.calcom.wire.reading import read_document

pytestmark = pytest.mark.anyio

TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 27)
SLOTS = "GET /v2/slots"


def days(first: date, last: date, zone: ZoneInfo = BERLIN) -> Interval:
    return Interval(day_bounds(first, zone).start, day_bounds(last, zone).end)


async def event_type(place: CalcomPlace, number: int = 1001) -> EventType:
    found = (await place.client().event_type(number)).value
    place.asked(forget=True)
    return found


async def query(
    place: CalcomPlace, first: date = TUESDAY, last: date = FRIDAY, number: int = 1001
) -> SlotQuery:
    return SlotQuery(await event_type(place, number), days(first, last), place.clock.now())


async def fetch(place: CalcomPlace, wanted: SlotQuery, *, refresh: bool = False) -> FoundSlots:
    return await fetch_slots(place.client(), place.cache(), wanted, refresh=refresh)


async def test_a_cold_window_costs_one_request_and_a_warm_one_none(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place)
    cold = await fetch(calcom_place, wanted)
    assert (cold.hit, cold.stale, len(cold.calls)) == (False, False, 1)
    assert cold.slots[0].start == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert cold.schedule_zone == "Europe/Berlin"
    assert calcom_place.asked(forget=True).count(SLOTS) == 1
    warm = await fetch(calcom_place, wanted)
    assert (warm.hit, warm.slots, warm.schedule_zone) == (True, cold.slots, "Europe/Berlin")
    assert calcom_place.asked() == []


async def test_one_warm_up_serves_every_window_inside_it_without_the_event_loop(
    calcom_place: CalcomPlace,
) -> None:
    wanted = await query(calcom_place)
    whole = await fetch(calcom_place, wanted)
    inside = Interval(datetime(2026, 11, 25, 10, 30, tzinfo=UTC), datetime(2026, 11, 26, 11, tzinfo=UTC))
    found = cached_slots(calcom_place.cache(), SlotQuery(wanted.event_type, inside, wanted.now))
    assert found is not None
    assert found.hit
    assert found.slots == [slot for slot in whole.slots if inside.contains(slot.start)]


async def test_a_window_that_is_not_all_fresh_is_no_hit(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place)
    assert cached_slots(calcom_place.cache(), wanted) is None
    await fetch(calcom_place, wanted)
    longer = SlotQuery(wanted.event_type, days(TUESDAY, FRIDAY + timedelta(days=1)), wanted.now)
    assert cached_slots(calcom_place.cache(), longer) is None


async def test_only_missing_days_are_asked_for_once_per_gap(calcom_place: CalcomPlace) -> None:
    middle = date(2026, 11, 26)
    await fetch(calcom_place, await query(calcom_place, middle, middle))
    calcom_place.asked(forget=True)
    found = await fetch(calcom_place, await query(calcom_place, TUESDAY, date(2026, 11, 28)))
    assert calcom_place.asked().count(SLOTS) == 2
    assert len(found.calls) == 2
    assert found.slots == sorted(found.slots, key=lambda slot: slot.start)
    assert {slot.start.day for slot in found.slots} == {24, 25, 26, 27, 28}


async def test_refresh_asks_although_the_cache_knows(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place)
    await fetch(calcom_place, wanted)
    calcom_place.asked(forget=True)
    assert not (await fetch(calcom_place, wanted, refresh=True)).hit
    assert calcom_place.asked() == [SLOTS]


async def test_many_that_ask_at_once_cause_one_request(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place)
    calcom_place.fault("latency=20", times=None)
    found = await asyncio.gather(*(fetch(calcom_place, wanted) for _ in range(20)))
    assert calcom_place.asked().count(SLOTS) == 1
    assert sum(not one.hit for one in found) == 1
    assert len({len(one.slots) for one in found}) == 1


async def test_who_asks_one_server_does_not_wait_for_another(
    calcom_place: CalcomPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = await query(calcom_place)
    one, two = (
        CalcomCache(calcom_place.store, CacheTtls(), BERLIN, server=f"https://{name}.example.org/v2")
        for name in ("one", "two")
    )
    sick, asked, go = calcom_place.client(), asyncio.Event(), asyncio.Event()

    async def fail(*_: object, **__: object) -> None:
        asked.set()
        await go.wait()
        raise VendorServerError("down", status=503)

    monkeypatch.setattr(sick, "slots", fail)
    first = asyncio.create_task(fetch_slots(sick, one, wanted))
    await asked.wait()
    async with asyncio.timeout(20):
        found = await fetch_slots(calcom_place.client(), two, wanted)
    assert found.slots
    go.set()
    with pytest.raises(VendorServerError):
        await first


async def test_past_slots_are_left_out_when_read_not_when_stored(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place, TUESDAY, TUESDAY)
    await fetch(calcom_place, wanted)
    noon = datetime(2026, 11, 24, 11, tzinfo=UTC)
    later = cached_slots(calcom_place.cache(), SlotQuery(wanted.event_type, wanted.window, noon))
    assert later is not None
    assert later.slots[0].start == noon


@pytest.mark.parametrize("also_asked", [timedelta(0), timedelta(days=1)])
async def test_slots_that_came_within_the_minimum_notice_since_are_left_out(
    calcom_place: CalcomPlace, also_asked: timedelta
) -> None:
    wanted = await query(calcom_place, TUESDAY, TUESDAY, number=1007)  # a day's notice
    assert wanted.event_type.minimum_booking_notice == 24 * 60
    first = (await fetch(calcom_place, wanted)).slots[0].start
    window = Interval(wanted.window.start, wanted.window.end + also_asked)
    later = SlotQuery(wanted.event_type, window, first - timedelta(days=1) + timedelta(minutes=1))
    shown = (await fetch(calcom_place, later)).slots
    assert shown[0].start > first


async def test_a_window_in_the_past_is_empty_and_asks_nobody(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place, date(2026, 11, 16), date(2026, 11, 20))
    assert (await fetch(calcom_place, wanted)).slots == []
    found = cached_slots(calcom_place.cache(), wanted)
    assert found is not None
    assert found.slots == []
    assert calcom_place.asked() == []


async def test_a_booking_is_seen_after_its_host_is_forgotten(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place)
    first = (await fetch(calcom_place, wanted)).slots[0]
    attendee = NewAttendee(name="Mia Muster", time_zone="Europe/Berlin", email="mia@example.org")
    await calcom_place.client().create_booking(
        NewBooking(event_type_id=1001, start=first.start, attendee=attendee)
    )
    assert (await fetch(calcom_place, wanted)).slots[0] == first
    calcom_place.cache().forget_hosts(wanted.event_type.host_ids)
    again = await fetch(calcom_place, wanted)
    assert again.slots[0].start > first.start


async def test_lengths_are_cached_apart(calcom_place: CalcomPlace) -> None:
    kind = await event_type(calcom_place, 1003)
    window = days(TUESDAY, TUESDAY)
    for length in (60, 120):
        wanted = SlotQuery(kind, window, calcom_place.clock.now(), length)
        found = await fetch(calcom_place, wanted)
        assert {slot.end - slot.start for slot in found.slots} == {timedelta(minutes=length)}
    assert calcom_place.asked().count(SLOTS) == 2


async def test_an_event_type_of_one_length_is_asked_for_without_duration(calcom_place: CalcomPlace) -> None:
    await fetch(calcom_place, await query(calcom_place))
    (entry,) = [entry for entry in calcom_place.app.journal.entries() if entry["path"] == "/v2/slots"]
    assert "duration" not in entry["query"]
    assert entry["query"]["timeZone"] == "Europe/Berlin"
    assert str(entry["query"]["start"]).endswith("Z")


async def test_team_slots_have_no_schedule_zone_of_ours(calcom_place: CalcomPlace) -> None:
    (kind,) = (await calcom_place.client().team_event_types(201, "haarschnitt")).value
    wanted = SlotQuery(kind, days(TUESDAY, TUESDAY), calcom_place.clock.now())
    found = await fetch(calcom_place, wanted)
    assert found.slots
    assert found.schedule_zone is None


async def test_a_managed_parent_has_no_slots_to_show(calcom_place: CalcomPlace) -> None:
    document = {"id": 9, "slug": "p", "title": "P", "lengthInMinutes": 30, "schedulingType": "managed"}
    parent = SlotQuery(read_document(EventType, document), days(TUESDAY, TUESDAY), calcom_place.clock.now())
    with pytest.raises(InvalidValueError, match="parent of a managed") as caught:
        cached_slots(calcom_place.cache(), parent)
    assert "child" in (caught.value.hint or "")
    with pytest.raises(InvalidValueError):
        await fetch(calcom_place, parent)


@pytest.mark.parametrize(
    ("first", "hours"),
    [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23), (date(2026, 11, 24), 24)],
)
async def test_days_run_from_local_midnight_to_local_midnight(
    calcom_place: CalcomPlace, first: date, hours: int
) -> None:
    window = days(first, first)
    assert window.end - window.start == timedelta(hours=hours)
    assert days_of(window, calcom_place.cache()) == [first]
    assert days_of(Interval(window.start, window.end + timedelta(seconds=1)), calcom_place.cache()) == [
        first,
        first + timedelta(days=1),
    ]


# --- when the vendor is ill ---------------------------------------------------------------------------


async def expire(place: CalcomPlace, wanted: SlotQuery) -> CalcomCache:
    """Fill a cache whose answers are stale at once."""
    cache = place.cache(slots=0.01, empty=0.01)
    await fetch_slots(place.client(), cache, wanted)
    eventually(lambda: cached_slots(cache, wanted) is None)
    return cache


@pytest.mark.parametrize(
    ("fault", "kind"), [("503", VendorServerError), ("reset-before", VendorUnreachableError)]
)
async def test_a_stale_answer_stands_in_only_if_asked_for(
    calcom_place: CalcomPlace, fault: str, kind: type[Exception]
) -> None:
    wanted = await query(calcom_place)
    cache = await expire(calcom_place, wanted)
    calcom_place.fault(fault, times=None)
    with pytest.raises(kind):
        await fetch_slots(calcom_place.client(), cache, wanted)
    stale = await fetch_slots(calcom_place.client(), cache, wanted, stale_ok=True)
    assert (stale.stale, stale.hit) == (True, True)
    assert stale.age > 0
    assert stale.slots


async def test_a_stale_answer_stands_in_when_the_breaker_is_open(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place)
    cache = await expire(calcom_place, wanted)
    calcom_place.fault("503", times=None)
    for _ in range(2):
        with pytest.raises((VendorServerError, BreakerOpenError)):
            await calcom_place.client().me()
    assert (await fetch_slots(calcom_place.client(), cache, wanted, stale_ok=True)).stale


async def test_a_stale_answer_never_covers_half_a_window(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place, TUESDAY, TUESDAY)
    cache = await expire(calcom_place, wanted)
    calcom_place.fault("503", times=None)
    longer = SlotQuery(wanted.event_type, days(TUESDAY, FRIDAY), wanted.now)
    with pytest.raises(VendorServerError):
        await fetch_slots(calcom_place.client(), cache, longer, stale_ok=True)


async def test_a_rejected_key_is_no_reason_for_a_stale_answer(calcom_place: CalcomPlace) -> None:
    # Slots are public but a bad key is refused there too.
    wanted = await query(calcom_place)
    cache = await expire(calcom_place, wanted)
    with pytest.raises(VendorAuthError):
        await fetch_slots(calcom_place.client("cal_test_wrong"), cache, wanted, stale_ok=True)


async def test_errors_are_never_cached(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place)
    calcom_place.fault("503", times=3)
    with pytest.raises(VendorServerError):
        await fetch(calcom_place, wanted)
    assert (await fetch(calcom_place, wanted)).slots


async def test_without_a_state_store_free_times_are_still_found(calcom_place: CalcomPlace) -> None:
    wanted = await query(calcom_place)
    calcom_place.store = UnpluggedStore()
    found = await fetch(calcom_place, wanted)
    assert found.slots
    assert not found.hit
    assert found.calls[0].state_lost


class Deleted(SandboxTransport):
    """A server that has just lost the event type."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/v2/slots":
            return await super().handle_async_request(request)
        return httpx.Response(404, json={"statusCode": 404, "message": "Event Type not found"})


async def test_an_event_type_deleted_meanwhile_is_told_and_forgotten(calcom_place: CalcomPlace) -> None:
    """What was cached of it would otherwise lead every caller of the next minutes to the same error."""
    client, cache = calcom_place.client(), calcom_place.cache()
    reference = parse_reference("1001", {})
    wanted = await query(calcom_place)
    await find_event_type(client, cache, reference)
    await list_event_types(client, cache)
    calcom_place.wire = Deleted(calcom_place.app)
    with pytest.raises(VendorNotFoundError) as caught:
        await fetch_slots(calcom_place.client(), cache, wanted)
    assert caught.value.details["known_as"] == "unknown-event-type"
    assert cached_event_type(cache, reference) is None
    assert cache.read_event_types() is None


async def test_slots_outside_what_was_asked_are_dropped_and_counted(
    calcom_place: CalcomPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = await query(calcom_place, TUESDAY, TUESDAY)
    client = calcom_place.client()
    whole_week = (await client.slots(1001, days(TUESDAY, FRIDAY), BERLIN)).value

    async def leaky(*_: object, **__: object) -> object:
        answer = await calcom_place.client().slots(1001, days(TUESDAY, FRIDAY), BERLIN)
        assert answer.value == whole_week
        return answer

    monkeypatch.setattr(client, "slots", leaky)
    found = await fetch_slots(client, calcom_place.cache(), wanted)
    assert {slot.start.date() for slot in found.slots} == {TUESDAY}
    assert found.outside == len(whole_week) - len(found.slots)


async def test_the_last_slot_of_an_evening_is_found_though_it_ends_after_midnight(
    calcom_place: CalcomPlace,
) -> None:
    """Ask in a zone whose midnight falls into the salon's day: the vendor leaves out what ends later."""
    honolulu = ZoneInfo("Pacific/Honolulu")
    late = ZoneInfo("Asia/Kathmandu")
    kind = await event_type(calcom_place)
    for zone in (honolulu, late):
        cache = calcom_place.cache(zone)
        one_by_one = []
        for number in range(3):
            day = TUESDAY + timedelta(days=number)
            wanted = SlotQuery(kind, days(day, day, zone), calcom_place.clock.now())
            one_by_one += (await fetch_slots(calcom_place.client(), cache, wanted)).slots
        at_once = SlotQuery(kind, days(TUESDAY, TUESDAY + timedelta(days=2), zone), calcom_place.clock.now())
        whole = await fetch_slots(calcom_place.client(), cache, at_once, refresh=True)
        assert [slot.start for slot in one_by_one] == [slot.start for slot in whole.slots]


async def test_the_key_owners_default_schedule_is_not_taken_for_a_colleagues(
    calcom_place: CalcomPlace,
) -> None:
    """The vendor answers the default schedule of whoever asks; a colleague's event type follows another."""
    colleagues = (await calcom_place.client().event_types("tiago", "fernberatung")).value[0]
    wanted = SlotQuery(colleagues, days(TUESDAY, FRIDAY), calcom_place.clock.now())
    found = await fetch(calcom_place, wanted)
    assert found.slots
    assert found.schedule_zone is None  # the salon's schedule is in Berlin, the colleague's in Lisbon
